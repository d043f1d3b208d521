#include "store/echoes.hpp"

#include <algorithm>
#include <map>

#include "store/codec.hpp"
#include "store/text.hpp"

namespace tributary::store {
namespace {

/// Partners take over each other's news within days. Less than a week, so that this week's notice doesn't
/// meet last week's.
constexpr std::chrono::days window{5};
constexpr std::chrono::days bucket{8};

/// A key that so many share is a set phrase, not a piece.
constexpr std::size_t too_many = 24;
/// Of those found the likeliest are compared.
constexpr std::size_t most_compared = 6;

std::int64_t bucket_of(Timestamp date) {
  return std::chrono::floor<std::chrono::days>(date).time_since_epoch() / bucket;
}

/// Twenty-odd bits of time, forty of the text: enough that strangers hardly ever meet within eight days.
std::int64_t key_in(std::int64_t which, std::int64_t key) {
  return which * (std::int64_t{1} << 40) + (key & ((std::int64_t{1} << 40) - 1));
}

/// Title and body as they are compared.
Wording wording_of(const Item& item) {
  const auto text = meaning(item);
  const auto line = text.find('\n');
  return store::wording_of(std::string_view(text).substr(0, line), std::string_view(text).substr(line + 1));
}

}  // namespace

std::shared_ptr<const Echo> Echoes::sound(const Item& item, Timestamp date) {
  auto echo = std::make_shared<Echo>();
  echo->wording = wording_of(item);
  if (!echo->wording.comparable) return nullptr;
  echo->date = date;
  const auto own = bucket_of(date), from = bucket_of(date - window), until = bucket_of(date + window);
  for (const auto key : sketch_of(echo->wording)) {
    echo->own.push_back(key_in(own, key));
    for (auto at = from; at <= until; ++at) echo->asked.push_back(key_in(at, key));
  }
  sounded_.push_back(echo);
  return echo;
}

std::vector<std::int64_t> Echoes::likeliest(const Echo& echo) const {
  std::map<std::int64_t, int> shared;  // keys in common
  for (const auto key : echo.asked) {
    const auto found = at_key_.find(key);
    if (found == at_key_.end() || found->second.size() > too_many) continue;
    for (const auto item : found->second) ++shared[item];
  }
  std::vector<std::pair<int, std::int64_t>> ranked;
  for (const auto& [item, count] : shared) ranked.emplace_back(-count, item);
  const auto end = ranked.begin() + static_cast<std::ptrdiff_t>(std::min(ranked.size(), most_compared));
  std::ranges::partial_sort(ranked, end);
  std::vector<std::int64_t> items;
  for (auto at = ranked.begin(); at != end; ++at) items.push_back(at->second);
  return items;
}

void Echoes::look_up() {
  std::vector<std::int64_t> asked, items;
  for (const auto& echo : sounded_) asked.insert(asked.end(), echo->asked.begin(), echo->asked.end());
  std::ranges::sort(asked);
  asked.erase(std::unique(asked.begin(), asked.end()), asked.end());
  database_.look_up("SELECT key, item FROM echo WHERE key = {any}", asked,
                    [&](const Row& row) { at_key_[row.integer(0)].push_back(row.integer(1)); });
  for (const auto& echo : sounded_) {
    const auto found = likeliest(*echo);
    items.insert(items.end(), found.begin(), found.end());
  }
  std::ranges::sort(items);
  items.erase(std::unique(items.begin(), items.end()), items.end());
  database_.look_up("SELECT id, title, link, body, published FROM item WHERE id = {any}", items,
                    [&](const Row& row) {
                      const auto item = decode_item(row.bytes(3), row.bytes(1), row.bytes(2));
                      known_[row.integer(0)] = {wording_of(item), row.time(4)};
                    });
}

std::vector<std::int64_t> Echoes::candidates() const {
  std::vector<std::int64_t> items;
  for (const auto& [item, known] : known_) items.push_back(item);
  std::ranges::sort(items);
  return items;
}

void Echoes::add(const Echo& echo, std::int64_t item) {
  known_[item] = {echo.wording, echo.date};
  for (const auto key : echo.own) {
    at_key_[key].push_back(item);
    added_.emplace_back(key, item);
  }
}

Echoes::Heard Echoes::best(const Echo& echo, const std::function<bool(std::int64_t)>& may_be) const {
  Heard heard;
  for (const auto item : likeliest(echo)) {
    const auto known = known_.find(item);
    if (known == known_.end()) continue;
    const auto apart =
        known->second.date < echo.date ? echo.date - known->second.date : known->second.date - echo.date;
    if (apart > window || !may_be(item)) continue;
    const auto alike = likeness(known->second.wording, echo.wording);
    if (!alike.same) continue;
    const auto score = static_cast<std::int64_t>(1000 * alike.words + 0.5);
    if (score > heard.score || (score == heard.score && item < heard.item)) heard = {item, score};
  }
  return heard;
}

void Echoes::forget_before(Timestamp date) {
  database_.execute("DELETE FROM echo WHERE key < $1", key_in(bucket_of(date - window), 0));
}

void Echoes::write() {
  // In the order of their index: neighbours meet on one page.
  std::ranges::sort(added_);
  static constexpr Bulk echoes{"echo", "key, item", "ii", "ON CONFLICT (key, item) DO NOTHING"};
  database_.insert(echoes, added_.size(), [&](std::size_t i, Parameters& to) {
    to.integer(added_[i].first);
    to.integer(added_[i].second);
  });
}

}  // namespace tributary::store
