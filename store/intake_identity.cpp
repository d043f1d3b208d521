#include <algorithm>

#include "store/codec.hpp"
#include "store/hash.hpp"
#include "store/intake.hpp"
#include "store/text.hpp"

// Which items of a document are known, under whatever name, and which of its names can be trusted.
namespace tributary::store {
namespace {

std::int64_t raw_hash(const Item& item, std::string_view title, std::string_view body) {
  return static_cast<std::int64_t>(mix64(hash64(body), mix64(hash64(title), hash64(item.link))));
}

}  // namespace

/// Our own entries coming back through a partner: under our ids (whatever the site's address was when they
/// were minted), or as entries whose source is one of our documents.
bool Intake::is_ours(const Item& item) {
  if (item.source && !settings_.site_url.empty()) {
    const auto ours = [&](std::string_view url) { return url == settings_.site_url; };
    if (ours(item.source->id) || ours(item.source->link) ||
        item.source->self == settings_.site_url + "atom.xml" ||
        item.source->self == settings_.site_url + "rss.xml")
      return true;
  }
  std::string_view host;
  Key key{};
  if (!key_of_entry_id(item.id, host, key)) return false;
  if (host == settings_.authority) return true;
  look_up_keys({known_number(key)});
  return known_.at(known_number(key)).item != 0;
}

void Intake::look_up_keys(const std::vector<std::int64_t>& keys) {
  std::vector<std::int64_t> missing;
  for (const auto key : keys) {
    if (known_.emplace(key, Known{}).second) missing.push_back(key);
  }
  std::ranges::sort(missing);
  database_.look_up("SELECT key, item, raw FROM known WHERE key = {any}", missing, [&](const Row& row) {
    known_[row.integer(0)] = {.item = row.integer(1), .raw = row.integer(2), .found = true};
  });
}

/// The id (or link) with this key turns out to be shared: from now on it names nothing, and the item that was
/// known by it is known by its more exact identity.
void Intake::distrust(Document& document, const Key& key, int level) {
  auto& shared = known_.at(known_number(key));
  if (!shared.found || shared.item == 0) {
    shared.dirty = shared.dirty || !shared.found;
    shared.found = true;
    shared.item = 0;
    return;
  }
  Item item;
  {
    auto rows = database_.run("SELECT body, title, link FROM item WHERE id = $1", shared.item);
    if (rows.next()) item = decode_item(rows->bytes(0), rows->bytes(1), rows->bytes(2));
  }
  const auto exact = known_number(key_on_level(item, document.feed->key, level));
  look_up_keys({exact});
  if (auto& known = known_.at(exact); !known.found) {
    known = {.item = shared.item, .raw = shared.raw, .found = true, .dirty = true};
  }
  auto& again = known_.at(known_number(key));
  again.item = 0;
  again.dirty = true;
}

void Intake::find_known() {
  std::vector<std::int64_t> keys;
  for (auto& document : documents_) {
    for (auto& arrival : document.arrivals) {
      keys.push_back(known_number(arrival.candidate.key));
      for (int level = 0; level < arrival.candidate.level; ++level) {
        keys.push_back(known_number(key_on_level(*arrival.candidate.item, document.feed->key, level)));
      }
    }
  }
  look_up_keys(keys);
  for (auto& document : documents_) {
    for (auto& arrival : document.arrivals) {
      auto& candidate = arrival.candidate;
      for (int level = 0; level < candidate.level; ++level) {
        distrust(document, key_on_level(*candidate.item, document.feed->key, level), candidate.level);
      }
      // An id that was shared once is never trusted again: flipping back would bring everything twice.
      while (known_.at(known_number(candidate.key)).found &&
             known_.at(known_number(candidate.key)).item == 0 &&
             identify(candidate, document.feed->key, candidate.level + 1)) {
        look_up_keys({known_number(candidate.key)});
      }
      arrival.body.at = bodies_.size();
      encode(*candidate.item, bodies_);
      arrival.body.size = bodies_.size() - arrival.body.at;
      arrival.raw =
          raw_hash(*candidate.item, title_column(*candidate.item, candidate.title), bytes_of(arrival.body));
      const auto& known = known_.at(known_number(candidate.key));
      if (known.item != 0) {
        arrival.item = known.item;
        arrival.unchanged = known.raw == arrival.raw;
        if (arrival.unchanged) bodies_.resize(arrival.body.at);
        document.present.insert(known.item);
      }
    }
  }
}

/// Items whose id changed: a new id, but the link, or the title and the date, of an item that this document
/// no longer has.
void Intake::find_renamed(Document& document) {
  if (document.first) return;
  std::vector<Arrival*> unknown;
  std::vector<std::int64_t> addresses;
  for (auto& arrival : document.arrivals) {
    if (arrival.item != 0) continue;
    unknown.push_back(&arrival);
    addresses.insert(addresses.end(), arrival.candidate.addresses.begin(), arrival.candidate.addresses.end());
  }
  if (unknown.empty()) return;
  const bool all_new = document.present.empty();
  std::ranges::sort(addresses);
  addresses.erase(std::unique(addresses.begin(), addresses.end()), addresses.end());
  std::unordered_map<std::int64_t, std::vector<std::int64_t>> at;
  std::vector<std::int64_t> items;
  database_.look_up("SELECT key, item FROM address WHERE key = {any}", addresses, [&](const Row& row) {
    at[row.integer(0)].push_back(row.integer(1));
    items.push_back(row.integer(1));
  });
  stories_.load_items(items);
  for (auto* arrival : unknown) {
    std::vector<std::int64_t> same_address;
    for (const auto address : arrival->candidate.addresses) {
      for (const auto id : at[address]) {
        if (stories_.item(id).feed == document.feed->id &&
            std::ranges::find(same_address, id) == same_address.end()) {
          same_address.push_back(id);
        }
      }
    }
    const auto id = known_before(document, *arrival, same_address, all_new);
    if (id == 0) continue;
    arrival->item = id;
    document.present.insert(id);
  }
}

std::int64_t Intake::known_before(Document& document, const Arrival& arrival,
                                  const std::vector<std::int64_t>& at_address, bool all_new) {
  const auto& item = *arrival.candidate.item;
  const auto title = comparable_title(arrival.candidate.title);
  const auto claimed = claimed_date(item);
  const auto gone_from_document = [&](std::int64_t id) { return !document.present.contains(id); };

  // By its address, when exactly one item of the feed ever had it. In a document that otherwise looks as
  // ever, a new id for the same page may well be a new item (a page that is used again and again): something
  // else must agree.
  if (at_address.size() == 1 && gone_from_document(at_address.front())) {
    const auto& before = stories_.item(at_address.front());
    const bool same_title = !title.empty() && comparable_title(before.title) == title;
    const bool same_date = claimed && *claimed == before.published;
    if (same_title || same_date) return before.id;
    auto rows = database_.run("SELECT body, title, link FROM item WHERE id = $1", before.id);
    if (rows.next()) {
      const auto old = decode_item(rows->bytes(0), rows->bytes(1), rows->bytes(2));
      if (resemblance(meaning(old), meaning(item)) >= (all_new ? 0.3 : 0.7)) return before.id;
    }
  }
  if (title.empty() || !claimed) return 0;
  std::int64_t found = 0;
  int matches = 0;
  auto rows = database_.run("SELECT id, title FROM item WHERE feed = $1 AND published = $2",
                            document.feed->id, *claimed);
  while (rows.next()) {
    if (comparable_title(rows->bytes(1)) == title && gone_from_document(rows->integer(0))) {
      found = rows->integer(0);
      ++matches;
    }
  }
  if (matches != 1) return 0;
  return found;
}

}  // namespace tributary::store
