#include "model/timestamp.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

namespace tributary {
namespace {

using namespace std::chrono;

constexpr std::array month_names{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array day_names{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

struct Civil {
  int year;
  unsigned month, day;
  int hour, minute, second;
};

Civil civil(Timestamp when) {
  const auto lowest = sys_days{year{0} / 1 / 1};
  const auto highest = sys_days{year{9999} / 12 / 31} + 23h + 59min + 59s;
  when = std::clamp<Timestamp>(when, lowest, highest);
  const auto day = floor<days>(when);
  const year_month_day date{day};
  const hh_mm_ss time{when - day};
  return {int{date.year()},
          unsigned{date.month()},
          unsigned{date.day()},
          static_cast<int>(time.hours().count()),
          static_cast<int>(time.minutes().count()),
          static_cast<int>(time.seconds().count())};
}

std::optional<Timestamp> moment(int year_value, int month_value, int day_value, int hour, int minute,
                                int second) {
  const year_month_day date{year{year_value}, month{static_cast<unsigned>(month_value)},
                            day{static_cast<unsigned>(day_value)}};
  if (!date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  // A leap second has no place in UTC's second count: RFC 3339 allows :60, which is the second before the
  // next minute.
  return sys_days{date} + hours{hour} + minutes{minute} + seconds{std::min(second, 59)};
}

/// Reads fixed-width fields off the front of a text; a single failure sticks.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  int digits(std::size_t count) {
    if (text_.size() < count) return fail();
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (text_[i] < '0' || text_[i] > '9') return fail();
      value = value * 10 + (text_[i] - '0');
    }
    text_.remove_prefix(count);
    return value;
  }
  void literal(std::string_view expected) {
    if (!text_.starts_with(expected)) {
      fail();
    } else {
      text_.remove_prefix(expected.size());
    }
  }
  bool accept(char c) {
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  int month() {
    for (std::size_t i = 0; i < month_names.size(); ++i) {
      if (text_.starts_with(month_names[i])) {
        text_.remove_prefix(3);
        return static_cast<int>(i) + 1;
      }
    }
    return fail();
  }
  void skip_word() {
    while (!text_.empty() && ((text_.front() >= 'A' && text_.front() <= 'Z') ||
                              (text_.front() >= 'a' && text_.front() <= 'z'))) {
      text_.remove_prefix(1);
    }
  }
  void skip_digits() {
    while (!text_.empty() && text_.front() >= '0' && text_.front() <= '9') text_.remove_prefix(1);
  }
  [[nodiscard]] bool next_is_digit() const {
    return !text_.empty() && text_.front() >= '0' && text_.front() <= '9';
  }
  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] bool at_end() const { return text_.empty(); }

 private:
  int fail() {
    failed_ = true;
    text_ = {};
    return 0;
  }
  std::string_view text_;
  bool failed_ = false;
};

}  // namespace

std::string to_rfc3339(Timestamp when) {
  const Civil c = civil(when);
  char buffer[32];
  const int length = std::snprintf(buffer, sizeof buffer, "%04d-%02u-%02uT%02d:%02d:%02dZ", c.year, c.month,
                                   c.day, c.hour, c.minute, c.second);
  return {buffer, static_cast<std::size_t>(length)};
}

std::optional<Timestamp> from_rfc3339(std::string_view text) {
  Cursor in(text);
  const int year_value = in.digits(4);
  in.literal("-");
  const int month_value = in.digits(2);
  in.literal("-");
  const int day_value = in.digits(2);
  if (!in.accept('T') && !in.accept('t')) in.literal(" ");
  const int hour = in.digits(2);
  in.literal(":");
  const int minute = in.digits(2);
  in.literal(":");
  const int second = in.digits(2);
  if (in.accept('.')) {
    if (!in.next_is_digit()) return std::nullopt;
    in.skip_digits();
  }
  std::chrono::minutes offset{0};
  if (!in.accept('Z') && !in.accept('z')) {
    const bool west = in.accept('-');
    if (!west) in.literal("+");
    const int offset_hours = in.digits(2);
    in.literal(":");
    const int offset_minutes = in.digits(2);
    if (offset_hours > 23 || offset_minutes > 59) return std::nullopt;
    offset = hours{offset_hours} + minutes{offset_minutes};
    if (west) offset = -offset;
  }
  if (in.failed() || !in.at_end()) return std::nullopt;
  const auto local = moment(year_value, month_value, day_value, hour, minute, second);
  if (!local) return std::nullopt;
  return *local - offset;
}

std::string to_http_date(Timestamp when) {
  const Civil c = civil(when);
  const auto week_day = weekday{floor<days>(when)}.c_encoding();
  char buffer[40];
  const int length =
      std::snprintf(buffer, sizeof buffer, "%s, %02u %s %04d %02d:%02d:%02d GMT", day_names[week_day], c.day,
                    month_names[c.month - 1], c.year, c.hour, c.minute, c.second);
  return {buffer, static_cast<std::size_t>(length)};
}

std::optional<Timestamp> from_http_date(std::string_view text) {
  Cursor in(text);
  in.skip_word();
  int year_value = 0, month_value = 0, day_value = 0, hour = 0, minute = 0, second = 0;
  const auto time = [&] {
    hour = in.digits(2);
    in.literal(":");
    minute = in.digits(2);
    in.literal(":");
    second = in.digits(2);
  };
  if (in.accept(',')) {
    in.literal(" ");
    day_value = in.digits(2);
    if (in.accept('-')) {  // RFC 850
      month_value = in.month();
      in.literal("-");
      year_value = in.digits(2);
      year_value += year_value < 70 ? 2000 : 1900;
    } else {
      in.literal(" ");
      month_value = in.month();
      in.literal(" ");
      year_value = in.digits(4);
    }
    in.literal(" ");
    time();
    in.literal(" GMT");
  } else {  // asctime
    in.literal(" ");
    month_value = in.month();
    in.literal(" ");
    day_value = in.accept(' ') ? in.digits(1) : in.digits(2);
    in.literal(" ");
    time();
    in.literal(" ");
    year_value = in.digits(4);
  }
  if (in.failed() || !in.at_end()) return std::nullopt;
  return moment(year_value, month_value, day_value, hour, minute, second);
}

}  // namespace tributary
