#include "store/reading.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>
#include <tuple>
#include <unordered_map>

#include "store/codec.hpp"
#include "store/stories.hpp"
#include "store/text.hpp"

namespace tributary::store {
namespace {

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

namespace {

/// The feeds that entries name.
class NamedFeeds {
 public:
  explicit NamedFeeds(Feeds* known) : known_(known) {}
  void read(Database& database, std::vector<std::int64_t> ids) {
    if (known_ != nullptr) return;
    database.look_up("SELECT " + std::string(feed_columns) + " FROM feed WHERE id = {any}",
                     distinct(std::move(ids)),
                     [&](const Row& row) { read_.emplace(row.integer(0), read_feed(row)); });
  }
  [[nodiscard]] const FeedRow& at(std::int64_t id) const {
    if (known_ == nullptr) return read_.at(id);
    const auto* feed = known_->by_id(id);
    if (feed == nullptr) throw std::out_of_range("an item of a feed that is not there");
    return *feed;
  }

 private:
  Feeds* known_;
  std::unordered_map<std::int64_t, FeedRow> read_;
};

/// All that an entry is made of, in one question: of an item i, its story s and its feed's wording d.
constexpr std::string_view entry_columns =
    "i.id, i.story, i.feed, i.type, i.title, i.link, i.body, d.body, s.entry, "
    "CASE WHEN s.winner = i.id THEN s.published ELSE i.published END, "
    "CASE WHEN s.winner = i.id THEN s.modified ELSE i.modified END, "
    "CASE WHEN s.winner = i.id THEN s.first_seen ELSE i.first_seen END, "
    "CAST(CASE WHEN EXISTS (SELECT 1 FROM item o WHERE o.story = i.story AND o.story <> o.id) THEN 1 ELSE 0 "
    "END "
    "AS BIGINT)";

/// Entries on their way, before what depends on their feeds and on their stories' other copies is known.
struct Drafts {
  struct About {
    std::int64_t item = 0, story = 0, feed = 0;  ///< item 0: there is no such entry
    bool has_copies = false;
  };
  std::vector<StreamEntry> entries = {};
  std::vector<About> about = {};  ///< each entry

