#include "store/echoes.hpp"

#include <algorithm>
#include <utility>

#include "store/codec.hpp"
#include "store/text.hpp"

namespace tributary::store {
namespace {

/// Partners take over each other's news within days. Less than a week, so that this week's notice doesn't
/// meet last week's.
constexpr std::chrono::days window{5};
constexpr std::chrono::days bucket{32};

/// A key that so many share is a set phrase, not a piece.
constexpr std::size_t too_many = 24;
/// Of those found the likeliest are compared.
constexpr std::size_t most_compared = 3;
/// Texts of which so many keys agree are alike: two such in one feed are filled into one form (the same words
/// below every item, say), and the form is no piece.
constexpr int alike_keys = 4;

std::int64_t bucket_of(Timestamp date) {
  return std::chrono::floor<std::chrono::days>(date).time_since_epoch() / bucket;
}

/// Twenty-odd bits of time, forty of the text: enough that strangers hardly ever meet within a month.
std::int64_t key_in(std::int64_t which, std::int64_t key) {
  return which * (std::int64_t{1} << 40) + (key & ((std::int64_t{1} << 40) - 1));
}

/// Title and body as they are compared.
Wording wording_of(const Item& item) {
  const Text* text = item.summary ? &*item.summary : nullptr;
  if (!item.content.empty() && !item.content.front().value().empty()) text = &item.content.front();
  const auto title = plain_title(item);
  if (text == nullptr) return store::wording_of(title, {});
  if (text->type == Text::Type::text) return store::wording_of(title, text->plain);
  return store::wording_of(title, plain_text(*text, compared_bytes));
}

}  // namespace

std::shared_ptr<const Echo> Echoes::sound(const Item& item, std::int64_t feed, Timestamp date) {
  auto echo = std::make_shared<Echo>();
  echo->wording = wording_of(item);
  if (!echo->wording.comparable) return nullptr;
  echo->date = date;
  echo->feed = feed;
  echo->number = -1 - static_cast<std::int64_t>(sounded_.size());
  const auto own = bucket_of(date), from = bucket_of(date - window), until = bucket_of(date + window);
  for (const auto key : sketch_of(echo->wording)) {
    echo->own.push_back(key_in(own, key));
    for (auto at = from; at <= until; ++at) echo->asked.push_back(key_in(at, key));
  }
  for (const auto key : echo->own) at_key_[key].push_back({echo->number, feed});
  sounded_.push_back(echo);
  return echo;
}

std::vector<Echoes::Likely> Echoes::sharers(const Echo& echo) const {
  std::unordered_map<std::int64_t, Likely> found;
  for (const auto key : echo.asked) {
    const auto at = at_key_.find(key);
    if (at == at_key_.end() || at->second.size() > too_many) continue;
    for (const auto& [item, feed] : at->second) {
      if (item == echo.number) continue;
      auto& likely = found[item];
      likely = {item, feed, likely.shared + 1};
    }
  }
  std::vector<Likely> ranked;
  for (const auto& [item, likely] : found) ranked.push_back(likely);
  std::ranges::sort(ranked, {}, [](const Likely& one) { return std::pair(-one.shared, one.item); });
  return ranked;
}

void Echoes::look_up() {
  std::vector<std::int64_t> asked, items;
  for (const auto& echo : sounded_) asked.insert(asked.end(), echo->asked.begin(), echo->asked.end());
  std::ranges::sort(asked);
  asked.erase(std::unique(asked.begin(), asked.end()), asked.end());
  database_.look_up("SELECT key, item, feed FROM echo WHERE key = {any}", asked, [&](const store::Row& row) {
    at_key_[row.integer(0)].push_back({row.integer(1), row.integer(2)});
  });
  for (const auto& echo : sounded_) {
    std::size_t compared = 0;
    for (const auto& likely : sharers(*echo)) {
      if (likely.item < 0 || likely.feed == echo->feed) continue;
      items.push_back(likely.item);
      if (++compared == most_compared) break;
    }
  }
  std::ranges::sort(items);
  items.erase(std::unique(items.begin(), items.end()), items.end());
  database_.look_up("SELECT id, title, link, body, published FROM item WHERE id = {any}", items,
                    [&](const store::Row& row) {
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
    // It stood there under a number of its own until now.
    auto& sharers = at_key_[key];
    const auto known = std::ranges::find(sharers, echo.number, &Sharer::item);
    if (known != sharers.end()) known->item = item;
    added_.push_back({key, item, echo.feed});
  }
}

Echoes::Heard Echoes::best(const Echo& echo, const std::function<bool(std::int64_t)>& may_be) const {
  const auto all = sharers(echo);
  const auto in_a_form = [&](const Likely& other) {
    return std::ranges::any_of(all, [&](const Likely& one) {
      return one.item != other.item && one.shared >= alike_keys &&
             (one.feed == echo.feed || one.feed == other.feed);
    });
  };
  Heard heard;
  std::size_t compared = 0;
  for (const auto& likely : all) {
    if (likely.feed == echo.feed) continue;
    const auto known = known_.find(likely.item);
    if (known == known_.end()) continue;
    const auto apart =
        known->second.date < echo.date ? echo.date - known->second.date : known->second.date - echo.date;
    if (apart > window || !may_be(likely.item)) continue;
    const auto alike = likeness(known->second.wording, echo.wording);
    if (alike.same && !in_a_form(likely)) {
      const auto score = static_cast<std::int64_t>(1000 * alike.words + 0.5);
      if (score > heard.score || (score == heard.score && likely.item < heard.item))
        heard = {likely.item, score};
    }
    if (++compared == most_compared) break;
  }
  return heard;
}

void Echoes::forget_before(Timestamp date) {
  database_.execute("DELETE FROM echo WHERE key < $1", key_in(bucket_of(date - window), 0));
}

void Echoes::write() {
  // In the order of their index: neighbours meet on one page.
  std::ranges::sort(added_);
  static constexpr Bulk echoes{"echo", "key, item, feed", "iii", "ON CONFLICT (key, item) DO NOTHING"};
  database_.insert(echoes, added_.size(), [&](std::size_t i, Parameters& to) {
    to.integer(added_[i].key);
    to.integer(added_[i].item);
    to.integer(added_[i].feed);
  });
}

}  // namespace tributary::store
