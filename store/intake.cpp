#include "store/intake.hpp"

#include <algorithm>
#include <tuple>

#include "model/url.hpp"
#include "store/codec.hpp"
#include "store/hash.hpp"
#include "store/text.hpp"

namespace tributary::store {
namespace {

/// How much of their words two texts share, 0 to 1.
double resemblance(const std::string& one, const std::string& other) {
  const auto words = [](const std::string& text) {
    std::set<std::string> found;
    for (std::size_t at = 0; at < text.size();) {
      const auto end = std::min(text.find_first_of(" \n", at), text.size());
      if (end > at) found.insert(text.substr(at, end - at));
      at = end + 1;
    }
    return found;
  };
  const auto a = words(one), b = words(other);
  if (a.empty() && b.empty()) return 1;
  std::size_t common = 0;
  for (const auto& word : a) common += b.count(word);
  return static_cast<double>(common) / static_cast<double>(a.size() + b.size() - common);
}

std::int64_t raw_hash(const Item& item, std::string_view title, std::string_view body) {
  return static_cast<std::int64_t>(mix64(hash64(body), mix64(hash64(title), hash64(item.link))));
}

/// Text columns are for others to read: without characters that end a text for them.
std::string column_text(std::string_view text) {
  std::string out(text);
  std::erase(out, '\0');
  return out;
}

/// A title that is plain text stands in its column as it was sent: the item is put together again from it.
std::string title_column(const Item& item, const std::string& plain) {
  return column_text(item.title && item.title->type == Text::Type::text ? item.title->plain : plain);
}

}  // namespace

std::string type_of(const Partner& partner, const Item& item) {
  for (const auto& category : item.categories) {
    for (const auto& name : {category.term, category.label}) {
      if (const auto found = partner.types.find(name); !name.empty() && found != partner.types.end())
        return found->second;
    }
  }
  return partner.type;
}

Intake::Intake(Database& database, Feeds& feeds, StreamNumbers& streams, Settings& settings, Timestamp now)
    : database_(database),
      feeds_(feeds),
      streams_(streams),
      settings_(settings),
      now_(now),
      stories_(database, feeds, streams, settings, now),
      withdrawals_(settings.withdraw, now),
      echoes_(database) {}

Added Intake::take(std::span<const Delivery* const> deliveries) {
  {
    auto rows = database_.run("SELECT max(id) FROM item");
    next_item_ = (rows.next() ? rows->integer(0) : 0) + 1;
  }
  for (const auto* delivery : deliveries) open(*delivery);
  find_known();
  for (auto& document : documents_) find_renamed(document);
  count_known(deliveries);
  find_changed();
  add_new();
  obey_story_lines();
  for (auto& document : documents_) withdraw_deleted(document);
  release_due();
  for (auto* feed : released_) release_held(*feed);
  stories_.settle();
  write();

  std::vector<FeedRow*> rows;
  for (const auto* delivery : deliveries) rows.push_back(feeds_.by_key(delivery->state.key));
  Feeds::save(database_, rows);
  return added_;
}

void Intake::count_known(std::span<const Delivery* const> deliveries) {
  added_.known_of.resize(deliveries.size());
  added_.missing_of.resize(deliveries.size());
  for (const auto& document : documents_) {
    const auto place = std::ranges::find(deliveries, document.delivery) - deliveries.begin();
    added_.known_of[static_cast<std::size_t>(place)] = static_cast<std::size_t>(
        std::ranges::count_if(document.arrivals, [](const Arrival& arrival) { return arrival.item != 0; }));
    added_.missing_of[static_cast<std::size_t>(place)] = find_missing(document);
  }
}

/// What left the middle of the feed's window. What left its end is only old.
std::vector<Missing> Intake::find_missing(const Document& document) {
  constexpr std::size_t most = 3;
  if (document.first || !document.delivery->whole || document.content->archive) return {};
  std::optional<Timestamp> oldest, newest;
  for (const auto& arrival : document.arrivals) {
    const auto claimed = claimed_date(*arrival.candidate.item);
    if (arrival.item == 0 || !claimed) continue;
    if (!oldest || *claimed < *oldest) oldest = claimed;
    if (!newest || *claimed > *newest) newest = claimed;
  }
  if (!oldest) return {};
  std::vector<std::int64_t> absent;
  {
    auto rows = database_.run("SELECT id FROM item WHERE feed = $1 AND published > $2 AND published < $3",
                              document.feed->id, *oldest, *newest);
    while (rows.next()) {
      if (!document.present.contains(rows->integer(0))) absent.push_back(rows->integer(0));
    }
  }
  std::vector<Missing> missing;
  for (auto id = absent.rbegin(); id != absent.rend() && missing.size() < most; ++id) {
    auto rows = database_.run("SELECT link FROM item WHERE id = $1 AND state = $2", *id,
                              static_cast<int>(ItemState::shown));
    if (rows.next() && is_http_url(rows->bytes(0))) missing.push_back({*id, rows->text(0)});
  }
  return missing;
}

void Intake::open(const Delivery& delivery) {
  auto* row = feeds_.by_key(delivery.state.key);
  if (row == nullptr) {
    throw Failure(
        {ErrorKind::store, delivery.state.key, "is a feed that the store does not know: configure it first"});
  }
  // What the store itself says of a feed outranks what a fetch brought along.
  const auto configured_url = row->state.configured_url, name = row->state.name;
  const auto before = row->state;
  row->state = delivery.state;
  row->state.configured_url = configured_url;
  row->state.name = name;
  if (before.status == FeedStatus::held && row->state.status == FeedStatus::ok) {
    // Only an admin ends a quarantine; a fetch that went well doesn't.
    if (!delivery.feed && delivery.state.last_fetch == before.last_fetch) {
      released_.push_back(row);
    } else if (has_held_items(*row)) {
      row->state.status = FeedStatus::held;
      row->state.last_error = before.last_error;
    }
  }
  if (!delivery.feed) return;

  Document document;
  document.feed = row;
  document.content = delivery.feed.get();
  document.delivery = &delivery;
  document.first = !row->fetched;
  row->fetched = true;
  keep_details(document);
  for (auto& candidate : candidates(*delivery.feed, row->key)) {
    if (!is_ours(*candidate.item)) document.arrivals.push_back({.candidate = std::move(candidate)});
  }
  documents_.push_back(std::move(document));
}

bool Intake::has_held_items(const FeedRow& feed) {
  auto rows = database_.run("SELECT 1 FROM item WHERE feed = $1 AND state = $2 LIMIT 1", feed.id,
                            static_cast<int>(ItemState::held));
  return rows.next();
}

void Intake::keep_details(Document& document) {
  auto& row = *document.feed;
  const auto& details = document.content->details;
  auto home = host_of(details.link);
  if (home.empty()) home = host_of(row.state.url);
  row.home = home.starts_with("www.") ? home.substr(4) : home;

  // An item keeps the wording under which it came, so that closed archive pages stay as they are; the feed's
  // dates change with every document and are left out.
  const auto body = encode(details, false);
  std::int64_t next = 1;
  {
    auto rows = database_.run("SELECT body FROM details WHERE id = $1", row.details);
    if (rows.next() && rows->bytes(0) == body) return;
  }
  if (row.details != 0 && !row.details_used) {
    database_.execute("UPDATE details SET body = $1 WHERE id = $2", Blob{body}, row.details);
    return;
  }
  {
    auto rows = database_.run("SELECT max(id) FROM details");
    if (rows.next()) next = rows->integer(0) + 1;
  }
  database_.execute("INSERT INTO details (id, feed, body) VALUES ($1, $2, $3)", next, row.id, Blob{body});
  row.details = next;
  row.details_used = false;
}

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

void Intake::find_changed() {
  std::unordered_map<std::int64_t, std::pair<Document*, Arrival*>> changed;
  std::vector<std::int64_t> ids;
  for (auto& document : documents_) {
    for (auto& arrival : document.arrivals) {
      if (arrival.item == 0 || arrival.unchanged) continue;
      auto& known = known_.at(known_number(arrival.candidate.key));
      known = {.item = arrival.item, .raw = arrival.raw, .found = true, .dirty = true};
      if (changed.emplace(arrival.item, std::pair(&document, &arrival)).second) ids.push_back(arrival.item);
    }
  }
  if (ids.empty()) return;
  std::ranges::sort(ids);
  stories_.load_items(ids);
  std::vector<std::int64_t> stories;
  for (const auto id : ids) stories.push_back(stories_.item(id).story);
  stories_.load_stories(stories);
  database_.look_up("SELECT id, title, link, body FROM item WHERE id = {any}", ids, [&](const Row& row) {
    const auto [document, arrival] = changed.at(row.integer(0));
    apply_change(*document, *arrival, row.bytes(1), row.bytes(2), row.bytes(3));
  });
  see_through_restampers();
}

/// A feed that rewrites most of what it has at once (a new line below every text, a counter in each) has no
/// news, and neither has an item that changes a little again and again: nothing moves then.
void Intake::see_through_restampers() {
  constexpr std::size_t many = 5;
  constexpr int often = 3;
  constexpr std::chrono::hours in{24};
  constexpr double little = 0.6;
  std::map<std::int64_t, std::vector<Change*>> by_feed;
  for (auto& change : changes_) {
    if (change.former && change.former->alike >= little)
      by_feed[stories_.item(change.id).feed].push_back(&change);
  }
  for (const auto& document : documents_) {
    const auto found = by_feed.find(document.feed->id);
    if (found == by_feed.end()) continue;
    const bool most = found->second.size() >= many && 2 * found->second.size() >= document.present.size();
    for (auto* change : found->second) {
      int lately = 0;
      auto rows =
          database_.run("SELECT count(*) FROM revision WHERE item = $1 AND at > $2", change->id, now_ - in);
      if (rows.next()) lately = static_cast<int>(rows->integer(0));
      if (!most && lately < often) continue;
      change->former->moved = false;
      auto& facts = stories_.item(change->id);
      facts.modified = change->former->modified;
      facts.renewed = false;
    }
  }
}

void Intake::write_revisions() {
  constexpr std::int64_t most_kept = 50;  // of an item
  std::vector<const Change*> real;
  std::vector<std::int64_t> numbers;
  for (const auto& change : changes_) {
    if (!change.former) continue;
    auto rows = database_.run("SELECT max(seq) FROM revision WHERE item = $1", change.id);
    real.push_back(&change);
    numbers.push_back((rows.next() ? rows->integer(0) : 0) + 1);
  }
  static constexpr Bulk revisions{"revision", "item, seq, at, kind, title, link, body", "iiiittb"};
  database_.insert(revisions, real.size(), [&](std::size_t i, Parameters& to) {
    to.integer(real[i]->id);
    to.integer(numbers[i]);
    to.time(now_);
    to.integer(real[i]->former->moved ? 0 : 1);
    to.text(real[i]->former->title);
    to.text(real[i]->former->link);
    to.blob(real[i]->former->body);
  });
  database_.repeat("DELETE FROM revision WHERE item = $1 AND seq <= $2", real.size(),
                   [&](std::size_t i, Parameters& to) {
                     to.integer(real[i]->id);
                     to.integer(numbers[i] - most_kept);
                   });
}

void Intake::apply_change(Document& document, Arrival& arrival, std::string_view title, std::string_view link,
                          std::string_view body) {
  const auto& item = *arrival.candidate.item;
  auto& facts = stories_.item(arrival.item);
  auto& feed = *document.feed;
  const auto old = decode_item(body, title, link);
  const bool reworded = meaning(old) != meaning(item);
  const bool relinked = old.link != item.link;
  Change change{.id = facts.id,
                .item = &item,
                .title = title_column(item, arrival.candidate.title),
                .body = arrival.body,
                .details = feed.details};
  feed.details_used = true;

  if (facts.state == ItemState::waiting) {
    const auto dates = dates_of(item, {.now = now_, .future = feed.partner.future});
    facts.published = dates.published;
    facts.modified = dates.modified;
    change.due = dates.due;
    if (!dates.due) facts.state = ItemState::shown;
  } else if (reworded) {
    change.former = {std::string(title), std::string(link), std::string(body), facts.modified,
                     resemblance(meaning(old), meaning(item))};
    facts.modified = date_of_change(item, facts.modified, now_);
    facts.renewed = true;
  }
  facts.title = change.title;
  facts.link = item.link;
  facts.type = store::type_of(feed.partner, item);
  if (facts.state == ItemState::shown || facts.state == ItemState::filtered) {
    facts.state = Feeds::filter(feed).passes(item) ? ItemState::shown : ItemState::filtered;
  }
  if (relinked) {
    for (const auto address : arrival.candidate.addresses) new_addresses_.emplace_back(address, facts.id);
  }
  stories_.touch(stories_.story_of(facts.id));
  if (reworded || relinked) ++added_.changed;
  changes_.push_back(std::move(change));
}

void Intake::add_new() {
  std::vector<std::int64_t> addresses;
  for (const auto& document : documents_) {
    for (const auto& arrival : document.arrivals) {
      if (arrival.item != 0) continue;
      addresses.insert(addresses.end(), arrival.candidate.addresses.begin(),
                       arrival.candidate.addresses.end());
    }
  }
  std::ranges::sort(addresses);
  addresses.erase(std::unique(addresses.begin(), addresses.end()), addresses.end());
  std::vector<std::int64_t> items, stories;
  database_.look_up("SELECT key, item FROM address WHERE key = {any}", addresses, [&](const Row& row) {
    at_address_[row.integer(0)].push_back(row.integer(1));
    items.push_back(row.integer(1));
  });
  stories_.load_items(items);
  find_echoes();
  for (const auto id : echoes_.candidates()) items.push_back(id);
  stories_.load_items(items);
  for (const auto id : items) stories.push_back(stories_.item(id).story);
  stories_.load_stories(stories);
  for (auto& document : documents_) add_new(document);
}

/// A document of which nothing is known, though the feed is, full of items that are dated (or not dated at
/// all) as those known are: very likely these are the known ones under other names. It is no migration
/// either, or their links or titles had told.
bool Intake::is_flood(const Document& document, const std::vector<Arrival*>& fresh) {
  constexpr std::size_t many = 10;
  if (document.first || document.content->archive || !document.present.empty() || fresh.size() < many ||
      document.feed->items < static_cast<std::int64_t>(many))
    return false;
  std::optional<Timestamp> oldest, newest;
  {
    auto rows =
        database_.run("SELECT min(published), max(published) FROM item WHERE feed = $1", document.feed->id);
    if (rows.next()) oldest = rows->optional_time(0), newest = rows->optional_time(1);
  }
  const auto suspicious = std::ranges::count_if(fresh, [&](const Arrival* arrival) {
    const auto claimed = claimed_date(*arrival->candidate.item);
    return !claimed || (*claimed >= oldest && *claimed <= newest);
  });
  return 5 * static_cast<std::size_t>(suspicious) >= 4 * fresh.size();
}

void Intake::hold(Document& document, std::size_t count) {
  auto& state = document.feed->state;
  state.status = FeedStatus::held;
  state.last_error =
      "none of the " + std::to_string(count) +
      " items that it has now is known, yet they are no newer than those it had: they may be the "
      "known ones under other names. They are held until you release them";
}

/// The admin has looked at it: what was held is shown, under the dates that it has.
void Intake::release_held(FeedRow& feed) {
  std::vector<std::int64_t> items, stories;
  {
    auto rows = database_.run("SELECT id FROM item WHERE feed = $1 AND state = $2", feed.id,
                              static_cast<int>(ItemState::held));
    while (rows.next()) items.push_back(rows->integer(0));
  }
  stories_.load_items(items);
  for (const auto id : items) stories.push_back(stories_.item(id).story);
  stories_.load_stories(stories);
  database_.look_up("SELECT id, title, link, body, due FROM item WHERE id = {any}", items,
                    [&](const Row& row) {
                      auto& facts = stories_.item(row.integer(0));
                      const auto item = decode_item(row.bytes(3), row.bytes(1), row.bytes(2));
                      facts.state = !row.null(4)                       ? ItemState::waiting
                                    : Feeds::filter(feed).passes(item) ? ItemState::shown
                                                                       : ItemState::filtered;
                      stories_.touch(stories_.story_of(facts.id));
                    });
}

/// Looks for texts like those of the new items. History is not compared: what is much older than the newest
/// known item has been where it is for long, and a partner's ten years of it would be read for nothing.
void Intake::find_echoes() {
  constexpr std::chrono::days fresh_enough{90};
  auto newest = settings_.newest;
  const auto date_of = [&](const Item& item) { return std::min(claimed_date(item).value_or(now_), now_); };
  for (const auto& document : documents_) {
    for (const auto& arrival : document.arrivals) {
      if (arrival.item == 0)
        newest = std::max(newest.value_or(Timestamp::min()), date_of(*arrival.candidate.item));
    }
  }
  settings_.newest = newest;
  for (auto& document : documents_) {
    for (auto& arrival : document.arrivals) {
      if (arrival.item != 0) continue;
      const auto& item = *arrival.candidate.item;
      if (date_of(item) + fresh_enough < *newest) continue;
      arrival.echo = echoes_.sound(item, document.feed->id, date_of(item));
    }
  }
  echoes_.look_up();
  if (newest) echoes_.forget_before(*newest - fresh_enough);
}

/// The item of another partner that tells the same in nearly the same words; 0: none.
std::int64_t Intake::told_elsewhere(const Arrival& arrival, const ItemFacts& item) {
  if (!arrival.echo) return 0;
  const auto heard = echoes_.best(*arrival.echo, [&](std::int64_t id) {
    const auto& other = stories_.item(id);
    if (other.feed == item.feed) return false;
    // Two items of one feed are two, whatever they say.
    return std::ranges::none_of(stories_.story_of(id).members,
                                [&](std::int64_t member) { return stories_.item(member).feed == item.feed; });
  });
  if (heard.item != 0) ties_.push_back({item.id, heard.item, TieKind::text, heard.score});
  return heard.item;
}

void Intake::obey_story_lines() {
  const StoryLines lines(settings_.stories);
  if (lines.empty()) return;
  std::vector<std::int64_t> named;
  for (const auto& document : documents_) {
    for (const auto& arrival : document.arrivals) {
      if (arrival.unchanged || arrival.item == 0) continue;
      if (lines.name(arrival.candidate.item->link, arrival.candidate.addresses))
        named.push_back(arrival.item);
    }
  }
  if (named.empty()) return;
  FreshAddresses fresh;
  for (const auto& [address, item] : new_addresses_) fresh.emplace(address, item);
  lines.regroup(database_, stories_, named, ties_, fresh);
}

void Intake::add_new(Document& document) {
  auto& feed = *document.feed;
  std::vector<Arrival*> fresh;
  std::optional<Timestamp> newest;
  int undated = 0;
  for (auto& arrival : document.arrivals) {
    const auto claimed = claimed_date(*arrival.candidate.item);
    if (claimed && *claimed <= now_ && (!newest || *claimed > *newest)) newest = claimed;
    if (arrival.item == 0) {
      fresh.push_back(&arrival);
      if (!claimed) ++undated;
    }
  }
  if (fresh.empty()) return;
  DateContext context{.now = now_, .future = feed.partner.future};
  if (document.first) context.below = newest;
  if (!document.first && undated == 1 && fresh.size() == 1) {
    context.last_modified = from_http_date(document.delivery->state.last_modified);
  }
  std::vector<ItemDates> dates;
  dates.reserve(fresh.size());
  for (const auto* arrival : fresh) dates.push_back(dates_of(*arrival->candidate.item, context));

  // The backlog of a feed that joins a published site goes to the archives, save its newest few.
  std::vector<bool> backlog(fresh.size(), document.content->archive);
  const bool site_is_out = feed.newcomer || (settings_.first_published && *settings_.first_published < now_);
  if (document.first && site_is_out && !document.content->archive) {
    std::vector<std::size_t> newest_first(fresh.size());
    for (std::size_t i = 0; i < fresh.size(); ++i) newest_first[i] = i;
    std::ranges::stable_sort(newest_first, std::greater{}, [&](std::size_t i) { return dates[i].modified; });
    for (std::size_t i = settings_.welcome; i < fresh.size(); ++i) backlog[newest_first[i]] = true;
  }

  const bool held = is_flood(document, fresh);
  if (held) hold(document, fresh.size());
  const auto& filter = Feeds::filter(feed);
  for (std::size_t i = 0; i < fresh.size(); ++i) {
    auto& arrival = *fresh[i];
    const auto& item = *arrival.candidate.item;
    ItemFacts facts;
    facts.id = next_item_++;
    facts.feed = feed.id;
    facts.state = held                  ? ItemState::held
                  : dates[i].due        ? ItemState::waiting
                  : filter.passes(item) ? ItemState::shown
                                        : ItemState::filtered;
    facts.first_seen = now_;
    facts.published = dates[i].published;
    facts.modified = dates[i].modified;
    facts.place = arrival.candidate.place;
    facts.key = arrival.candidate.key;
    facts.type = store::type_of(feed.partner, item);
    facts.title = title_column(item, arrival.candidate.title);
    facts.link = column_text(item.link);
    auto& kept = stories_.add(std::move(facts));
    arrival.item = kept.id;
    if (!withdrawals_.empty()) {
      const auto entry = entry_id(settings_.authority, kept.key);
      if (const auto reason = withdrawals_.reason(feed, arrival.candidate, entry)) {
        kept.state = ItemState::withdrawn;
        withdrawn_.emplace(kept.id, *reason);
      }
    }
    find_story(arrival, kept, backlog[i]);
    if (arrival.echo) echoes_.add(*arrival.echo, kept.id);

    known_[known_number(arrival.candidate.key)] = {
        .item = kept.id, .raw = arrival.raw, .found = true, .dirty = true};
    for (const auto address : arrival.candidate.addresses) {
      at_address_[address].push_back(kept.id);
      new_addresses_.emplace_back(address, kept.id);
    }
    new_items_.push_back({.id = kept.id,
                          .dates = dates[i],
                          .rule = arrival.candidate.rule,
                          .details = feed.details,
                          .body = arrival.body});
    ++added_.fresh;
  }
  feed.details_used = true;
  feed.items += static_cast<std::int64_t>(fresh.size());
  feed.state.items = static_cast<std::size_t>(feed.items);
  settings_.item_count += static_cast<std::int64_t>(fresh.size());
}

/// The story of other partners' items at the same address, or with nearly the same text; else a story of its
/// own.
void Intake::find_story(const Arrival& arrival, ItemFacts& item, bool archive_only) {
  std::map<std::int64_t, std::int64_t> others;  // story → an item of it
  for (const auto address : arrival.candidate.addresses) {
    // Where one feed has several items with different titles at an address, the address names none of them.
    std::map<std::int64_t, std::string> title_of_feed;
    std::map<std::int64_t, std::int64_t> stories;
    bool ambiguous = false;
    const auto known = at_address_.find(address);
    if (known == at_address_.end()) continue;
    for (const auto id : known->second) {
      const auto& other = stories_.item(id);
      const auto title = comparable_title(other.title);
      const auto [before, fresh] = title_of_feed.emplace(other.feed, title);
      ambiguous = ambiguous || (!fresh && before->second != title) ||
                  (other.feed == item.feed && title != comparable_title(item.title));
      stories.emplace(other.story, id);
    }
    if (!ambiguous) others.insert(stories.begin(), stories.end());
  }
  for (const auto& [story, other] : others) ties_.push_back({item.id, other, TieKind::address});
  if (others.empty()) {
    if (const auto other = told_elsewhere(arrival, item); other != 0)
      others.emplace(stories_.item(other).story, other);
  }
  if (others.empty()) {
    stories_.begin_story(item, archive_only);
    return;
  }
  auto* story = &stories_.story(others.begin()->first);
  for (const auto& [id, of_it] : others) {
    auto& other = stories_.story(id);
    stories_.merge(*story, other);
    if (story->merged_away) story = &other;
  }
  stories_.join(item, *story, archive_only);
}

/// RFC 6721, and RFC 5005 section 2: what its feed took back.
void Intake::withdraw_deleted(Document& document) {
  const auto& content = *document.content;
  std::map<std::int64_t, std::string> reasons;  // by identity, then by item
  for (const auto& deleted : content.deleted) {
    Item named;
    named.id = deleted.ref;
    if (named.id.empty()) continue;
    // An entry that stands in the document as well was brought back after it was deleted.
    const auto again = std::ranges::find(content.items, named.id, &Item::id);
    if (again != content.items.end() && (!deleted.when || !again->updated || *again->updated > *deleted.when))
      continue;
    reasons.emplace(known_number(key_on_level(named, document.feed->key, 0)),
                    deleted.comment.empty() ? "taken back by its partner" : deleted.comment);
  }
  std::vector<std::int64_t> keys;
  for (const auto& [key, reason] : reasons) keys.push_back(key);
  look_up_keys(keys);
  std::map<std::int64_t, std::string> items;
  for (const auto& [key, reason] : reasons) {
    if (const auto& known = known_.at(key); known.item != 0) items.emplace(known.item, reason);
  }
  if (content.complete && !content.items.empty()) {
    std::vector<std::int64_t> missing;
    auto rows = database_.run("SELECT id FROM item WHERE feed = $1 AND state <> $2", document.feed->id,
                              static_cast<int>(ItemState::withdrawn));
    while (rows.next()) {
      if (!document.present.contains(rows->integer(0))) missing.push_back(rows->integer(0));
    }
    // A document that says it is complete and lacks most of what there was is an accident more likely than an
    // intention.
    if (missing.size() <= 3 || missing.size() <= document.present.size()) {
      for (const auto id : missing) items.emplace(id, "no longer in its partner's complete feed");
    }
  }
  if (!items.empty()) withdraw(database_, stories_, WithdrawalKind::by_feed, items, now_);
}

/// Items that waited for their date (`future: hold`) and need wait no more.
void Intake::release_due() {
  std::vector<std::int64_t> due;
  {
    auto rows = database_.run("SELECT id FROM item WHERE due IS NOT NULL AND due <= $1", now_);
    while (rows.next()) due.push_back(rows->integer(0));
  }
  if (due.empty()) return;
  stories_.load_items(due);
  std::vector<std::int64_t> stories;
  for (const auto id : due) stories.push_back(stories_.item(id).story);
  stories_.load_stories(stories);
  database_.look_up("SELECT id, title, link, body FROM item WHERE id = {any}", due, [&](const Row& row) {
    auto& facts = stories_.item(row.integer(0));
    if (facts.state != ItemState::waiting) return;
    const auto item = decode_item(row.bytes(3), row.bytes(1), row.bytes(2));
    auto* feed = feeds_.by_id(facts.feed);
    facts.state = Feeds::filter(*feed).passes(item) ? ItemState::shown : ItemState::filtered;
    stories_.touch(stories_.story_of(facts.id));
  });
  database_.repeat("UPDATE item SET due = NULL WHERE id = $1", due.size(),
                   [&](std::size_t i, Parameters& to) { to.integer(due[i]); });
}

void Intake::write() {
  write_ties(database_, ties_);
  write_revisions();
  echoes_.write();
  withdraw(database_, stories_, WithdrawalKind::by_admin, withdrawn_, now_);
  static constexpr Bulk items{
      "item",
      "id, feed, story, state, first_seen, published, modified, place, date_rule, identity_rule, due, "
      "details, key, type, title, link, body",
      "iiiiiiiiiiiibtttb"};
  database_.insert(items, new_items_.size(), [&](std::size_t i, Parameters& to) {
    const auto& row = new_items_[i];
    const auto& facts = stories_.item(row.id);
    to.integer(facts.id);
    to.integer(facts.feed);
    to.integer(facts.story);
    to.integer(static_cast<int>(facts.state));
    to.time(facts.first_seen);
    to.time(facts.published);
    to.time(facts.modified);
    to.integer(facts.place);
    to.integer(static_cast<int>(row.dates.rule));
    to.integer(static_cast<int>(row.rule));
    to.time(row.dates.due);
    to.integer(row.details);
    to.blob({reinterpret_cast<const char*>(facts.key.data()), facts.key.size()});
    to.text(facts.type);
    to.text(facts.title);
    to.text(facts.link);
    to.blob(bytes_of(row.body));
  });
  database_.repeat(
      "UPDATE item SET published = $1, modified = $2, due = $3, details = $4, type = $5, title = $6, link = "
      "$7, body = $8 "
      "WHERE id = $9",
      changes_.size(), [&](std::size_t i, Parameters& to) {
        const auto& change = changes_[i];
        const auto& facts = stories_.item(change.id);
        to.time(facts.published);
        to.time(facts.modified);
        to.time(change.due);
        to.integer(change.details);
        to.text(facts.type);
        to.text(facts.title);
        to.text(facts.link);
        to.blob(bytes_of(change.body));
        to.integer(change.id);
      });

  std::vector<std::pair<std::int64_t, Known>> known;
  for (const auto& [key, value] : known_) {
    if (value.dirty) known.emplace_back(key, value);
  }
  // In the order of their index: neighbours meet on one page.
  std::ranges::sort(known, {}, [](const auto& entry) { return entry.first; });
  static constexpr Bulk keys{"known", "key, item, raw", "iii",
                             "ON CONFLICT (key) DO UPDATE SET item = excluded.item, raw = excluded.raw"};
  database_.insert(keys, known.size(), [&](std::size_t i, Parameters& to) {
    to.integer(known[i].first);
    to.integer(known[i].second.item);
    to.integer(known[i].second.raw);
  });
  std::ranges::sort(new_addresses_);
  new_addresses_.erase(std::unique(new_addresses_.begin(), new_addresses_.end()), new_addresses_.end());
  static constexpr Bulk addresses{"address", "key, item", "ii", "ON CONFLICT (key, item) DO NOTHING"};
  database_.insert(addresses, new_addresses_.size(), [&](std::size_t i, Parameters& to) {
    to.integer(new_addresses_[i].first);
    to.integer(new_addresses_[i].second);
  });
}

}  // namespace tributary::store
