#include "store/dates.hpp"

#include <algorithm>
#include <charconv>

#include "model/url.hpp"

namespace tributary::store {
namespace {

using namespace std::chrono;

/// Clocks differ a little: up to here a future date is no announcement.
constexpr auto skew = 1h;

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  return fault == std::errc{} && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::optional<Timestamp> date_at(std::string_view text) {
  // YYYY, a separator, MM, the same separator, DD, and no further digit.
  if (text.size() < 10 || (text[4] != '/' && text[4] != '-') || text[7] != text[4]) return std::nullopt;
  if (text.size() > 10 && is_digit(text[10])) return std::nullopt;
  const auto y = number(text.substr(0, 4)), m = number(text.substr(5, 2)), d = number(text.substr(8, 2));
  if (!y || !m || !d || *y < 1995 || *y > 9999 || *m < 1 || *d < 1) return std::nullopt;
  const year_month_day date{year{*y}, month{static_cast<unsigned>(*m)}, day{static_cast<unsigned>(*d)}};
  return date.ok() ? std::optional<Timestamp>(sys_days{date}) : std::nullopt;
}

}  // namespace

std::string_view to_string(DateRule rule) {
  switch (rule) {
    case DateRule::item:
      return "the item's own date";
    case DateRule::address:
      return "a date in its address";
    case DateRule::feed_modified:
      return "Last-Modified of the answer in which it was the only new item";
    case DateRule::first_sight:
      return "first sight: it says no date";
    case DateRule::below_dated:
      return "below the newest dated item of the feed's first document: it says no date";
    case DateRule::clamped:
      return "first sight: its own date lay in the future";
    case DateRule::held:
      return "its own date lies in the future: it waits";
  }
  return {};
}

std::optional<Timestamp> date_in_address(std::string_view url) {
  const auto path = split_url(url).path;
  for (auto at = path.find('/'); at != std::string_view::npos; at = path.find('/', at + 1)) {
    if (const auto date = date_at(path.substr(at + 1))) return date;
  }
  return std::nullopt;
}

std::optional<Timestamp> claimed_date(const Item& item) {
  if (item.published) return item.published;
  if (item.created) return item.created;
  return item.updated;
}

ItemDates dates_of(const Item& item, const DateContext& context) {
  ItemDates dates;
  const auto claimed = claimed_date(item);
  if (!claimed) {
    dates.published = context.now;
    dates.rule = DateRule::first_sight;
    if (const auto address = date_in_address(item.link); address && *address <= context.now) {
      dates.published = *address;
      dates.rule = DateRule::address;
    } else if (context.below) {
      dates.published = std::min(context.now, *context.below - 1s);
      dates.rule = DateRule::below_dated;
    } else if (context.last_modified && *context.last_modified <= context.now) {
      dates.published = *context.last_modified;
      dates.rule = DateRule::feed_modified;
    }
    dates.modified = dates.published;
    return dates;
  }
  dates.published = *claimed;
  dates.modified = item.updated ? std::max(*claimed, *item.updated) : *claimed;
  if (*claimed > context.now) {
    if (context.future == FutureDates::hold && *claimed > context.now + skew) {
      dates.rule = DateRule::held;
      dates.due = *claimed;
      dates.modified = *claimed;
      return dates;
    }
    dates.published = context.now;
    dates.rule = DateRule::clamped;
  }
  // A promise to be updated in the future is no update.
  if (dates.modified > context.now)
    dates.modified = std::max(dates.published, std::min(*claimed, context.now));
  return dates;
}

Timestamp date_of_change(const Item& item, Timestamp modified, Timestamp now) {
  Timestamp claimed = modified;
  if (item.updated) claimed = std::max(claimed, *item.updated);
  if (item.published && *item.published <= now) claimed = std::max(claimed, *item.published);
  return claimed > modified && claimed <= now ? claimed : now;
}

}  // namespace tributary::store
