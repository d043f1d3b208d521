#include "store/archive.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <span>
#include <tuple>
#include <unordered_map>

#include "store/codec.hpp"
#include "store/reading.hpp"

namespace tributary::store {
namespace {

constexpr std::chrono::days publisher_forgotten_after{30};

/// How much news is worked off at a time: bounds the memory after an import of millions.
constexpr std::size_t portion = 500'000;

/// How long a front document carries what its newest entries don't show: readers who ask once a day meet it.
constexpr std::chrono::hours carried_for{24};
constexpr std::size_t most_carried = 200;

std::string encode_shown(std::span<const Shown> shown) {
  std::string bytes;
  std::int64_t before = 0;
  for (const auto& one : shown) {
    append_number(bytes, one.story - before);
    append_number(bytes, one.item - one.story);
    before = one.story;
  }
  return bytes;
}

std::vector<Shown> decode_shown(std::string_view bytes) {
  std::vector<Shown> shown;
  std::int64_t story = 0, step = 0, item = 0;
  while (read_number(bytes, step) && read_number(bytes, item)) {
    story += step;
    shown.push_back({story, story + item});
  }
  return shown;
}

struct Carried {
  std::int64_t story = 0;
  Timestamp since = {};
  bool among_newest = false;  ///< it is carried only lest the publication fails: readers meet it there
};

std::string encode_carried(const std::vector<Carried>& carried) {
  std::string bytes;
  for (const auto& one : carried) {
    append_number(bytes, one.story);
    append_number(bytes, one.since.time_since_epoch().count());
    append_number(bytes, one.among_newest ? 1 : 0);
  }
  return bytes;
}

std::vector<Carried> decode_carried(std::string_view bytes) {
  std::vector<Carried> carried;
  std::int64_t story = 0, since = 0, among_newest = 0;
  while (read_number(bytes, story) && read_number(bytes, since) && read_number(bytes, among_newest))
    carried.push_back({story, Timestamp(std::chrono::seconds(since)), among_newest != 0});
  return carried;
}

/// A stream's row, as far as its documents need it.
struct StreamRow {
  std::int64_t closed = 0;
  std::int64_t updated = 0;  ///< seconds; 0: it never had anything
  std::vector<Shown> open = {};
  std::vector<Carried> carried = {};
};

StreamRow read_stream(Database& database, std::int64_t stream) {
  auto rows = database.run("SELECT closed, updated, open, carried FROM stream WHERE id = $1", stream);
  if (!rows.next()) return {};
  return {rows->integer(0), rows->integer(1), decode_shown(rows->bytes(2)), decode_carried(rows->bytes(3))};
}

/// What one call brings to one stream.
struct Batch {
  std::vector<Spot> entered = {}, corrected = {};
};

class Closing {
 public:
  Closing(Database& database, const Settings& settings, Timestamp now)
      : database_(database), settings_(settings), now_(now) {}

  void add(std::int64_t stream, Batch& batch);
  void write(Settings& settings);

 private:
  struct Page {
    std::int64_t stream, number;
    std::string body;
  };
  struct OnShelf {
    std::int64_t story, stream, page;
    auto operator<=>(const OnShelf&) const = default;
  };
  void carry(std::int64_t stream, StreamRow& row, const Batch& batch);