  void read(const Row& row, std::size_t place) {
    about[place] = {row.integer(0), row.integer(1), row.integer(2), row.integer(12) != 0};
    auto& entry = entries[place];
    entry.type = row.text(3);
    entry.item = decode_item(row.bytes(6), row.bytes(4), row.bytes(5));
    if (!row.null(7)) entry.source = decode_details(row.bytes(7));
    entry.id = row.text(8);
    entry.published = row.time(9);
    entry.modified = row.time(10);
    entry.first_seen = row.time(11);
  }
};

/// The copies of these stories that may be named, besides the ones shown.
std::unordered_map<std::int64_t, std::vector<CopyRow>> read_copies(Database& database,
                                                                   std::span<const Drafts::About> shown) {
  std::vector<std::int64_t> stories, founders;
  for (const auto& one : shown) {
    if (!one.has_copies) continue;
    stories.push_back(one.story);
    // The item that began a story bears its number.
    if (one.item != one.story) founders.push_back(one.story);
  }
  std::unordered_map<std::int64_t, std::vector<CopyRow>> copies;
  const auto copy = [&](const Row& row) {
    if (static_cast<ItemState>(row.integer(3)) != ItemState::shown) return;
    copies[row.integer(1)].push_back({row.integer(0), row.integer(2), row.text(4), row.text(5)});
  };
  database.look_up("SELECT id, story, feed, state, title, link FROM item WHERE story = {any} AND story <> id",
                   distinct(std::move(stories)), copy);
  database.look_up("SELECT id, story, feed, state, title, link FROM item WHERE id = {any} AND story = id",
                   distinct(std::move(founders)), copy);
  return copies;
}

/// "Also published by": each other partner once, and what topics they bring.
void add_copies(StreamEntry& entry, std::int64_t own_feed, std::vector<CopyRow>& copies,
                const NamedFeeds& feeds) {
  std::set<std::int64_t> named{own_feed};
  std::ranges::sort(copies, {}, &CopyRow::id);
  for (const auto& other : copies) {
    const auto& partner = feeds.at(other.feed);
    if (!partner.configured() || !named.insert(other.feed).second) continue;
    entry.also.push_back({partner.name, partner.slug, other.title, other.link});
    for (const auto& topic : partner.partner.topics) {
      if (std::ranges::find(entry.topics, topic) == entry.topics.end()) entry.topics.push_back(topic);
    }
  }
  std::ranges::sort(entry.also, {}, [](const Copy& other) { return std::tie(other.partner, other.url); });
}

std::vector<StreamEntry> finish(Database& database, Feeds* known_feeds, Drafts drafts) {
  auto copies = read_copies(database, drafts.about);
  NamedFeeds feeds(known_feeds);
  if (known_feeds == nullptr) {
    std::vector<std::int64_t> ids;
    for (const auto& one : drafts.about) {
      if (one.item != 0) ids.push_back(one.feed);
    }
    for (const auto& [story, list] : copies) {
      for (const auto& copy : list) ids.push_back(copy.feed);
    }
    feeds.read(database, std::move(ids));
  }
  std::size_t kept = 0;
  for (std::size_t i = 0; i < drafts.entries.size(); ++i) {
    const auto& about = drafts.about[i];
    if (about.item == 0) continue;
    auto& entry = drafts.entries[i];
    const auto& feed = feeds.at(about.feed);
    entry.feed = feed.key;
    entry.partner = feed.name;
    entry.partner_slug = feed.slug;
    entry.feed_url = feed.state.url;
    entry.licence = licence_of(entry.item, entry.source, feed.partner.licence);
    entry.topics = feed.partner.topics;
    if (const auto others = copies.find(about.story); others != copies.end())
      add_copies(entry, feed.id, others->second, feeds);
    if (kept != i) drafts.entries[kept] = std::move(entry);
    ++kept;
  }
  drafts.entries.resize(kept);
  return std::move(drafts.entries);
}

}  // namespace

std::vector<StreamEntry> read_entries(Database& database, Feeds* feeds, std::span<const Shown> shown) {
  static const auto sql =
      "SELECT " + std::string(entry_columns) +
      " FROM item i JOIN story s ON s.id = i.story LEFT JOIN details d ON d.id = i.details "
      "WHERE i.id = {any}";
  std::unordered_map<std::int64_t, std::size_t> places;
  std::vector<std::int64_t> ids;
  for (std::size_t i = 0; i < shown.size(); ++i) {
    if (places.emplace(shown[i].item, i).second) ids.push_back(shown[i].item);
  }
  Drafts drafts{.entries = std::vector<StreamEntry>(shown.size()),
                .about = std::vector<Drafts::About>(shown.size())};
  std::ranges::sort(ids);
  database.look_up(sql, ids, [&](const Row& row) {
    const auto place = places.at(row.integer(0));
    if (row.integer(1) == shown[place].story) drafts.read(row, place);
  });
  return finish(database, feeds, std::move(drafts));
}

std::vector<StreamEntry> read_newest(Database& database, Feeds* feeds, std::int64_t stream,
                                     std::size_t limit) {
  static const auto sql =
      "SELECT " + std::string(entry_columns) +
      " FROM placed p JOIN item i ON i.id = p.item JOIN story s ON s.id = p.story LEFT JOIN details d ON "
      "d.id = i.details WHERE p.stream = $1 AND p.class = 0 "
      "ORDER BY p.sort, p.seen, p.rank, p.place, p.story LIMIT $2";
  constexpr std::size_t usual = 200;
  Drafts drafts;
  drafts.entries.reserve(std::min(limit, usual));
  {
    auto rows = database.run(sql, stream, limit);
    while (rows.next()) {
      drafts.entries.emplace_back();
      drafts.about.emplace_back();
      drafts.read(*rows, drafts.about.size() - 1);
    }
  }
  // The backlog fills the room, each where its dates put it.
  if (drafts.about.size() < limit) return read_entries(database, feeds, newest(database, stream, limit));
  return finish(database, feeds, std::move(drafts));
}

}  // namespace tributary::store
