#include "store/stories.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>

#include "model/url.hpp"
#include "store/archive.hpp"
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

std::string bytes_of_spots(const StoryFacts& story) {
  std::string bytes;
  std::vector<Spot> spots = story.spots;
  const auto copy = [](const Spot& spot) { return std::tuple(spot.item, spot.sort, spot.seen); };
  std::ranges::stable_sort(spots, {}, [&](const Spot& spot) { return std::pair(copy(spot), spot.stream); });
  for (auto at = spots.begin(); at != spots.end();) {
    const auto end = std::find_if(at, spots.end(), [&](const Spot& spot) { return copy(spot) != copy(*at); });
    append_number(bytes, at->item - story.id);
    append_number(bytes, at->sort + seconds_of(story.modified));
    append_number(bytes, at->seen + seconds_of(story.first_seen));
    append_number(bytes, end - at);
    for (std::int64_t before = 0; at != end; before = at->stream, ++at)
      append_number(bytes, at->stream - before);
  }
  return bytes;
}

}  // namespace

StreamId stream_by_modified(Order order) {
  return {StreamId::Kind::all, order == Order::modified ? "" : "by modified"};
}

bool is_public(const StreamId& id) {
  return id.kind != StreamId::Kind::all || id.slug.empty();
}

void StreamNumbers::load(Database& database) {
  numbers_.clear();
  names_.clear();
  for (auto& slugs : by_slug_) slugs.clear();
  next_ = 1;
  auto rows = database.run("SELECT id, kind, slug FROM stream");
  while (rows.next()) {
    next_ = std::max(next_, rows->integer(0) + 1);
    remember({static_cast<StreamId::Kind>(rows->integer(1)), rows->text(2)}, rows->integer(0));
  }
}

void StreamNumbers::remember(StreamId id, std::int64_t number) {
  by_slug_.at(static_cast<std::size_t>(id.kind)).emplace(id.slug, number);
  names_.emplace(number, id);
  numbers_.emplace(std::move(id), number);
}

const StreamId* StreamNumbers::name(std::int64_t number) const {
  const auto found = names_.find(number);
  return found == names_.end() ? nullptr : &found->second;
}

std::optional<std::int64_t> StreamNumbers::find(StreamId::Kind kind, std::string_view slug) const {
  const auto& slugs = by_slug_.at(static_cast<std::size_t>(kind));
  const auto found = slugs.find(slug);
  return found == slugs.end() ? std::nullopt : std::optional(found->second);
}

std::optional<std::int64_t> StreamNumbers::find(Database& database, const StreamId& id) {
  auto rows =
      database.run("SELECT id FROM stream WHERE kind = $1 AND slug = $2", static_cast<int>(id.kind), id.slug);
  return rows.next() ? std::optional(rows->integer(0)) : std::nullopt;
}

std::int64_t StreamNumbers::number(Database& database, StreamId::Kind kind, std::string_view slug) {
  if (const auto known = find(kind, slug)) return *known;
  const auto number = next_++;
  database.execute("INSERT INTO stream (id, kind, slug) VALUES ($1, $2, $3)", number, static_cast<int>(kind),
                   slug);
  remember({kind, std::string(slug)}, number);
  return number;
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
      "SELECT id, entry, winner, class, published, modified, first_seen, spots, arrived FROM story "
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
        story.spots_stored = row.text(7);
        story.arrived = decode_numbers(row.bytes(8));
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
  for (const auto id : missing) {
    if (const auto found = stories_.find(id); found != stories_.end()) read_spots(found->second);
  }
}

// A story's spots as they are kept: for each copy that is shown somewhere its item (less the story's number),
// its sort key and first sight (less the story's dates), then the streams. Ranks and places are the items'.
std::vector<KeptSpots> decode_spots(std::int64_t story, Timestamp modified, Timestamp first_seen,
                                    std::string_view bytes) {
  std::vector<KeptSpots> kept;
  std::int64_t item = 0, sort = 0, seen = 0, count = 0;
  while (read_number(bytes, item) && read_number(bytes, sort) && read_number(bytes, seen) &&
         read_number(bytes, count)) {
    KeptSpots copy{
        .item = story + item, .sort = sort - seconds_of(modified), .seen = seen - seconds_of(first_seen)};
    std::int64_t stream = 0;
    for (std::int64_t step = 0; count > 0 && read_number(bytes, step); --count)
      copy.streams.push_back(stream += step);
    kept.push_back(std::move(copy));
  }
  return kept;
}