  Database& database_;
  const Settings& settings_;
  Timestamp now_;
  std::vector<std::pair<std::int64_t, StreamRow>> streams_;
  std::vector<Page> pages_;
  std::vector<OnShelf> shelf_;
  std::set<std::pair<std::int64_t, std::int64_t>> touched_;
};

void Closing::add(std::int64_t stream, Batch& batch) {
  auto row = read_stream(database_, stream);
  // Backlog first, then the oldest first.
  std::ranges::sort(batch.entered, [](const Spot& one, const Spot& other) {
    if (one.archive_only != other.archive_only) return one.archive_only > other.archive_only;
    return other < one;
  });
  std::size_t backlog_end = 0;
  for (const auto& spot : batch.entered) {
    row.open.push_back({spot.story, spot.item});
    if (spot.archive_only != 0) backlog_end = row.open.size();
  }
  std::size_t done = 0;
  while (done < backlog_end || row.open.size() - done >= settings_.items) {
    const auto end =
        done < backlog_end ? std::min(done + settings_.items, backlog_end) : done + settings_.items;
    const auto page = std::span(row.open).subspan(done, end - done);
    pages_.push_back({stream, ++row.closed, encode_shown(page)});
    for (const auto& one : page) shelf_.push_back({one.story, stream, row.closed});
    touched_.emplace(stream, row.closed);
    done = end;
  }
  row.open.erase(row.open.begin(), row.open.begin() + static_cast<std::ptrdiff_t>(done));
  carry(stream, row, batch);
  touched_.emplace(stream, 0);
  streams_.emplace_back(stream, std::move(row));
}

/// Late arrivals and corrections that the newest entries don't show are carried for a while. What comes by
/// the dozen is history being filled in, not news.
void Closing::carry(std::int64_t stream, StreamRow& row, const Batch& batch) {
  std::erase_if(row.carried, [&](const Carried& one) {
    const bool published = settings_.last_published && one.since <= *settings_.last_published;
    return published && (one.among_newest || one.since + carried_for <= now_);
  });
  std::vector<Spot> told;
  const auto entered = std::ranges::count(batch.entered, 0, &Spot::archive_only);
  if (static_cast<std::size_t>(entered) <= settings_.items) {
    std::ranges::copy_if(batch.entered, std::back_inserter(told),
                         [](const Spot& spot) { return spot.archive_only == 0; });
  }
  told.insert(told.end(), batch.corrected.begin(), batch.corrected.end());
  if (told.empty()) return;
  std::set<std::int64_t> newest_now, again;
  for (const auto& one : newest(database_, stream, settings_.items)) newest_now.insert(one.story);
  for (const auto& spot : told) again.insert(spot.story);
  std::erase_if(row.carried, [&](const Carried& one) { return again.contains(one.story); });
  for (const auto story : again) row.carried.push_back({story, now_, newest_now.contains(story)});
  const auto room = std::max<std::size_t>(settings_.items, most_carried);
  if (row.carried.size() > room) {
    row.carried.erase(row.carried.begin(),
                      row.carried.begin() + static_cast<std::ptrdiff_t>(row.carried.size() - room));
  }
}

void Closing::write(Settings& settings) {
  static constexpr Bulk pages{"page", "stream, number, body", "iib"};
  database_.insert(pages, pages_.size(), [&](std::size_t i, Parameters& to) {
    to.integer(pages_[i].stream);
    to.integer(pages_[i].number);
    to.blob(pages_[i].body);
  });
  std::ranges::sort(shelf_);
  static constexpr Bulk shelf{"shelf", "story, stream, page", "iii",
                              "ON CONFLICT (story, stream) DO NOTHING"};
  database_.insert(shelf, shelf_.size(), [&](std::size_t i, Parameters& to) {
    to.integer(shelf_[i].story);
    to.integer(shelf_[i].stream);
    to.integer(shelf_[i].page);
  });
  std::string open, carried;
  database_.repeat("UPDATE stream SET closed = $1, open = $2, carried = $3 WHERE id = $4", streams_.size(),
                   [&](std::size_t i, Parameters& to) {
                     const auto& [stream, row] = streams_[i];
                     open = encode_shown(row.open);
                     carried = encode_carried(row.carried);
                     to.integer(row.closed);
                     to.blob(open);
                     to.blob(carried);
                     to.integer(stream);
                   });
  mark_touched(database_, settings, touched_);
}

/// The news of stores made before entries came with their places: pairs of stream and story.
std::vector<News> decode_pairs_of_news(std::string_view bytes) {
  const auto numbers = decode_numbers(bytes);
  std::vector<News> news;
  for (std::size_t i = 0; i + 1 < numbers.size(); i += 2) {
    // Later stories are the newer ones, as far as is known; the item that began a story bears its number.
    news.push_back(
        {News::Kind::entered,
         {.stream = numbers[i], .sort = -numbers[i + 1], .story = numbers[i + 1], .item = numbers[i + 1]}});
  }
  return news;
}

/// What is shown of a story on a page of its stream.
struct StoryOnPage {
  std::int64_t winner = 0;
  std::vector<KeptSpots> spots = {};
  [[nodiscard]] const KeptSpots* in(std::int64_t stream) const {
    const auto found = std::ranges::find_if(
        spots, [&](const KeptSpots& copy) { return std::ranges::binary_search(copy.streams, stream); });
    return found == spots.end() ? nullptr : &*found;
  }
};

std::unordered_map<std::int64_t, StoryOnPage> read_stories(Database& database,
                                                           std::vector<std::int64_t> ids) {
  std::ranges::sort(ids);
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  std::unordered_map<std::int64_t, StoryOnPage> stories;
  database.look_up(
      "SELECT id, winner, modified, first_seen, spots FROM story WHERE id = {any}", ids, [&](const Row& row) {
        stories[row.integer(0)] = {row.integer(1),
                                   decode_spots(row.integer(0), row.time(2), row.time(3), row.bytes(4))};
      });
  return stories;
}

}  // namespace

bool close_some_pages(Database& database, const StreamNumbers& streams, Settings& settings, Timestamp now) {
  std::map<std::int64_t, Batch> batches;
  std::int64_t last = 0;
  std::size_t count = 0;
  {
    auto rows = database.run("SELECT seq, body, format FROM arrival ORDER BY seq");
    while (count < portion && rows.next()) {
      last = rows->integer(0);
      const auto news =
          rows->integer(2) == 0 ? decode_pairs_of_news(rows->bytes(1)) : decode_news(rows->bytes(1));
      for (const auto& [kind, spot] : news) {
        auto& batch = batches[spot.stream];
        (kind == News::Kind::entered ? batch.entered : batch.corrected).push_back(spot);
      }
      count += news.size();
    }
  }
  if (last == 0) return false;
  Closing closing(database, settings, now);
  for (auto& [stream, batch] : batches) {
    if (streams.name(stream) != nullptr) closing.add(stream, batch);
  }
  closing.write(settings);
  database.execute("DELETE FROM arrival WHERE seq <= $1", last);
  return true;
}

void show_on_page(Database& database, std::int64_t stream, std::int64_t page,
                  const std::map<std::int64_t, std::int64_t>& items) {
  std::vector<Shown> shown;
  {
    auto rows = database.run("SELECT body FROM page WHERE stream = $1 AND number = $2", stream, page);
    if (rows.next()) shown = decode_shown(rows->bytes(0));
  }
  bool changed = false;
  for (auto& one : shown) {
    const auto found = items.find(one.story);
    if (found == items.end() || found->second == one.item) continue;
    one.item = found->second;
    changed = true;
  }
  if (!changed) return;
  const auto body = encode_shown(shown);
  database.execute("UPDATE page SET body = $1 WHERE stream = $2 AND number = $3", Blob{body}, stream, page);
}

Unpublished read_unpublished(Database& database, const StreamNumbers& streams, const Settings& settings,
                             std::string_view publisher) {
  Unpublished found{.mark = settings.change};
  std::int64_t written = 0;
  {
    auto rows = database.run("SELECT mark, settings FROM publisher WHERE name = $1", publisher);
    if (rows.next()) {
      written = rows->integer(0);
      found.settings = rows->text(1);
    }
  }
  auto rows = database.run("SELECT stream, page FROM touched WHERE seq > $1", written);
  while (rows.next()) {
    const auto stream = rows->integer(0), page = rows->integer(1);
    if (stream == 0) {
      found.days.emplace_back(std::chrono::days(page));
      continue;
    }
    const auto* name = streams.name(stream);
    if (name == nullptr || !is_public(*name)) continue;
    if (page == 0) {
      found.streams.push_back(*name);
    } else {
      found.archives.push_back({*name, static_cast<std::uint32_t>(page)});
    }
  }
  std::ranges::sort(found.streams);
  std::ranges::sort(found.archives);
  std::ranges::sort(found.days);
  return found;
}

void mark_published(Database& database, Settings& settings, const Unpublished& what,
                    std::string_view publisher, std::string_view made_with, Timestamp now) {
  database.execute(
      "INSERT INTO publisher (name, mark, settings, at) VALUES ($1, $2, $3, $4) ON CONFLICT (name) DO UPDATE "
      "SET mark = "
      "excluded.mark, settings = excluded.settings, at = excluded.at",
      publisher, what.mark, Blob{made_with}, now);
  // A publisher that is no more would keep everything noted for ever. Should it come back, it writes all
  // pages.
  database.execute("DELETE FROM publisher WHERE at < $1", now - publisher_forgotten_after);
  database.execute("DELETE FROM touched WHERE seq <= (SELECT min(mark) FROM publisher)");
  if (!settings.first_published) settings.first_published = now;
  settings.last_published = now;
}

std::set<std::int64_t> stories_in_front(Database& database, std::int64_t stream, std::size_t limit) {
  std::set<std::int64_t> stories;
  const auto row = read_stream(database, stream);
  for (const auto& one : newest(database, stream, limit)) stories.insert(one.story);
  for (const auto& one : row.open) stories.insert(one.story);
  for (const auto& one : row.carried) stories.insert(one.story);
  return stories;
}

FrontDocument read_front(Database& database, Feeds* feeds, std::int64_t stream, std::size_t limit) {
  struct Place {
    std::int64_t sort, seen, rank, place;
    Shown shown;
    [[nodiscard]] auto order() const { return std::tie(sort, seen, rank, place, shown.story); }
  };
  const auto row = read_stream(database, stream);
  FrontDocument front;
  front.last_archive = static_cast<std::uint32_t>(row.closed);
  if (row.updated != 0) front.updated = Timestamp(std::chrono::seconds(row.updated));

  auto shown = newest(database, stream, limit);
  std::set<std::int64_t> there;
  for (const auto& one : shown) there.insert(one.story);
  std::vector<std::int64_t> more;
  for (const auto& one : row.open) {
    if (there.insert(one.story).second) more.push_back(one.story);
  }
  for (const auto& one : row.carried) {
    if (there.insert(one.story).second) more.push_back(one.story);
  }
  if (!more.empty()) {
    // Each to its place: where a reader of the whole stream would find it, among the newest as well.
    std::vector<Place> places;
    std::vector<std::int64_t> items;
    for (const auto& one : shown) more.push_back(one.story);
    for (const auto& [id, story] : read_stories(database, more)) {
      const auto* copy = story.in(stream);
      if (copy == nullptr) continue;  // it left the stream
      places.push_back({copy->sort, copy->seen, 0, 0, {id, copy->item}});
      items.push_back(copy->item);
    }
    std::ranges::sort(items);
    std::unordered_map<std::int64_t, std::pair<std::int64_t, std::int64_t>> of_item;
    database.look_up(
        "SELECT item.id, feed.rank, item.place FROM item JOIN feed ON feed.id = item.feed "
        "WHERE item.id = {any}",
        items, [&](const Row& item) { of_item[item.integer(0)] = {item.integer(1), item.integer(2)}; });
    for (auto& place : places) std::tie(place.rank, place.place) = of_item[place.shown.item];
    std::ranges::sort(places,
                      [](const Place& one, const Place& other) { return one.order() < other.order(); });
    shown.clear();
    for (const auto& place : places) shown.push_back(place.shown);
  }
  front.stream.entries =
      more.empty() ? read_newest(database, feeds, stream, limit) : read_entries(database, feeds, shown);
  front.stream.tombstones = read_tombstones(database, stream, limit);
  return front;
}

ClosedPage read_page(Database& database, Feeds* feeds, const StreamId& id, std::int64_t stream,
                     std::uint32_t number) {
  std::vector<Shown> held;
  {
    auto rows = database.run("SELECT body FROM page WHERE stream = $1 AND number = $2", stream, number);
    if (rows.next()) held = decode_shown(rows->bytes(0));
  }
  std::vector<std::int64_t> ids;
  for (const auto& one : held) ids.push_back(one.story);
  const auto stories = read_stories(database, ids);

  // The copy that was shown when the page was closed or last corrected stays, though another has the better
  // claim by now, and though it left the stream (its feed is configured no more, say): unless it was
  // withdrawn.
  std::vector<std::int64_t> copies;
  for (const auto& one : held) {
    copies.push_back(one.item);
    if (const auto story = stories.find(one.story); story != stories.end())
      copies.push_back(story->second.winner);
  }
  std::ranges::sort(copies);
  copies.erase(std::unique(copies.begin(), copies.end()), copies.end());
  std::set<std::pair<std::int64_t, std::int64_t>> presentable;  // story, item
  database.look_up("SELECT id, story, state FROM item WHERE id = {any}", copies, [&](const Row& row) {
    const auto state = static_cast<ItemState>(row.integer(2));
    if (state == ItemState::shown || state == ItemState::filtered)
      presentable.emplace(row.integer(1), row.integer(0));
  });

  ClosedPage page;
  std::set<std::int64_t> gone;
  std::ranges::sort(ids);
  database.look_up(
      "SELECT story, stream, entry, at, comment FROM tombstone WHERE story = {any}", ids,
      [&](const Row& row) {
        if (row.integer(1) != stream) return;
        gone.insert(row.integer(0));
        page.tombstones.push_back({.id = row.text(2), .when = row.time(3), .comment = row.text(4)});
      });

  std::vector<Shown> shown;
  for (const auto& one : held) {
    const auto story = stories.find(one.story);
    if (story == stories.end() || gone.contains(one.story)) continue;
    const auto winner = story->second.winner;
    if (presentable.contains({one.story, one.item})) {
      shown.push_back(one);
    } else if (const auto* copy = story->second.in(stream)) {
      shown.push_back({one.story, copy->item});
    } else if (id.kind != StreamId::Kind::partner && presentable.contains({one.story, winner})) {
      shown.push_back({one.story, winner});
    }
  }
  page.entries = read_entries(database, feeds, shown);
  std::ranges::sort(page.tombstones, [](const Tombstone& one, const Tombstone& other) {
    return std::tie(other.when, one.id) < std::tie(one.when, other.id);
  });
  return page;
}

}  // namespace tributary::store
