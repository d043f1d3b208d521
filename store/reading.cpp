#include "store/reading.hpp"

#include <algorithm>
#include <optional>
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
struct WinnerRow {
  std::int64_t feed = 0, details = 0;
  std::string type;
  Item item;
};
struct CopyRow {
  std::int64_t id = 0, feed = 0;
  std::string title, link;
};

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

std::vector<std::int64_t> newest_stories(Database& database, std::int64_t stream, std::size_t limit) {
  struct Spot {
    std::int64_t sort, seen, rank, place, story;
    auto operator<=>(const Spot&) const = default;
  };
  // Backlog and the rest lie apart in the index; each gives its newest, and the newest of both are wanted.
  std::vector<Spot> spots;
  for (const int archive_only : {0, 1}) {
    auto rows = database.run(
        "SELECT sort, seen, rank, place, story FROM placed WHERE stream = $1 AND class = $2 "
        "ORDER BY sort, seen, rank, place, story LIMIT $3",
        stream, archive_only, limit);
    while (rows.next()) {
      spots.push_back(
          {rows->integer(0), rows->integer(1), rows->integer(2), rows->integer(3), rows->integer(4)});
    }
  }
  std::ranges::sort(spots);
  if (spots.size() > limit) spots.resize(limit);
  std::vector<std::int64_t> stories;
  stories.reserve(spots.size());
  for (const auto& spot : spots) stories.push_back(spot.story);
  return stories;
}

std::vector<StreamEntry> read_entries(Database& database, std::span<const std::int64_t> ids) {
  std::unordered_map<std::int64_t, StoryRow> stories;
  std::unordered_map<std::int64_t, WinnerRow> winners;
  std::unordered_map<std::int64_t, std::vector<CopyRow>> copies;
  std::unordered_map<std::int64_t, FeedRow> feeds;
  std::unordered_map<std::int64_t, FeedDetails> details;
  std::vector<std::int64_t> winner_ids, feed_ids, detail_ids, others;

  const auto wanted = distinct({ids.begin(), ids.end()});
  database.look_up("SELECT id, entry, winner, published, modified, first_seen FROM story WHERE id = {any}",
                   wanted, [&](const Row& row) {
                     stories[row.integer(0)] = {row.text(1), row.integer(2), row.time(3), row.time(4),
                                                row.time(5)};
                     winner_ids.push_back(row.integer(2));
                   });
  database.look_up("SELECT id, feed, details, type, title, link, body FROM item WHERE id = {any}",
                   distinct(winner_ids), [&](const Row& row) {
                     winners[row.integer(0)] = {row.integer(1), row.integer(2), row.text(3),
                                                decode_item(row.bytes(6), row.bytes(4), row.bytes(5))};
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
  for (const auto& [id, story] : stories) {
    if (story.winner != id) others.push_back(id);
  }
  // The item that began a story, where another one is shown.
  database.look_up("SELECT id, story, feed, state, title, link FROM item WHERE id = {any} AND story = id",
                   distinct(others), copy);
  database.look_up("SELECT " + std::string(feed_columns) + " FROM feed WHERE id = {any}", distinct(feed_ids),
                   [&](const Row& row) { feeds.emplace(row.integer(0), read_feed(row)); });
  database.look_up("SELECT id, body FROM details WHERE id = {any}", distinct(detail_ids),
                   [&](const Row& row) { details.emplace(row.integer(0), decode_details(row.bytes(1))); });

  std::vector<StreamEntry> entries;
  entries.reserve(ids.size());
  for (const auto id : ids) {
    const auto story = stories.find(id);
    if (story == stories.end()) continue;
    const auto winner = winners.find(story->second.winner);
    if (winner == winners.end()) continue;
    const auto& feed = feeds.at(winner->second.feed);
    StreamEntry entry;
    entry.id = story->second.entry;
    entry.feed = feed.key;
    entry.partner = feed.name;
    entry.partner_slug = feed.slug;
    entry.feed_url = feed.state.url;
    if (const auto found = details.find(winner->second.details); found != details.end())
      entry.source = found->second;
    entry.item = winner->second.item;
    entry.published = story->second.published;
    entry.modified = story->second.modified;
    entry.first_seen = story->second.first_seen;
    entry.type = winner->second.type;
    entry.licence = licence_of(entry.item, entry.source, feed.partner.licence);
    entry.topics = feed.partner.topics;
    for (const auto& other : copies[id]) {
      const auto& partner = feeds.at(other.feed);
      if (other.id == story->second.winner || other.feed == feed.id || !partner.configured()) continue;
      entry.also.push_back({partner.name, partner.slug, other.title, other.link});
      for (const auto& topic : partner.partner.topics) {
        if (std::ranges::find(entry.topics, topic) == entry.topics.end()) entry.topics.push_back(topic);
      }
    }
    std::ranges::sort(entry.also, {}, [](const Copy& one) { return std::tie(one.partner, one.url); });
    entries.push_back(std::move(entry));
  }
  return entries;
}

}  // namespace tributary::store