void Stories::read_spots(StoryFacts& story) {
  for (const auto& copy : decode_spots(story.id, story.modified, story.first_seen, story.spots_stored)) {
    const auto found = items_.find(copy.item);
    if (found == items_.end()) return;
    const auto& shown = found->second;
    for (const auto stream : copy.streams) {
      story.spots.push_back({.stream = stream,
                             .archive_only = story.archive_only ? 1 : 0,
                             .sort = copy.sort,
                             .seen = copy.seen,
                             .rank = feeds_.by_id(shown.feed)->rank,
                             .place = shown.place,
                             .story = story.id,
                             .item = shown.id});
    }
  }
  std::ranges::sort(story.spots);
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

void Stories::regroup(const std::vector<std::vector<std::int64_t>>& classes) {
  std::set<std::int64_t> before;  // stories that live
  std::map<std::int64_t, bool> only_archived;
  for (const auto& members : classes) {
    for (const auto id : members) {
      const auto story = items_.at(id).story;
      before.insert(story);
      only_archived.emplace(id, stories_.at(story).archive_only);
    }
  }
  std::map<std::int64_t, std::vector<std::int64_t>> wanted;  // by the name of the story
  for (auto members : classes) {
    std::ranges::sort(members, [&](std::int64_t one, std::int64_t other) {
      return earlier(items_.at(one), items_.at(other));
    });
    // The name of a story that readers may have seen stays.
    const auto named = std::ranges::find_if(members, [&](std::int64_t id) { return before.contains(id); });
    wanted.emplace(named == members.end() ? members.front() : *named, members);
  }
  for (const auto id : before) {
    if (wanted.contains(id)) continue;
    auto& gone = stories_.at(id);
    gone.members.clear();
    gone.merged_away = gone.dirty = true;
  }
  for (const auto& [name, members] : wanted) {
    const auto [at, made] = stories_.try_emplace(name);
    auto& story = at->second;
    if (made) {
      story.id = story.winner = name;
      story.first_seen = items_.at(name).first_seen;
      story.fresh = true;
    }
    auto known = story.members;
    std::ranges::sort(known);
    auto now = members;
    std::ranges::sort(now);
    if (known == now && !made) continue;
    story.merged_away = false;
    story.dirty = story.regrouped = true;
    story.members = members;
    story.archive_only = std::ranges::all_of(members, [&](std::int64_t id) { return only_archived.at(id); });
    for (const auto id : members) items_.at(id).story = name;
  }
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

std::string Stories::why_wins(const StoryFacts& story) {
  const auto* best = winner(story);
  if (best == nullptr) return {};
  const ItemFacts* next = nullptr;
  for (const auto id : story.members) {
    const auto& item = items_.at(id);
    if (&item != best && visible(item) && (next == nullptr || better(item, *next))) next = &item;
  }
  if (next == nullptr) return "no other copy can be shown";
  const auto priority = [&](const ItemFacts& item) { return feeds_.by_id(item.feed)->partner.priority; };
  if (priority(*best) != priority(*next)) {
    return "its partner has the priority " + std::to_string(priority(*best)) + ", the next has " +
           std::to_string(priority(*next));
  }
  if (at_home(*best) != at_home(*next)) return "it is on its partner's own site";
  if (best->first_seen != next->first_seen) return "it was seen first";
  return "it was seen at the same time as others, and its feed comes first in their order";
}

std::int64_t Stories::sort_of(Timestamp published, Timestamp modified, Timestamp first_seen) const {
  switch (settings_.order) {
    case Order::published:
      return -seconds_of(published);
    case Order::first_seen:
      return -seconds_of(first_seen);
    case Order::modified:
      break;
  }
  return -seconds_of(modified);
}

/// The winner everywhere, save on the partners' own pages: there each partner's copy stands for itself.
std::vector<Spot> Stories::spots_of(const StoryFacts& story, const ItemFacts& best) {
  std::vector<Spot> spots;  // a handful; the first in a stream counts
  const auto put = [&](StreamId::Kind kind, std::string_view slug, const Spot& spot) {
    const auto stream = streams_.number(database_, kind, slug);
    if (std::ranges::find(spots, stream, &Spot::stream) != spots.end()) return;
    spots.push_back(spot);
    spots.back().stream = stream;
  };
  const Spot shown{.archive_only = story.archive_only ? 1 : 0,
                   .sort = sort_of(story.published, story.modified, story.first_seen),
                   .seen = -seconds_of(story.first_seen),
                   .rank = feeds_.by_id(best.feed)->rank,
                   .place = best.place,
                   .story = story.id,
                   .item = best.id};
  put(StreamId::Kind::all, "", shown);
  if (const auto by_modified = stream_by_modified(settings_.order); !is_public(by_modified)) {
    auto dated = shown;
    dated.sort = -seconds_of(story.modified);
    put(by_modified.kind, by_modified.slug, dated);
  }
  if (const auto type = settings_.type_slugs.find(best.type); type != settings_.type_slugs.end()) {
    put(StreamId::Kind::type, type->second, shown);
  }
  put(StreamId::Kind::partner, feeds_.by_id(best.feed)->slug, shown);
  std::map<std::int64_t, const ItemFacts*> copies;  // by feed; of nearly all stories there is one
  for (const auto id : story.members) {
    const auto& item = items_.at(id);
    if (!visible(item)) continue;
    auto& copy = copies[item.feed];
    if (copy == nullptr || earlier(item, *copy)) copy = &item;
  }
  for (const auto& [feed, copy] : copies) {
    const auto& row = *feeds_.by_id(feed);
    for (const auto& topic : row.partner.topics) put(StreamId::Kind::topic, topic, shown);
    Spot own = shown;
    own.sort = sort_of(copy->published, copy->modified, copy->first_seen);
    own.seen = -seconds_of(copy->first_seen);
    own.rank = row.rank;
    own.place = copy->place;
    own.item = copy->id;
    put(StreamId::Kind::partner, row.slug, own);
  }
  std::ranges::sort(spots, {}, &Spot::stream);
  return spots;
}

/// The story's dates: its winner's. A copy that takes over later must not lift an old story to the top; a
/// text that really changed does.
void Stories::date(StoryFacts& story, const ItemFacts& best, bool was_shown) {
  const auto* founder = &best;
  for (const auto id : story.members) {
    if (earlier(items_.at(id), *founder)) founder = &items_.at(id);
  }
  Key key{};
  std::string_view host;
  if (!key_of_entry_id(story.entry, host, key) || key != founder->key) {
    story.entry = entry_id(settings_.authority, founder->key);
  }
  if (founder->first_seen == now_ || !was_shown) {
    story.modified = best.modified;
  } else if (story.winner != best.id) {
    story.modified = std::min(story.modified, best.modified);
  } else if (best.renewed) {
    story.modified = std::max(story.modified, best.modified);
  }
  if (best.renewed) story.archive_only = false;
  story.published = std::min(best.published, story.modified);
  story.first_seen = founder->first_seen;
  story.winner = best.id;
}

void Stories::place(StoryFacts& story) {
  const auto old = std::move(story.spots);
  story.spots.clear();
  if (const auto* best = story.merged_away ? nullptr : winner(story)) {
    date(story, *best, !old.empty());
    story.spots = spots_of(story, *best);
  } else {
    bury(story);
  }
  std::ranges::set_difference(old, story.spots, std::back_inserter(removed_));
  std::ranges::set_difference(story.spots, old, std::back_inserter(placed_));
  tell(story, old);
  settings_.story_count += (story.spots.empty() ? 0 : 1) - (old.empty() ? 0 : 1);
}

/// Works out what readers must be told of the story, and which documents are another now. A closed page
/// changes only with a new text, or when a copy was withdrawn or brought back: else it stays as it was
/// closed.
void Stories::tell(StoryFacts& story, const std::vector<Spot>& old) {
  const bool weeks_apart = !is_public(stream_by_modified(settings_.order));
  if (by_modified_ == 0) {
    const auto by_modified = stream_by_modified(settings_.order);
    by_modified_ = streams_.number(database_, by_modified.kind, by_modified.slug);
  }
  const auto touch_spot = [&](const Spot& spot) {
    touched_.emplace(spot.stream, 0);
    if (spot.stream != by_modified_) return;
    const auto day = std::chrono::floor<std::chrono::days>(Timestamp(std::chrono::seconds(-spot.sort)));
    touched_.emplace(0, day.time_since_epoch().count());
  };
  std::vector<std::int64_t> stood, stands;  // a handful each
  const auto in = [](const std::vector<std::int64_t>& list, std::int64_t stream) {
    return std::ranges::find(list, stream) != list.end();
  };
  for (const auto& spot : old) {
    stood.push_back(spot.stream);
    touch_spot(spot);
  }
  const bool copies_changed = story.regrouped || std::ranges::any_of(story.members, [&](std::int64_t id) {
                                const auto& item = items_.at(id);
                                return !item.fresh && (item.state == ItemState::withdrawn) !=
                                                          (item.stored_state == ItemState::withdrawn);
                              });
  bool again = false;
  for (const auto& spot : story.spots) {
    touch_spot(spot);
    const auto& item = items_.at(spot.item);
    auto& updated = updated_[spot.stream];
    updated = std::max(updated, seconds_of(spot.item == story.winner ? story.modified : item.modified));
    if (weeks_apart && spot.stream == by_modified_) continue;
    stands.push_back(spot.stream);
    const auto at = std::ranges::lower_bound(story.arrived, spot.stream);
    if (at == story.arrived.end() || *at != spot.stream) {
      story.arrived.insert(at, spot.stream);
      news_.push_back({News::Kind::entered, spot});
      continue;
    }
    again = again || !in(stood, spot.stream);
    if (item.renewed || copies_changed) {
      reopened_[story.id].insert(spot.stream);
      news_.push_back({News::Kind::corrected, spot});
    }
  }
  if (again) risen_.push_back(story.id);
  if (story.spots.empty() || !copies_changed) return;
  // The story lives on in another copy, but not everywhere.
  for (const auto id : story.members) {
    const auto& item = items_.at(id);
    if (item.withdrawn_because.empty()) continue;
    for (const auto stream : story.arrived) {
      if (!in(stands, stream) && (in(stood, stream) || is_page_of(stream, item.feed)))
        bury(story, stream, item.withdrawn_because);
    }
  }
}

bool Stories::is_page_of(std::int64_t stream, std::int64_t feed) {
  const auto* row = feeds_.by_id(feed);
  return row != nullptr && streams_.find(StreamId::Kind::partner, row->slug) == stream;
}

/// Readers who have seen an entry are told that it is no more: when it was withdrawn, or when it went up in
/// another one. A feed that is configured no more only leaves.
void Stories::bury(const StoryFacts& story) {
  std::string because;
  if (story.merged_away) {
    if (story.first_seen == now_) return;
    because = "the same as another entry";
  } else {
    for (const auto id : story.members) {
      if (const auto& item = items_.at(id); !item.withdrawn_because.empty()) because = item.withdrawn_because;
    }
  }
  if (because.empty()) return;
  for (const auto stream : story.arrived) bury(story, stream, because);
}

void Stories::bury(const StoryFacts& story, std::int64_t stream, const std::string& because) {
  graves_.push_back({stream, story.id, story.entry, because});
  reopened_[story.id].insert(stream);
  touched_.emplace(stream, 0);
  updated_[stream] = std::max(updated_[stream], seconds_of(now_));
}

void Stories::settle() {
  std::vector<StoryFacts*> dirty;
  for (auto& [id, story] : stories_) {
    if (story.dirty) dirty.push_back(&story);
  }
  std::ranges::sort(dirty, {}, &StoryFacts::id);
  for (auto* story : dirty) place(*story);
  for (auto* story : dirty) {
    // One that went up in another keeps its row: pages hold it, and it may be parted again.
    if (story->merged_away) story->winner = 0;
    if (!story->merged_away || !story->fresh) (story->fresh ? fresh_ : changed_).push_back(story);
  }
  write_spots();
  write_stories();
  write_items();
  write_tombstones();
  write_news();
  write_touched();
}

void Stories::write_spots() {
  // In the order of the index, so that neighbours meet on one page.
  std::ranges::sort(removed_);
  std::ranges::sort(placed_);
  database_.repeat(
      "DELETE FROM placed WHERE stream = $1 AND class = $2 AND sort = $3 AND seen = $4 AND rank = $5 AND "
      "place = $6 AND "
      "story = $7",
      removed_.size(), [&](std::size_t i, Parameters& to) {
        const auto& at = removed_[i];
        for (const auto value : {at.stream, at.archive_only, at.sort, at.seen, at.rank, at.place, at.story}) {
          to.integer(value);
        }
      });
  static constexpr Bulk placed{"placed", "stream, class, sort, seen, rank, place, story, item", "iiiiiiii"};
  database_.insert(placed, placed_.size(), [&](std::size_t i, Parameters& to) {
    const auto& at = placed_[i];
    for (const auto value :
         {at.stream, at.archive_only, at.sort, at.seen, at.rank, at.place, at.story, at.item}) {
      to.integer(value);
    }
  });
}

void Stories::write_stories() {
  std::string spots, arrived;
  const auto facts = [&](const StoryFacts& story, Parameters& to) {
    spots = bytes_of_spots(story);
    arrived = encode_numbers(story.arrived);
    to.text(story.entry);
    to.integer(story.winner);
    to.integer(story.archive_only ? 1 : 0);
    to.time(story.published);
    to.time(story.modified);
    to.time(story.first_seen);
    to.blob(spots);
    to.blob(arrived);
  };
  static constexpr Bulk stories{
      "story", "id, entry, winner, class, published, modified, first_seen, spots, arrived", "itiiiiibb"};
  database_.insert(stories, fresh_.size(), [&](std::size_t i, Parameters& to) {
    to.integer(fresh_[i]->id);
    facts(*fresh_[i], to);
  });
  database_.repeat(
      "UPDATE story SET entry = $1, winner = $2, class = $3, published = $4, modified = $5, first_seen = $6, "
      "spots = $7, "
      "arrived = $8 WHERE id = $9",
      changed_.size(), [&](std::size_t i, Parameters& to) {
        facts(*changed_[i], to);
        to.integer(changed_[i]->id);
      });
}

void Stories::write_items() {
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
}

void Stories::write_tombstones() {
  // Those who were told that an entry is no more are told that it is back.
  std::vector<std::pair<std::int64_t, std::int64_t>> lifted;  // story, stream
  database_.look_up("SELECT story, stream FROM tombstone WHERE story = {any}", risen_, [&](const Row& row) {
    const auto& story = stories_.at(row.integer(0));
    const auto spot = std::ranges::find(story.spots, row.integer(1), &Spot::stream);
    if (spot == story.spots.end()) return;
    lifted.emplace_back(story.id, spot->stream);
    reopened_[story.id].insert(spot->stream);
    news_.push_back({News::Kind::corrected, *spot});
  });
  database_.repeat("DELETE FROM tombstone WHERE story = $1 AND stream = $2", lifted.size(),
                   [&](std::size_t i, Parameters& to) {
                     to.integer(lifted[i].first);
                     to.integer(lifted[i].second);
                   });

  std::set<std::pair<std::int64_t, std::int64_t>> told;
  std::vector<std::int64_t> buried;
  for (const auto& grave : graves_) buried.push_back(grave.story);
  std::ranges::sort(buried);
  buried.erase(std::unique(buried.begin(), buried.end()), buried.end());
  database_.look_up("SELECT story, stream FROM tombstone WHERE story = {any}", buried,
                    [&](const Row& row) { told.emplace(row.integer(0), row.integer(1)); });
  std::erase_if(graves_, [&](const Grave& grave) { return !told.emplace(grave.story, grave.stream).second; });
  std::map<std::int64_t, std::int64_t> next;
  std::vector<std::int64_t> numbers;
  for (const auto& grave : graves_) {
    auto [at, fresh] = next.emplace(grave.stream, 1);
    if (fresh) {
      auto rows = database_.run("SELECT max(seq) FROM tombstone WHERE stream = $1", grave.stream);
      if (rows.next()) at->second = rows->integer(0) + 1;
    }
    numbers.push_back(at->second++);
  }
  static constexpr Bulk tombstones{"tombstone", "stream, seq, story, entry, at, comment", "iiitit"};
  database_.insert(tombstones, graves_.size(), [&](std::size_t i, Parameters& to) {
    to.integer(graves_[i].stream);
    to.integer(numbers[i]);
    to.integer(graves_[i].story);
    to.text(graves_[i].entry);
    to.time(now_);
    to.text(graves_[i].comment);
  });
}

void Stories::write_news() {
  if (news_.empty()) return;
  std::int64_t seq = 1;
  {
    auto rows = database_.run("SELECT max(seq) FROM arrival");
    if (rows.next()) seq = rows->integer(0) + 1;
  }
  const auto body = encode(news_);
  database_.execute("INSERT INTO arrival (seq, at, body, format) VALUES ($1, $2, $3, 1)", seq, now_,
                    Blob{body});
}

void Stories::write_touched() {
  std::vector<std::int64_t> reopened;
  for (const auto& [story, streams] : reopened_) reopened.push_back(story);
  std::map<std::pair<std::int64_t, std::int64_t>, std::map<std::int64_t, std::int64_t>> shown_now;
  database_.look_up(
      "SELECT story, stream, page FROM shelf WHERE story = {any}", reopened, [&](const Row& row) {
        const auto stream = row.integer(1);
        if (!reopened_.at(row.integer(0)).contains(stream)) return;
        touched_.emplace(stream, row.integer(2));
        const auto& spots = stories_.at(row.integer(0)).spots;
        if (const auto spot = std::ranges::find(spots, stream, &Spot::stream); spot != spots.end())
          shown_now[{stream, row.integer(2)}][spot->story] = spot->item;
      });
  for (const auto& [page, items] : shown_now) show_on_page(database_, page.first, page.second, items);
  if (touched_.empty()) return;
  mark_touched(database_, settings_, touched_);
  std::vector<std::pair<std::int64_t, std::int64_t>> updated(updated_.begin(), updated_.end());
  database_.repeat("UPDATE stream SET updated = $1 WHERE id = $2 AND updated < $1", updated.size(),
                   [&](std::size_t i, Parameters& to) {
                     to.integer(updated[i].second);
                     to.integer(updated[i].first);
                   });
}

void mark_touched(Database& database, Settings& settings,
                  const std::set<std::pair<std::int64_t, std::int64_t>>& documents) {
  const std::vector<std::pair<std::int64_t, std::int64_t>> rows(documents.begin(), documents.end());
  ++settings.change;
  static constexpr Bulk touched{"touched", "stream, page, seq", "iii",
                                "ON CONFLICT (stream, page) DO UPDATE SET seq = excluded.seq"};
  database.insert(touched, rows.size(), [&](std::size_t i, Parameters& to) {
    to.integer(rows[i].first);
    to.integer(rows[i].second);
    to.integer(settings.change);
  });
}

std::string encode(const std::vector<News>& news) {
  std::string bytes;
  for (const auto& [kind, spot] : news) {
    for (const auto value : {static_cast<std::int64_t>(kind), spot.stream, spot.archive_only, spot.sort,
                             spot.seen, spot.rank, spot.place, spot.story, spot.item - spot.story}) {
      append_number(bytes, value);
    }
  }
  return bytes;
}

std::vector<News> decode_news(std::string_view bytes) {
  std::vector<News> news;
  std::int64_t kind = 0;
  for (Spot spot;
       read_number(bytes, kind) && read_number(bytes, spot.stream) && read_number(bytes, spot.archive_only) &&
       read_number(bytes, spot.sort) && read_number(bytes, spot.seen) && read_number(bytes, spot.rank) &&
       read_number(bytes, spot.place) && read_number(bytes, spot.story) && read_number(bytes, spot.item);) {
    spot.item += spot.story;
    news.push_back({static_cast<News::Kind>(kind), spot});
  }
  return news;
}

}  // namespace tributary::store
