#include "store/retention.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "store/archive.hpp"
#include "store/codec.hpp"

namespace tributary::store {
namespace {

constexpr std::size_t portion = 100;  // items a step
constexpr std::chrono::days again{1};

/// A story, as far as it decides whether its copies may be abridged.
struct Whereabouts {
  std::vector<std::int64_t> arrived = {};
  std::map<std::int64_t, std::int64_t> shelves = {};  ///< stream → closed page
};

struct Candidate {
  std::int64_t id = 0, story = 0;
  std::string body = {};  ///< abridged; empty when it is already
};

class Step {
 public:
  Step(Database& database, const StreamNumbers& streams, Settings& settings, Timestamp now)
      : database_(database), streams_(streams), settings_(settings), now_(now) {}

  bool run() {
    auto items = due_again();
    const bool more = items.size() == portion || past_their_time(items);
    if (items.empty()) return false;
    read(items);
    std::vector<const Candidate*> ready;
    std::vector<std::int64_t> waiting, settled;
    for (const auto& candidate : candidates_) {
      if (candidate.body.empty()) {
        settled.push_back(candidate.id);
      } else if (is_behind_the_readers(candidate.story)) {
        ready.push_back(&candidate);
        settled.push_back(candidate.id);
      } else {
        waiting.push_back(candidate.id);
      }
    }
    // Out of its place and back into it: SQLite joins pages where rows go, not where they shrink, and pages
    // that are a tenth full would be all that is left of the texts.
    database_.repeat("UPDATE item SET id = -id, body = $1 WHERE id = $2", ready.size(),
                     [&](std::size_t i, Parameters& to) {
                       to.blob(ready[i]->body);
                       to.integer(ready[i]->id);
                     });
    database_.repeat("UPDATE item SET id = -id WHERE id = $1", ready.size(),
                     [&](std::size_t i, Parameters& to) { to.integer(-ready[i]->id); });
    database_.repeat("DELETE FROM revision WHERE item = $1", ready.size(),
                     [&](std::size_t i, Parameters& to) { to.integer(ready[i]->id); });
    database_.repeat("DELETE FROM whole WHERE item = $1", settled.size(),
                     [&](std::size_t i, Parameters& to) { to.integer(settled[i]); });
    retain_again(database_, waiting, now_);
    return more;
  }

 private:
  std::vector<std::int64_t> due_again() {
    std::vector<std::int64_t> items;
    auto rows = database_.run("SELECT item FROM whole WHERE again <= $1 ORDER BY again, item LIMIT $2", now_,
                              portion);
    while (rows.next()) items.push_back(rows->integer(0));
    return items;
  }

  /// Numbers are given in the order of first sight, so all that is past its time lies before all that isn't.
  /// True when there is more.
  bool past_their_time(std::vector<std::int64_t>& items) {
    std::int64_t newest = 0;
    if (settings_.retention.items) {
      auto rows = database_.run("SELECT max(id) FROM item");
      if (rows.next()) newest = rows->integer(0);
    }
    auto rows = database_.run("SELECT id, first_seen FROM item WHERE id > $1 ORDER BY id LIMIT $2",
                              settings_.retained_from, portion - items.size());
    while (rows.next()) {
      const auto id = rows->integer(0);
      const bool old = settings_.retention.age && rows->time(1) + *settings_.retention.age < now_;
      const bool many = settings_.retention.items && id <= newest - *settings_.retention.items;
      if (!old && !many) return false;
      items.push_back(id);
      settings_.retained_from = id;
    }
    return items.size() == portion;
  }

  void read(std::vector<std::int64_t>& items) {
    std::ranges::sort(items);
    items.erase(std::unique(items.begin(), items.end()), items.end());
    std::vector<std::int64_t> stories;
    database_.look_up(
        "SELECT id, story, title, link, body FROM item WHERE id = {any}", items, [&](const Row& row) {
          Candidate candidate{.id = row.integer(0), .story = row.integer(1)};
          if (!is_abridged(row.bytes(4))) {
            candidate.body = encode_abridged(decode_item(row.bytes(4), row.bytes(2), row.bytes(3)));
          }
          stories.push_back(candidate.story);
          candidates_.push_back(std::move(candidate));
        });
    std::ranges::sort(stories);
    stories.erase(std::unique(stories.begin(), stories.end()), stories.end());
    database_.look_up("SELECT id, arrived FROM story WHERE id = {any}", stories, [&](const Row& row) {
      stories_[row.integer(0)].arrived = decode_numbers(row.bytes(1));
    });
    database_.look_up(
        "SELECT story, stream, page FROM shelf WHERE story = {any}", stories,
        [&](const Row& row) { stories_[row.integer(0)].shelves.emplace(row.integer(1), row.integer(2)); });
  }

  bool is_behind_the_readers(std::int64_t story) {
    const auto& where = stories_[story];
    bool shown = false;
    for (const auto stream : where.arrived) {
      if (streams_.name(stream) == nullptr) continue;
      const auto shelf = where.shelves.find(stream);
      if (shelf == where.shelves.end() || is_unpublished(stream, shelf->second) ||
          in_front(stream).contains(story))
        return false;
      shown = true;
    }
    return shown;
  }

  bool is_unpublished(std::int64_t stream, std::int64_t page) {
    auto rows = database_.run("SELECT 1 FROM touched WHERE stream = $1 AND page = $2", stream, page);
    return rows.next();
  }

  const std::set<std::int64_t>& in_front(std::int64_t stream) {
    const auto [at, fresh] = in_front_.try_emplace(stream);
    if (fresh) at->second = stories_in_front(database_, stream, settings_.items);
    return at->second;
  }

  Database& database_;
  const StreamNumbers& streams_;
  Settings& settings_;
  Timestamp now_;
  std::vector<Candidate> candidates_;
  std::unordered_map<std::int64_t, Whereabouts> stories_;
  std::unordered_map<std::int64_t, std::set<std::int64_t>> in_front_;
};

}  // namespace

bool abridge_some(Database& database, const StreamNumbers& streams, Settings& settings, Timestamp now) {
  if (!settings.retention.age && !settings.retention.items) return false;
  return Step(database, streams, settings, now).run();
}

void retain_again(Database& database, std::span<const std::int64_t> items, Timestamp now) {
  static constexpr Bulk whole{"whole", "item, again", "ii",
                              "ON CONFLICT (item) DO UPDATE SET again = excluded.again"};
  database.insert(whole, items.size(), [&](std::size_t i, Parameters& to) {
    to.integer(items[i]);
    to.time(now + again);
  });
}

}  // namespace tributary::store
