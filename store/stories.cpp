#include "store/stories.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>

#include "model/url.hpp"
#include "store/codec.hpp"

namespace tributary::store {
namespace {

std::int64_t seconds_of(Timestamp when) {
  return when.time_since_epoch().count();
}

std::string_view without_www(std::string_view host) {
  return host.starts_with("www.") ? host.substr(4) : host;
}

constexpr std::string_view item_columns =
    "id, feed, story, state, first_seen, published, modified, place, key, type, link, title";

ItemFacts read_item(const Row& row) {
  ItemFacts item;
  item.id = row.integer(0);
  item.feed = row.integer(1);
  item.story = item.stored_story = row.integer(2);
  item.state = item.stored_state = static_cast<ItemState>(row.integer(3));
  item.first_seen = row.time(4);
  item.published = row.time(5);
  item.modified = row.time(6);
  item.place = static_cast<int>(row.integer(7));
  const auto key = row.bytes(8);
  std::copy_n(reinterpret_cast<const std::uint8_t*>(key.data()), std::min(key.size(), item.key.size()),
              item.key.begin());
  item.type = row.text(9);
  item.link = row.text(10);
  item.title = row.text(11);
  return item;
}

}  // namespace

void StreamNumbers::load(Database& database) {
  numbers_.clear();
  auto rows = database.run("SELECT id, kind, slug FROM stream");
  while (rows.next()) {
    numbers_.emplace(StreamId{static_cast<StreamId::Kind>(rows->integer(1)), rows->text(2)},
                     rows->integer(0));
  }
}

std::optional<std::int64_t> StreamNumbers::find(const StreamId& id) const {
  const auto found = numbers_.find(id);
  return found == numbers_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<std::int64_t> StreamNumbers::find(Database& database, const StreamId& id) {
  auto rows =
      database.run("SELECT id FROM stream WHERE kind = $1 AND slug = $2", static_cast<int>(id.kind), id.slug);
  return rows.next() ? std::optional(rows->integer(0)) : std::nullopt;
}

std::int64_t StreamNumbers::number(Database& database, const StreamId& id) {
  if (const auto known = find(id)) return *known;
  std::int64_t next = 1;
  for (const auto& [stream, number] : numbers_) next = std::max(next, number + 1);
  database.execute("INSERT INTO stream (id, kind, slug) VALUES ($1, $2, $3)", next, static_cast<int>(id.kind),
                   id.slug);
  numbers_.emplace(id, next);
  return next;
}

void Stories::load_items(std::span<const std::int64_t> ids) {
  std::vector<std::int64_t> missing;
  for (const auto id : ids) {
    if (!items_.contains(id)) missing.push_back(id);
  }
  std::ranges::sort(missing);
  missing.erase(std::unique(missing.begin(), missing.end()), missing.end());
  database_.look_up("SELECT " + std::string(item_columns) + " FROM item WHERE id = {any}", missing,
                    [&](const Row& row) {
                      auto item = read_item(row);
                      items_.emplace(item.id, std::move(item));
                    });
}

void Stories::load_stories(std::span<const std::int64_t> ids) {
  std::vector<std::int64_t> missing;
  for (const auto id : ids) {
    if (!stories_.contains(id)) missing.push_back(id);
  }
  std::ranges::sort(missing);
  missing.erase(std::unique(missing.begin(), missing.end()), missing.end());
  if (missing.empty()) return;
  database_.look_up(
      "SELECT id, entry, winner, class, published, modified, first_seen, sort, rank, place, streams, arrived "
      "FROM story "
      "WHERE id = {any}",
      missing, [&](const Row& row) {
        StoryFacts story;
        story.id = row.integer(0);
        story.entry = row.text(1);
        story.winner = row.integer(2);
        story.archive_only = row.integer(3) != 0;
        story.published = row.time(4);
        story.modified = row.time(5);
        story.first_seen = row.time(6);
        story.sort = row.integer(7);
        story.rank = row.integer(8);
        story.place = row.integer(9);
        story.streams = decode_numbers(row.bytes(10));
        story.arrived = decode_numbers(row.bytes(11));
        stories_.emplace(story.id, std::move(story));
      });
  // The item that began it bears its number; the others are few and have an index of their own.
  load_items(missing);
  std::vector<std::int64_t> others;
  const auto gather = [&](const Row& row) {
    auto item = read_item(row);
    items_.emplace(item.id, std::move(item));
    others.push_back(row.integer(0));
  };
  database_.look_up("SELECT " + std::string(item_columns) + " FROM item WHERE story = {any} AND story <> id",
                    missing, gather);
  others.insert(others.end(), missing.begin(), missing.end());
  for (const auto id : others) {
    const auto found = items_.find(id);
    if (found == items_.end()) continue;
    const auto home = stories_.find(found->second.stored_story);
    if (home == stories_.end()) continue;
    auto& members = home->second.members;
    if (std::ranges::find(members, id) == members.end()) members.push_back(id);
  }
}

ItemFacts& Stories::add(ItemFacts fresh) {
  fresh.fresh = true;
  const auto id = fresh.id;
  return items_.emplace(id, std::move(fresh)).first->second;
}

void Stories::begin_story(ItemFacts& item, bool archive_only) {
  StoryFacts story;
  story.id = item.id;
  story.winner = item.id;
  story.archive_only = archive_only;
  story.first_seen = item.first_seen;
  story.members = {item.id};
  story.fresh = story.dirty = true;
  item.story = story.id;
  stories_.emplace(story.id, std::move(story));
}

void Stories::join(ItemFacts& item, StoryFacts& story, bool archive_only) {
  item.story = story.id;
  story.members.push_back(item.id);
  story.archive_only = story.archive_only && archive_only;
  story.dirty = true;
}

void Stories::merge(StoryFacts& one, StoryFacts& other) {
  if (&one == &other) return;
  // The number of a story that readers may have seen stays.
  const bool keep_one =
      std::tie(one.fresh, one.first_seen, one.id) < std::tie(other.fresh, other.first_seen, other.id);
  auto& kept = keep_one ? one : other;
  auto& gone = keep_one ? other : one;
  for (const auto id : gone.members) {
    items_.at(id).story = kept.id;
    kept.members.push_back(id);
  }
  gone.members.clear();
  gone.merged_away = gone.dirty = true;
  kept.archive_only = kept.archive_only && gone.archive_only;
  kept.dirty = true;
}

bool Stories::visible(const ItemFacts& item) {
  const auto* feed = feeds_.by_id(item.feed);
  return item.state == ItemState::shown && feed != nullptr && feed->configured();
}

bool Stories::at_home(const ItemFacts& item) {
  const auto* feed = feeds_.by_id(item.feed);
  const auto host = host_of(item.link);
  return feed != nullptr && !feed->home.empty() && without_www(host) == feed->home;
}

bool Stories::earlier(const ItemFacts& one, const ItemFacts& other) {
  return std::tuple(one.first_seen, feeds_.by_id(one.feed)->rank, one.place, one.id) <
         std::tuple(other.first_seen, feeds_.by_id(other.feed)->rank, other.place, other.id);
}

bool Stories::better(const ItemFacts& one, const ItemFacts& other) {
  const auto priority = [&](const ItemFacts& item) { return feeds_.by_id(item.feed)->partner.priority; };
  if (priority(one) != priority(other)) return priority(one) > priority(other);
  if (at_home(one) != at_home(other)) return at_home(one);
  return earlier(one, other);
}

const ItemFacts* Stories::winner(const StoryFacts& story) {
  const ItemFacts* best = nullptr;
  for (const auto id : story.members) {
    const auto& item = items_.at(id);
    if (visible(item) && (best == nullptr || better(item, *best))) best = &item;
  }
  return best;
}

std::vector<std::int64_t> Stories::streams_of(const StoryFacts& story, const ItemFacts& winner) {
  std::vector<std::int64_t> streams{streams_.number(database_, {StreamId::Kind::all, ""})};
  if (!winner.type.empty())
    streams.push_back(streams_.number(database_, {StreamId::Kind::type, winner.type}));
  for (const auto id : story.members) {
    const auto& item = items_.at(id);
    if (!visible(item)) continue;
    const auto& partner = feeds_.by_id(item.feed)->partner;
    streams.push_back(streams_.number(database_, {StreamId::Kind::partner, partner.slug}));
    for (const auto& topic : partner.topics) {
      streams.push_back(streams_.number(database_, {StreamId::Kind::topic, topic}));
    }
  }
  std::ranges::sort(streams);
  streams.erase(std::unique(streams.begin(), streams.end()), streams.end());
  return streams;
}

void Stories::place(StoryFacts& story) {
  const auto old_streams = story.streams;
  const Spot old{
      0,       story.archive_only ? 1 : 0, story.sort, -seconds_of(story.first_seen), story.rank, story.place,
      story.id};
  const bool was_shown = !story.streams.empty();
  const auto* best = story.merged_away ? nullptr : winner(story);
  if (best == nullptr) {
    story.streams.clear();
  } else {
    const auto* founder = best;
    for (const auto id : story.members) {
      if (earlier(items_.at(id), *founder)) founder = &items_.at(id);
    }
    Key key{};
    std::string_view host;
    if (!key_of_entry_id(story.entry, host, key) || key != founder->key) {
      story.entry = entry_id(settings_.authority, founder->key);
    }
    // A copy that takes over later must not lift an old story to the top; a text that really changed does.
    const bool at_once = founder->first_seen == now_ || !was_shown;
    if (at_once) {
      story.modified = best->modified;
    } else if (story.winner != best->id) {
      story.modified = std::min(story.modified, best->modified);
    } else if (best->renewed) {
      story.modified = std::max(story.modified, best->modified);
    }
    if (best->renewed) story.archive_only = false;
    story.published = std::min(best->published, story.modified);
    story.first_seen = founder->first_seen;
    story.winner = best->id;
    const auto chosen = settings_.order == Order::modified    ? story.modified
                        : settings_.order == Order::published ? story.published
                                                              : story.first_seen;
    story.sort = -seconds_of(chosen);
    story.rank = feeds_.by_id(best->feed)->rank;
    story.place = best->place;
    story.streams = streams_of(story, *best);
  }
  Spot now{
      0,       story.archive_only ? 1 : 0, story.sort, -seconds_of(story.first_seen), story.rank, story.place,
      story.id};
  const bool moved = std::tie(old.archive_only, old.sort, old.seen, old.rank, old.place) !=
                     std::tie(now.archive_only, now.sort, now.seen, now.rank, now.place);
  for (const auto stream : old_streams) {
    if (!moved && std::ranges::binary_search(story.streams, stream)) continue;
    removed_.push_back(old);
    removed_.back().stream = stream;
  }
  for (const auto stream : story.streams) {
    if (!moved && std::ranges::binary_search(old_streams, stream)) continue;
    placed_.push_back(now);
    placed_.back().stream = stream;
    if (!std::ranges::binary_search(story.arrived, stream)) {
      arrivals_.push_back(stream);
      arrivals_.push_back(story.id);
    }
  }
  std::vector<std::int64_t> arrived;
  std::ranges::set_union(story.arrived, story.streams, std::back_inserter(arrived));
  story.arrived = std::move(arrived);
  settings_.story_count += (story.streams.empty() ? 0 : 1) - (was_shown ? 1 : 0);
}

void Stories::settle() {
  std::vector<StoryFacts*> dirty;
  for (auto& [id, story] : stories_) {
    if (story.dirty) dirty.push_back(&story);
  }
  std::ranges::sort(dirty, {}, &StoryFacts::id);
  for (auto* story : dirty) place(*story);

  std::vector<StoryFacts*> fresh, changed;
  std::vector<std::int64_t> gone;
  for (auto* story : dirty) {
    if (story->merged_away) {
      if (!story->fresh) gone.push_back(story->id);
    } else {
      (story->fresh ? fresh : changed).push_back(story);
    }
  }
  const auto spot = [](const Spot& at, Parameters& to) {
    for (const auto value : {at.stream, at.archive_only, at.sort, at.seen, at.rank, at.place, at.story})
      to.integer(value);
  };
  // In the order of the index, so that neighbours meet on one page.
  const auto order = [](const Spot& at) {
    return std::tuple(at.stream, at.archive_only, at.sort, at.seen, at.rank, at.place, at.story);
  };
  std::ranges::sort(removed_, {}, order);
  std::ranges::sort(placed_, {}, order);
  database_.repeat(
      "DELETE FROM placed WHERE stream = $1 AND class = $2 AND sort = $3 AND seen = $4 AND rank = $5 AND "
      "place = $6 AND "
      "story = $7",
      removed_.size(), [&](std::size_t i, Parameters& to) { spot(removed_[i], to); });
  static constexpr Bulk placed{"placed", "stream, class, sort, seen, rank, place, story", "iiiiiii"};
  database_.insert(placed, placed_.size(), [&](std::size_t i, Parameters& to) { spot(placed_[i], to); });

  std::string streams, arrived;
  const auto facts = [&](const StoryFacts& story, Parameters& to) {
    to.text(story.entry);
    to.integer(story.winner);
    to.integer(story.archive_only ? 1 : 0);
    to.time(story.published);
    to.time(story.modified);
    to.time(story.first_seen);
    to.integer(story.sort);
    to.integer(story.rank);
    to.integer(story.place);
    streams = encode_numbers(story.streams);
    arrived = encode_numbers(story.arrived);
    to.blob(streams);
    to.blob(arrived);
  };
  static constexpr Bulk stories{
      "story",
      "id, entry, winner, class, published, modified, first_seen, sort, rank, place, streams, arrived",
      "itiiiiiiiibb"};
  database_.insert(stories, fresh.size(), [&](std::size_t i, Parameters& to) {
    to.integer(fresh[i]->id);
    facts(*fresh[i], to);
  });
  database_.repeat(
      "UPDATE story SET entry = $1, winner = $2, class = $3, published = $4, modified = $5, first_seen = $6, "
      "sort = $7, "
      "rank = $8, place = $9, streams = $10, arrived = $11 WHERE id = $12",
      changed.size(), [&](std::size_t i, Parameters& to) {
        facts(*changed[i], to);
        to.integer(changed[i]->id);
      });
  database_.repeat("DELETE FROM story WHERE id = $1", gone.size(),
                   [&](std::size_t i, Parameters& to) { to.integer(gone[i]); });

  std::vector<ItemFacts*> moved;
  for (auto& [id, item] : items_) {
    if (!item.fresh && (item.story != item.stored_story || item.state != item.stored_state))
      moved.push_back(&item);
  }
  std::ranges::sort(moved, {}, &ItemFacts::id);
  database_.repeat("UPDATE item SET story = $1, state = $2 WHERE id = $3", moved.size(),
                   [&](std::size_t i, Parameters& to) {
                     to.integer(moved[i]->story);
                     to.integer(static_cast<int>(moved[i]->state));
                     to.integer(moved[i]->id);
                   });
  if (!arrivals_.empty()) {
    std::int64_t seq = 1;
    {
      auto rows = database_.run("SELECT max(seq) FROM arrival");
      if (rows.next()) seq = rows->integer(0) + 1;
    }
    const auto body = encode_numbers(arrivals_);
    database_.execute("INSERT INTO arrival (seq, at, body) VALUES ($1, $2, $3)", seq, now_, Blob{body});
  }
}

}  // namespace tributary::store
