#include "store/story_lines.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>
#include <unordered_map>

#include "store/canonical_url.hpp"
#include "store/codec.hpp"
#include "store/hash.hpp"

namespace tributary::store {
namespace {

/// Items that belong together, under the condition that some never do.
class Classes {
 public:
  Classes(std::vector<std::int64_t> items, std::set<std::pair<std::int64_t, std::int64_t>> apart)
      : items_(std::move(items)), apart_(std::move(apart)) {
    for (std::size_t i = 0; i < items_.size(); ++i) {
      place_.emplace(items_[i], i);
      classes_.push_back({items_[i]});
    }
  }

  /// False when a split forbids it.
  bool unite(std::int64_t one, std::int64_t other) {
    const auto a = place_.find(one), b = place_.find(other);
    if (a == place_.end() || b == place_.end()) return false;
    if (a->second == b->second) return true;
    auto& kept = classes_[a->second];
    auto& gone = classes_[b->second];
    for (const auto left : kept) {
      for (const auto right : gone) {
        if (apart_.contains(std::minmax(left, right))) return false;
      }
    }
    const auto to = a->second;
    for (const auto id : gone) {
      place_[id] = to;
      kept.push_back(id);
    }
    gone.clear();
    return true;
  }

  [[nodiscard]] std::vector<std::vector<std::int64_t>> all() const {
    std::vector<std::vector<std::int64_t>> found;
    std::ranges::copy_if(classes_, std::back_inserter(found), [](const auto& one) { return !one.empty(); });
    return found;
  }

 private:
  std::vector<std::int64_t> items_;
  std::set<std::pair<std::int64_t, std::int64_t>> apart_;
  std::unordered_map<std::int64_t, std::size_t> place_;
  std::vector<std::vector<std::int64_t>> classes_;
};

void load_with_stories(Stories& stories, const std::vector<std::int64_t>& items) {
  stories.load_items(items);
  std::vector<std::int64_t> touched;
  for (const auto id : items) {
    if (!stories.has_item(id)) continue;
    touched.push_back(stories.item(id).story);
    touched.push_back(id);  // a story of that name may have gone up in another
  }
  stories.load_stories(touched);
}

std::vector<Tie> read_ties(Database& database, const std::vector<std::int64_t>& items) {
  std::vector<Tie> ties;
  database.look_up("SELECT item, other, kind, score FROM tie WHERE item = {any}", items, [&](const Row& row) {
    ties.push_back({row.integer(0), row.integer(1), static_cast<TieKind>(row.integer(2)), row.integer(3)});
  });
  return ties;
}

}  // namespace

StoryLines::StoryLines(const StoryRules& rules) {
  for (const bool split : {false, true}) {
    for (const auto& urls : split ? rules.split : rules.merge) {
      Line line{.split = split};
      std::map<std::int64_t, int> count;
      for (const auto& url : urls) {
        const auto canonical = canonical_url(url);
        const auto address = canonical.empty() ? 0 : static_cast<std::int64_t>(hash64(canonical));
        ++count[address];
        line.places.push_back({url, address});
      }
      for (auto& place : line.places) place.to_the_letter = split && count[place.address] > 1;
      lines_.push_back(std::move(line));
    }
  }
}

bool StoryLines::name(std::string_view link, std::span<const std::int64_t> addresses) const {
  return std::ranges::any_of(lines_, [&](const Line& line) {
    return std::ranges::any_of(line.places, [&](const Place& place) {
      return place.url == link || std::ranges::find(addresses, place.address) != addresses.end();
    });
  });
}

std::vector<std::int64_t> StoryLines::items(Database& database) const {
  std::vector<std::int64_t> keys, found;
  for (const auto& line : lines_) {
    for (const auto& place : line.places) keys.push_back(place.address);
  }
  std::ranges::sort(keys);
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  database.look_up("SELECT item FROM address WHERE key = {any}", keys,
                   [&](const Row& row) { found.push_back(row.integer(0)); });
  return found;
}

StoryLines::Named StoryLines::find(Database& database, Stories& stories, const FreshAddresses& fresh) const {
  std::map<std::int64_t, std::set<std::int64_t>> at;
  std::vector<std::int64_t> keys, items;
  for (const auto& line : lines_) {
    for (const auto& place : line.places) at.emplace(place.address, std::set<std::int64_t>{});
  }
  for (const auto& [key, none] : at) keys.push_back(key);
  database.look_up("SELECT key, item FROM address WHERE key = {any}", keys,
                   [&](const Row& row) { at[row.integer(0)].insert(row.integer(1)); });
  for (const auto& [key, item] : fresh) {
    if (const auto found = at.find(key); found != at.end()) found->second.insert(item);
  }
  for (const auto& [key, found] : at) items.insert(items.end(), found.begin(), found.end());
  stories.load_items(items);
  Named named;
  for (const auto& line : lines_) {
    auto& places = named.emplace_back();
    for (const auto& place : line.places) {
      auto found = place.address == 0 ? std::set<std::int64_t>{} : at.at(place.address);
      if (place.to_the_letter) {
        std::erase_if(found, [&](std::int64_t id) { return stories.item(id).link != place.url; });
      }
      places.push_back(std::move(found));
    }
  }
  return named;
}

void StoryLines::regroup(Database& database, Stories& stories, std::span<const std::int64_t> items,
                         std::span<const Tie> ties, const FreshAddresses& fresh) const {
  const auto named = find(database, stories, fresh);
  // All that hangs together.
  std::set<std::int64_t> all;
  std::vector<std::int64_t> next(items.begin(), items.end());
  while (!next.empty()) {
    load_with_stories(stories, next);
    std::set<std::int64_t> more;
    for (const auto id : next) {
      if (!stories.has_item(id)) continue;
      all.insert(id);
      const auto& members = stories.story_of(id).members;
      more.insert(members.begin(), members.end());
    }
    for (const auto& line : named) {
      const bool touches = std::ranges::any_of(line, [&](const auto& place) {
        return std::ranges::any_of(place, [&](std::int64_t id) { return all.contains(id); });
      });
      if (!touches) continue;
      for (const auto& place : line) more.insert(place.begin(), place.end());
    }
    next.clear();
    std::ranges::copy_if(more, std::back_inserter(next), [&](std::int64_t id) { return !all.contains(id); });
  }
  if (all.empty()) return;
  const std::vector<std::int64_t> ids(all.begin(), all.end());

  std::set<std::pair<std::int64_t, std::int64_t>> apart;
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    if (!lines_[i].split) continue;
    for (std::size_t a = 0; a < named[i].size(); ++a) {
      for (std::size_t b = a + 1; b < named[i].size(); ++b) {
        for (const auto one : named[i][a]) {
          for (const auto other : named[i][b]) {
            if (one != other) apart.insert(std::minmax(one, other));
          }
        }
      }
    }
  }
  Classes classes(ids, std::move(apart));

