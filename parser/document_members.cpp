#include <algorithm>
#include <array>
#include <utility>

#include "parser/ascii.hpp"
#include "parser/details.hpp"
#include "parser/numbers.hpp"

namespace tributary::parser {
namespace {

constexpr std::array<std::string_view, 7> days{"sunday",   "monday", "tuesday", "wednesday",
                                               "thursday", "friday", "saturday"};

// The syndication module's periods; a month and a year as it would be silly to be exact about.
constexpr std::array periods{
    std::pair{std::string_view("hourly"), std::chrono::seconds(3600)},
    std::pair{std::string_view("daily"), std::chrono::seconds(86400)},
    std::pair{std::string_view("weekly"), std::chrono::seconds(7 * 86400)},
    std::pair{std::string_view("monthly"), std::chrono::seconds(30 * 86400)},
    std::pair{std::string_view("yearly"), std::chrono::seconds(365 * 86400)},
};

void add(std::vector<int>& list, int value) {
  if (std::ranges::find(list, value) == list.end()) list.push_back(value);
}

}  // namespace

void DocumentReader::read_skip(const Element& element, Member member) {
  walk_.children(element, [&](const Element& child) {
    std::string scratch;
    const std::string_view value = text_inside(child, scratch);
    if (member == Member::skip_hours && same_word(child.local, "hour")) {
      // RSS 0.91 counts 1..24, RSS 2.0 0..23: 24 is midnight.
      if (const auto hour = whole_number(value); hour && *hour <= 24)
        add(reading_.feed.skip_hours, static_cast<int>(*hour % 24));
    } else if (member == Member::skip_days && same_word(child.local, "day")) {
      const auto day =
          std::ranges::find_if(days, [&](std::string_view name) { return same_word(name, value); });
      if (day != days.end()) add(reading_.feed.skip_days, static_cast<int>(day - days.begin()));
    }
  });
}

void DocumentReader::read_deleted(const Element& element) {
  DeletedEntry deleted{.ref = std::string(Walk::attribute(element, "ref"))};
  if (deleted.ref.empty() || !reading_.may_hold(reading_.feed.deleted.size(), sizeof(DeletedEntry))) return;
  deleted.when = reading_.date(Walk::attribute(element, "when"), element.node);
  walk_.children(element, [&](const Element& child) {
    if (child.is(Ns::at, "comment")) deleted.comment = value_of(child);
  });
  reading_.feed.deleted.push_back(std::move(deleted));
}

void DocumentReader::read(const Element& element, Member member) {
  Feed& feed = reading_.feed;
  switch (member) {
    case Member::ttl: {
      std::string scratch;
      std::string_view value = text_inside(element, scratch);
      value = value.substr(0, value.find_first_not_of("0123456789"));
      // "60 minutes" means 60; more than a year is a slip of the keyboard.
      if (const auto minutes = whole_number(value); minutes && *minutes <= 366U * 24 * 60)
        feed.ttl = static_cast<int>(*minutes);
      return;
    }
    case Member::skip_hours:
    case Member::skip_days:
      read_skip(element, member);
      return;
    case Member::update_period:
      period_ = value_of(element);
      return;
    case Member::update_frequency:
      frequency_ = value_of(element);
      return;
    case Member::complete:
      feed.complete = true;
      return;
    case Member::archive:
      feed.archive = true;
      return;
    case Member::deleted_entry:
      read_deleted(element);
      return;
    default:
      return;
  }
}

void DocumentReader::finish() {
  if (period_.empty() && frequency_.empty()) return;
  const auto frequency = std::clamp<std::uint64_t>(whole_number(frequency_).value_or(1), 1, 86400);
  const auto period =
      std::ranges::find_if(periods, [&](const auto& row) { return same_word(row.first, period_); });
  // The module: a missing period is daily.
  const auto length = period == periods.end() ? std::chrono::seconds(86400) : period->second;
  reading_.feed.update_interval = length / static_cast<std::int64_t>(frequency);
}

}  // namespace tributary::parser
