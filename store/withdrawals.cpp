#include "store/withdrawals.hpp"

#include <algorithm>
#include <set>

#include "store/canonical_url.hpp"
#include "store/codec.hpp"
#include "store/hash.hpp"

namespace tributary::store {
namespace {

std::vector<std::int64_t> keys_of(const auto& map) {
  std::vector<std::int64_t> keys;
  keys.reserve(map.size());
  for (const auto& [key, value] : map) keys.push_back(key);
  return keys;
}

void load_with_stories(Stories& stories, const std::vector<std::int64_t>& items) {
  stories.load_items(items);
  std::vector<std::int64_t> touched;
  for (const auto id : items) {
    if (stories.has_item(id)) touched.push_back(stories.item(id).story);
  }
  stories.load_stories(touched);
}

/// Items that no reason keeps away any more are shown again, if their feed's filter lets them.
void bring_back(Database& database, Feeds& feeds, Stories& stories, const std::vector<std::int64_t>& items) {
  std::set<std::int64_t> still;
  database.look_up("SELECT item FROM withdrawal WHERE item = {any}", items,
                   [&](const Row& row) { still.insert(row.integer(0)); });
  std::vector<std::int64_t> free;
  for (const auto id : items) {
    if (!still.contains(id)) free.push_back(id);
  }
  load_with_stories(stories, free);
  database.look_up("SELECT id, title, link, body, due FROM item WHERE id = {any}", free, [&](const Row& row) {
    auto& item = stories.item(row.integer(0));
    auto& feed = *feeds.by_id(item.feed);
    const auto sent = decode_item(row.bytes(3), row.bytes(1), row.bytes(2));
    item.state = !row.null(4) ? ItemState::waiting
                 // Only what was shown is ever abridged.
                 : is_abridged(row.bytes(3)) || Feeds::filter(feed).passes(sent) ? ItemState::shown
                                                                                 : ItemState::filtered;
    stories.touch(stories.story_of(item.id));
  });
}

}  // namespace

std::vector<Withdrawal> WithdrawalRules::active(const std::vector<Withdrawal>& lines, Timestamp now) {
  std::vector<Withdrawal> holding;
  std::ranges::copy_if(lines, std::back_inserter(holding),
                       [&](const Withdrawal& line) { return !line.until || now < *line.until; });
  return holding;
}

WithdrawalRules::WithdrawalRules(const std::vector<Withdrawal>& lines, Timestamp now) {
  for (const auto& line : active(lines, now)) {
    const auto reason = line.reason.empty() ? std::string("withdrawn") : line.reason;
    if (!line.id.empty()) by_id_.emplace(line.id, reason);
    if (!line.feed.empty()) by_feed_.emplace(line.feed, reason);
    if (!line.url.empty()) {
      by_link_.emplace(line.url, reason);
      if (const auto canonical = canonical_url(line.url); !canonical.empty()) {
        by_address_.emplace(static_cast<std::int64_t>(hash64(canonical)), reason);
      }
    }
  }
}

std::optional<std::string> WithdrawalRules::reason(const FeedRow& feed, const Candidate& candidate,
                                                   std::string_view entry) const {
  const auto in = [](const auto& rules, const auto& name) -> std::optional<std::string> {
    const auto found = rules.find(name);
    return found == rules.end() ? std::nullopt : std::optional(found->second);
  };
  for (const auto& name : {feed.url, feed.slug, feed.key}) {
    if (auto found = in(by_feed_, name)) return found;
  }
  if (auto found = in(by_id_, entry)) return found;
  if (auto found = in(by_id_, candidate.item->id); found && !candidate.item->id.empty()) return found;
  if (auto found = in(by_link_, candidate.item->link)) return found;
  for (const auto address : candidate.addresses) {
    if (auto found = in(by_address_, address)) return found;
  }
  return std::nullopt;
}

std::map<std::int64_t, std::string> WithdrawalRules::items(Database& database, Feeds& feeds) const {
  std::map<std::int64_t, std::string> found;
  database.look_up("SELECT key, item FROM address WHERE key = {any}", keys_of(by_address_),
                   [&](const Row& row) { found.emplace(row.integer(1), by_address_.at(row.integer(0))); });
  // An id is an entry's, which names the story with all its copies; or what a partner calls an item.
  std::map<std::int64_t, std::string> entries, guids;
  for (const auto& [id, reason] : by_id_) {
    std::string_view host;
    Key key{};
    if (key_of_entry_id(id, host, key)) entries.emplace(known_number(key), reason);
    Item named;
    named.id = id;
    for (const auto* feed : feeds.all())
      guids.emplace(known_number(key_on_level(named, feed->key, 0)), reason);
  }
  database.look_up("SELECT key, item FROM known WHERE key = {any}", keys_of(guids), [&](const Row& row) {
    if (row.integer(1) != 0) found.emplace(row.integer(1), guids.at(row.integer(0)));
  });
  std::map<std::int64_t, std::string> stories;
  std::map<std::int64_t, std::string> founders;
  database.look_up("SELECT key, item FROM known WHERE key = {any}", keys_of(entries),
                   [&](const Row& row) { founders.emplace(row.integer(1), entries.at(row.integer(0))); });
  database.look_up("SELECT id, story FROM item WHERE id = {any}", keys_of(founders), [&](const Row& row) {
    found.emplace(row.integer(0), founders.at(row.integer(0)));
    stories.emplace(row.integer(1), founders.at(row.integer(0)));
  });
  database.look_up("SELECT id, story FROM item WHERE story = {any} AND story <> id", keys_of(stories),
                   [&](const Row& row) { found.emplace(row.integer(0), stories.at(row.integer(1))); });
  database.look_up("SELECT id FROM item WHERE id = {any} AND story = id", keys_of(stories),
                   [&](const Row& row) { found.emplace(row.integer(0), stories.at(row.integer(0))); });
  for (const auto& [name, reason] : by_feed_) {
    for (const auto* feed : feeds.all()) {
      if (feed->url != name && feed->slug != name && feed->key != name) continue;
      auto rows = database.run("SELECT id FROM item WHERE feed = $1", feed->id);
      while (rows.next()) found.emplace(rows->integer(0), reason);
    }
  }
  return found;
}

void withdraw(Database& database, Stories& stories, WithdrawalKind kind,
              const std::map<std::int64_t, std::string>& items, Timestamp now) {
  const auto ids = keys_of(items);
  load_with_stories(stories, ids);
  std::vector<std::int64_t> taken;
  for (const auto id : ids) {
    if (!stories.has_item(id)) continue;
    taken.push_back(id);
    auto& item = stories.item(id);
    if (item.state == ItemState::withdrawn) continue;
    item.state = ItemState::withdrawn;
    item.withdrawn_because = items.at(id);
    stories.touch(stories.story_of(id));
  }
  static constexpr Bulk bulk{"withdrawal", "item, kind, at, reason", "iiit",
                             "ON CONFLICT (item, kind) DO NOTHING"};
  database.insert(bulk, taken.size(), [&](std::size_t i, Parameters& to) {
    to.integer(taken[i]);
    to.integer(static_cast<int>(kind));
    to.time(now);
    to.text(items.at(taken[i]));
  });
}

void apply_withdrawals(Database& database, Feeds& feeds, StreamNumbers& streams, Settings& settings,
                       Timestamp now) {
  const auto active = WithdrawalRules::active(settings.withdraw, now);
  if (encode(active) == encode(settings.withdraw_applied)) return;
  settings.withdraw_applied = active;
  auto named = WithdrawalRules(settings.withdraw, now).items(database, feeds);
  std::vector<std::int64_t> lifted;
  {
    auto rows = database.run("SELECT item FROM withdrawal WHERE kind = $1",
                             static_cast<int>(WithdrawalKind::by_admin));
    while (rows.next()) {
      if (named.erase(rows->integer(0)) == 0) lifted.push_back(rows->integer(0));
    }
  }
  Stories stories(database, feeds, streams, settings, now);
  database.repeat("DELETE FROM withdrawal WHERE kind = $1 AND item = $2", lifted.size(),
                  [&](std::size_t i, Parameters& to) {
                    to.integer(static_cast<int>(WithdrawalKind::by_admin));
                    to.integer(lifted[i]);
                  });
  bring_back(database, feeds, stories, lifted);
  withdraw(database, stories, WithdrawalKind::by_admin, named, now);
  stories.settle();
}

}  // namespace tributary::store