  auto found = read_ties(database, ids);
  found.insert(found.end(), ties.begin(), ties.end());
  std::set<std::int64_t> tied;
  for (const auto& tie : found) tied.insert({tie.item, tie.other});
  std::erase_if(found, [](const Tie& tie) { return tie.kind == TieKind::line; });
  // Stores made before ties were kept: what is in a story of another name came to it by its address.
  for (const auto id : ids) {
    const auto story = stories.item(id).story;
    if (story != id && !tied.contains(id)) found.push_back({id, story, TieKind::address});
  }
  std::ranges::sort(found, {}, [](const Tie& tie) { return std::tie(tie.kind, tie.item, tie.other); });

  std::vector<Tie> of_lines;
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    if (lines_[i].split) continue;
    std::set<std::int64_t> together;
    for (const auto& place : named[i]) together.insert(place.begin(), place.end());
    for (auto id = together.begin(); id != together.end(); ++id) {
      if (id == together.begin() || !classes.unite(*together.begin(), *id)) continue;
      of_lines.push_back({*id, *together.begin(), TieKind::line});
    }
  }
  for (const auto& tie : found) classes.unite(tie.item, tie.other);

  database.repeat("DELETE FROM tie WHERE item = $1 AND kind = $2", ids.size(),
                  [&](std::size_t i, Parameters& to) {
                    to.integer(ids[i]);
                    to.integer(static_cast<int>(TieKind::line));
                  });
  write_ties(database, of_lines);
  stories.regroup(classes.all());
}

void apply_story_lines(Database& database, Feeds& feeds, StreamNumbers& streams, Settings& settings,
                       const StoryRules& rules, Timestamp now) {
  if (encode(rules) == encode(settings.stories)) return;
  const StoryLines before(settings.stories), lines(rules);
  settings.stories = rules;
  auto items = before.items(database);
  const auto more = lines.items(database);
  items.insert(items.end(), more.begin(), more.end());
  Stories stories(database, feeds, streams, settings, now);
  lines.regroup(database, stories, items, {}, {});
  stories.settle();
}

void write_ties(Database& database, std::span<const Tie> ties) {
  static constexpr Bulk bulk{"tie", "item, other, kind, score", "iiii",
                             "ON CONFLICT (item, other) DO NOTHING"};
  database.insert(bulk, ties.size(), [&](std::size_t i, Parameters& to) {
    to.integer(ties[i].item);
    to.integer(ties[i].other);
    to.integer(static_cast<int>(ties[i].kind));
    to.integer(ties[i].score);
  });
}

}  // namespace tributary::store
