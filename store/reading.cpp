#include "store/reading.hpp"

#include <algorithm>
#include <set>
#include <tuple>
#include <unordered_map>

#include "store/codec.hpp"
#include "store/stories.hpp"
#include "store/text.hpp"

namespace tributary::store {
namespace {

struct StoryRow {
  std::string entry;
  std::int64_t winner = 0;
  Timestamp published = {}, modified = {}, first_seen = {};
};
struct ItemRow {
  std::int64_t feed = 0, details = 0;
  std::string type = {};
  Timestamp published = {}, modified = {}, first_seen = {};
  Item item = {};
};
struct CopyRow {
  std::int64_t id = 0, feed = 0;
  std::string title, link;
};

struct Place {
  std::int64_t sort, seen, rank, place, story, item;
  auto operator<=>(const Place&) const = default;
};

void read_places(Rows rows, std::vector<Place>& places) {
  while (rows.next()) {
    places.push_back({rows->integer(0), rows->integer(1), rows->integer(2), rows->integer(3),
                      rows->integer(4), rows->integer(5)});
  }
}

std::vector<Shown> in_order(std::vector<Place> places) {
  std::ranges::sort(places);
  std::vector<Shown> shown;
  shown.reserve(places.size());
  for (const auto& place : places) shown.push_back({place.story, place.item});
  return shown;
}

/// The nearest moment of either class.
std::optional<Timestamp> nearest(Database& database, std::string_view sql, std::int64_t stream,
                                 Timestamp moment, auto nearer) {
  std::optional<Timestamp> found;
  for (const int archive_only : {0, 1}) {
    auto rows = database.run(sql, stream, archive_only, -moment.time_since_epoch().count());
    if (!rows.next()) continue;
    const Timestamp modified{std::chrono::seconds(-rows->integer(0))};
    found = found ? nearer(*found, modified) : modified;
  }
  return found;
}

std::vector<std::int64_t> distinct(std::vector<std::int64_t> ids) {
  std::ranges::sort(ids);
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

/// The item's own licence; rights in words count only when they name a licence.
std::string licence_of(const Item& item, const FeedDetails& source, const std::string& configured) {
  const auto link = [](const std::vector<Link>& links) {
    const auto found = std::ranges::find(links, "license", &Link::rel);
    return found == links.end() ? std::string() : found->href;
  };
  if (auto own = link(item.links); !own.empty()) return own;
  if (item.rights) {
    const auto words = plain_text(*item.rights);
    const auto lower = comparable_title(words);
    for (const std::string_view sign :
         {"creative commons", "creativecommons.org", "cc by", "cc-by", "cc0", "public domain"}) {
      if (lower.find(sign) != std::string::npos) return words;
    }
  }
  return configured.empty() ? link(source.links) : configured;
}

}  // namespace

std::vector<Shown> newest(Database& database, std::int64_t stream, std::size_t limit) {
  std::vector<Place> places;
  for (const int archive_only : {0, 1}) {
    if (places.size() >= limit) break;
    read_places(
        database.run(
            "SELECT sort, seen, rank, place, story, item FROM placed WHERE stream = $1 AND class = $2 "
            "ORDER BY sort, seen, rank, place, story LIMIT $3",
            stream, archive_only, limit - places.size()),
        places);
  }
  return in_order(std::move(places));
}

std::vector<Shown> modified_between(Database& database, std::int64_t stream, Timestamp from, Timestamp until,
                                    std::size_t limit) {
  std::vector<Place> places;
  for (const int archive_only : {0, 1}) {
    read_places(
        database.run(
            "SELECT sort, seen, rank, place, story, item FROM placed WHERE stream = $1 AND class = $2 "
            "AND sort > $3 AND sort <= $4 ORDER BY sort, seen, rank, place, story LIMIT $5",
            stream, archive_only, -until.time_since_epoch().count(), -from.time_since_epoch().count(), limit),
        places);
  }
  auto shown = in_order(std::move(places));
  if (shown.size() > limit) shown.resize(limit);
  return shown;
}

std::optional<Timestamp> modified_before(Database& database, std::int64_t stream, Timestamp moment) {
  return nearest(
      database,
      "SELECT sort FROM placed WHERE stream = $1 AND class = $2 AND sort > $3 ORDER BY sort LIMIT 1", stream,
      moment, std::ranges::max);
}

std::optional<Timestamp> modified_from(Database& database, std::int64_t stream, Timestamp moment) {
  return nearest(
      database,
      "SELECT sort FROM placed WHERE stream = $1 AND class = $2 AND sort <= $3 ORDER BY sort DESC LIMIT 1",
      stream, moment, std::ranges::min);
}

std::vector<Tombstone> read_tombstones(Database& database, std::int64_t stream, std::size_t limit) {
  // Closed pages change with a tombstone, and the front document tells of it: so those of one great
  // withdrawal stay together, within reason.
  constexpr std::chrono::days together{7};
  constexpr std::size_t at_most = 5000;
  std::vector<Tombstone> tombstones;
  auto rows =
      database.run("SELECT entry, at, comment FROM tombstone WHERE stream = $1 ORDER BY seq DESC LIMIT $2",
                   stream, at_most);
  while (rows.next()) {
    if (tombstones.size() >= limit && rows->time(1) + together < tombstones.front().when) break;
    tombstones.push_back({.id = rows->text(0), .when = rows->time(1), .comment = rows->text(2)});
  }
  std::ranges::sort(tombstones, [](const Tombstone& one, const Tombstone& other) {
    return std::tie(other.when, one.id) < std::tie(one.when, other.id);
  });
  return tombstones;
}

std::vector<StreamEntry> read_entries(Database& database, std::span<const Shown> shown) {
  std::unordered_map<std::int64_t, StoryRow> stories;
  std::unordered_map<std::int64_t, ItemRow> items;
  std::unordered_map<std::int64_t, std::vector<CopyRow>> copies;
  std::unordered_map<std::int64_t, FeedRow> feeds;
  std::unordered_map<std::int64_t, FeedDetails> details;
  std::vector<std::int64_t> shown_ids, feed_ids, detail_ids;

  std::vector<std::int64_t> wanted;
  for (const auto& one : shown) {
    wanted.push_back(one.story);
    shown_ids.push_back(one.item);
  }
  wanted = distinct(std::move(wanted));
  database.look_up("SELECT id, entry, winner, published, modified, first_seen FROM story WHERE id = {any}",
                   wanted, [&](const Row& row) {
                     stories[row.integer(0)] = {row.text(1), row.integer(2), row.time(3), row.time(4),
                                                row.time(5)};
                   });
  database.look_up(
      "SELECT id, feed, details, type, published, modified, first_seen, title, link, body FROM item WHERE id "
      "= {any}",
      distinct(shown_ids), [&](const Row& row) {
        items[row.integer(0)] = {.feed = row.integer(1),
                                 .details = row.integer(2),
                                 .type = row.text(3),
                                 .published = row.time(4),
                                 .modified = row.time(5),
                                 .first_seen = row.time(6),
                                 .item = decode_item(row.bytes(9), row.bytes(7), row.bytes(8))};
        feed_ids.push_back(row.integer(1));
        detail_ids.push_back(row.integer(2));
      });
  const auto copy = [&](const Row& row) {
    if (static_cast<ItemState>(row.integer(3)) != ItemState::shown) return;
    copies[row.integer(1)].push_back({row.integer(0), row.integer(2), row.text(4), row.text(5)});
    feed_ids.push_back(row.integer(2));
  };
  database.look_up("SELECT id, story, feed, state, title, link FROM item WHERE story = {any} AND story <> id",
                   wanted, copy);
  // The item that began a story bears its number; alone it is the one that is shown.
  std::vector<std::int64_t> founders;
  for (const auto& one : shown) {
    if (one.item != one.story) founders.push_back(one.story);
  }
  database.look_up("SELECT id, story, feed, state, title, link FROM item WHERE id = {any} AND story = id",
                   distinct(std::move(founders)), copy);
  database.look_up("SELECT " + std::string(feed_columns) + " FROM feed WHERE id = {any}", distinct(feed_ids),
                   [&](const Row& row) { feeds.emplace(row.integer(0), read_feed(row)); });
  database.look_up("SELECT id, body FROM details WHERE id = {any}", distinct(detail_ids),
                   [&](const Row& row) { details.emplace(row.integer(0), decode_details(row.bytes(1))); });

  std::vector<StreamEntry> entries;
  entries.reserve(shown.size());
  for (const auto& one : shown) {
    const auto story = stories.find(one.story);
    const auto item = items.find(one.item);
    if (story == stories.end() || item == items.end()) continue;
    const auto& feed = feeds.at(item->second.feed);
    const bool winner = story->second.winner == one.item;
    StreamEntry entry;
    entry.id = story->second.entry;
    entry.feed = feed.key;
    entry.partner = feed.name;
    entry.partner_slug = feed.slug;
    entry.feed_url = feed.state.url;
    if (const auto found = details.find(item->second.details); found != details.end())
      entry.source = found->second;
    entry.item = item->second.item;
    entry.published = winner ? story->second.published : item->second.published;
    entry.modified = winner ? story->second.modified : item->second.modified;
    entry.first_seen = winner ? story->second.first_seen : item->second.first_seen;
    entry.type = item->second.type;
    entry.licence = licence_of(entry.item, entry.source, feed.partner.licence);
    entry.topics = feed.partner.topics;
    std::set<std::int64_t> named{item->second.feed};
    std::ranges::sort(copies[one.story], {}, &CopyRow::id);
    for (const auto& other : copies[one.story]) {
      const auto& partner = feeds.at(other.feed);
      if (!partner.configured() || !named.insert(other.feed).second) continue;
      entry.also.push_back({partner.name, partner.slug, other.title, other.link});
      for (const auto& topic : partner.partner.topics) {
        if (std::ranges::find(entry.topics, topic) == entry.topics.end()) entry.topics.push_back(topic);
      }
    }
    std::ranges::sort(entry.also, {}, [](const Copy& other) { return std::tie(other.partner, other.url); });
    entries.push_back(std::move(entry));
  }
  return entries;
}

}  // namespace tributary::store
