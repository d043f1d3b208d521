#pragma once
#include <optional>
#include <string_view>

#include "model/feed.hpp"
#include "model/site.hpp"

namespace tributary::store {

/// Why an item bears the date it bears. Numbers are kept in the store.
enum class DateRule {
  item = 0,           ///< the item's own date
  address = 1,        ///< a date in the path of its link (/2017/06/05/)
  feed_modified = 2,  ///< Last-Modified of the answer in which it was the only new item
  first_sight = 3,    ///< it says none
  below_dated = 4,    ///< it says none, in a feed's first document: just below the newest dated item
  clamped = 5,        ///< its own date lay in the future: first sight
  held = 6,           ///< its own date lies in the future, and it waits for it
};
[[nodiscard]] std::string_view to_string(DateRule rule);

struct ItemDates {
  Timestamp published = {};
  Timestamp modified = {};
  DateRule rule = DateRule::item;
  std::optional<Timestamp> due = {};  ///< when an item that waits may be shown
};

/// What the dates of a document's new items depend on besides themselves.
struct DateContext {
  Timestamp now = {};
  FutureDates future = FutureDates::clamp;
  std::optional<Timestamp> below = {};          ///< of a first document: its newest date
  std::optional<Timestamp> last_modified = {};  ///< when exactly one item is new
};

[[nodiscard]] ItemDates dates_of(const Item& item, const DateContext& context);

/// The date that a real change of the text gives an item that bore `modified`: its own `updated` when that is
/// newer and not in the future, else now.
[[nodiscard]] Timestamp date_of_change(const Item& item, Timestamp modified, Timestamp now);

/// The item's own claim of when it was published, whichever member says so.
[[nodiscard]] std::optional<Timestamp> claimed_date(const Item& item);

/// A date in a path: /2017/06/05/, /2017-06-05-…; from 1995 on, nullopt when there is none.
[[nodiscard]] std::optional<Timestamp> date_in_address(std::string_view url);

}  // namespace tributary::store
