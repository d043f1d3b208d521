#include "store/intake.hpp"

#include <algorithm>

#include "model/url.hpp"
#include "store/codec.hpp"
#include "store/retention.hpp"

namespace tributary::store {
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
  retain_again(database_, whole_again_, now_);
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
