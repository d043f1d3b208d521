// Two readers, asked in this order: numbers in a known order (ISO 8601 and its relatives), then words and
// numbers in whatever order people write them. The two forms that nearly all feeds use take a short way of
// their own before.
#include "parser/dates.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <string_view>

#include "parser/dates_parts.hpp"
#include "parser/dates_words.hpp"
#include "parser/dates_zones.hpp"

namespace tributary::parser {
namespace {

using namespace std::chrono;
using namespace dates;

int two(std::string_view text, std::size_t at) {
  const char a = text[at], b = text[at + 1];
  return is_digit(a) && is_digit(b) ? (a - '0') * 10 + (b - '0') : -10000;
}

std::optional<Timestamp> at(int year_value, int month_value, int day_value, int hour, int minute, int second,
                            seconds offset) {
  if (year_value < first_year || month_value < 0 || day_value < 0 || (hour | minute | second) < 0)
    return std::nullopt;
  const year_month_day date{year{year_value}, month{static_cast<unsigned>(month_value)},
                            day{static_cast<unsigned>(day_value)}};
  if (!date.ok() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  return if_in_range(sys_days{date} + hours{hour} + minutes{minute} + seconds{second} - offset);
}

/// "+0100" or "+01:00" and nothing behind it.
std::optional<seconds> plain_offset(std::string_view text) {
  if (text.size() < 5 || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  const std::size_t minute_at = text[3] == ':' ? 4 : 3;
  if (text.size() != minute_at + 2) return std::nullopt;
  const int hour = two(text, 1), minute = two(text, minute_at);
  if (hour < 0 || minute < 0 || hour > 23 || minute > 59) return std::nullopt;
  const seconds offset = hours{hour} + minutes{minute};
  return text[0] == '-' ? -offset : offset;
}

/// 2004-01-01T19:48:21Z
std::optional<Timestamp> common_rfc3339(std::string_view text) {
  if (text.size() < 20 || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' ||
      text[16] != ':')
    return std::nullopt;
  std::size_t end = 19;
  if (text[end] == '.') {
    ++end;
    while (end < text.size() && is_digit(text[end])) ++end;
    if (end == 20 || end == text.size()) return std::nullopt;
  }
  std::optional<seconds> offset;
  if (text.substr(end) == "Z") {
    offset = 0s;
  } else {
    offset = plain_offset(text.substr(end));
  }
  if (!offset) return std::nullopt;
  return at(two(text, 0) * 100 + two(text, 2), two(text, 5), two(text, 8), two(text, 11), two(text, 14),
            two(text, 17), *offset);
}

/// Thu, 01 Jan 2004 19:48:21 GMT
std::optional<Timestamp> common_rfc822(std::string_view text) {
  if (text.size() < 28 || text[3] != ',' || text[4] != ' ') return std::nullopt;
  if (text[6] == ' ') return std::nullopt;
  if (text[7] != ' ' || text[11] != ' ' || text[16] != ' ' || text[19] != ':' || text[22] != ':' ||
      text[25] != ' ')
    return std::nullopt;
  static constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                           "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto month_name = std::ranges::find(months, text.substr(8, 3));
  if (month_name == months.end()) return std::nullopt;
  const auto zone = text.substr(26);
  const bool is_utc = zone == "GMT" || zone == "UTC" || zone == "UT";
  auto offset = is_utc ? std::optional<seconds>(0s) : plain_offset(zone);
  // "EST"; a single letter needs more care.
  const bool is_named = !offset && zone.size() > 2 && is_zone_abbreviation(zone);
  if (is_named) offset = 0s;
  if (!offset) return std::nullopt;
  const auto when = at(two(text, 12) * 100 + two(text, 14), static_cast<int>(month_name - months.begin()) + 1,
                       two(text, 5), two(text, 17), two(text, 20), two(text, 23), *offset);
  if (!when || !is_named) return when;
  const auto in_utc = in_zone(LocalTime{when->time_since_epoch()}, zone);
  return in_utc ? if_in_range(*in_utc) : std::nullopt;
}

}  // namespace

std::optional<Timestamp> parse_date(std::string_view text, const DateContext& context) {
  text = trimmed(text);
  // The longest date anybody writes has some 60 bytes; what is longer is a text.
  if (text.empty() || text.size() > 200) return std::nullopt;
  if (const auto when = common_rfc822(text)) return when;
  if (const auto when = common_rfc3339(text)) return when;
  std::string folded;
  if (std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0x80; })) {
    folded = compatible(text);
    text = trimmed(folded);
  }
  if (is_digit(text.empty() ? ' ' : text.front()) || text.starts_with('-')) {
    if (const auto when = numeric_date(text, context)) return when;
  }
  return worded_date(text, context);
}

}  // namespace tributary::parser
