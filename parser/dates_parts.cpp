#include "parser/dates_parts.hpp"

#include <algorithm>

#include "parser/dates_zones.hpp"

namespace tributary::parser::dates {

using namespace std::chrono;

namespace {

void skip_fraction(Cursor& in) {
  if ((in.peek() == '.' || in.peek() == ',') && is_digit(in.peek(1))) {
    in.skip(1);
    in.skip(in.digits_ahead());
  }
}

/// "+0530", "-5:30", "+02", "+02:00:00"; the sign is next.
std::optional<seconds> numeric_offset(Cursor& in) {
  const bool west = in.peek() == '-';
  in.skip(1);
  in.skip_blanks();
  const auto count = in.digits_ahead();
  int hour = 0, minute = 0, second = 0;
  if (count == 1 || count == 2) {
    hour = in.number(count);
    if (in.peek() == ':' && is_digit(in.peek(1))) {
      in.skip(1);
      minute = in.number(std::min<std::size_t>(in.digits_ahead(), 2));
      if (in.peek() == ':' && is_digit(in.peek(1))) {
        in.skip(1);
        second = in.number(std::min<std::size_t>(in.digits_ahead(), 2));
      }
    }
  } else if (count == 3 || count == 4) {
    hour = in.number(count - 2);
    minute = in.number(2);
  } else {
    return std::nullopt;
  }
  if (hour > 23 || minute > 59 || second > 59) return std::nullopt;
  const seconds offset = hours{hour} + minutes{minute} + seconds{second};
  return west ? -offset : offset;
}

bool is_american(std::string_view language) {
  if (language.empty()) return true;  // the slashed form is mostly theirs
  if (language.size() < 2 || lower(language[0]) != 'e' || lower(language[1]) != 'n') return false;
  return language.size() == 2 ||
         (language.size() >= 5 && lower(language[3]) == 'u' && lower(language[4]) == 's');
}

}  // namespace

int full_year(int value, std::size_t digits) {
  if (digits <= 2) return value + (value < 90 ? 2000 : 1900);
  return digits == 3 ? value + 1900 : value;
}

std::optional<Timestamp> if_in_range(Timestamp when) {
  if (when < sys_days{year{first_year} / January / 1} ||
      when >= sys_days{year{last_year + 1} / January / 1}) {
    return std::nullopt;
  }
  return when;
}

std::optional<Timestamp> moment(const Fields& fields, const DateContext& context) {
  if (fields.year < first_year || fields.year > last_year) return std::nullopt;
  const year_month_day date{year{fields.year}, month{static_cast<unsigned>(fields.month)},
                            day{static_cast<unsigned>(fields.day)}};
  int hour = fields.hour;
  if ((fields.am || fields.pm) && hour <= 12) hour = hour % 12 + (fields.pm ? 12 : 0);
  const bool is_midnight_after = hour == 24 && fields.minute == 0 && fields.second == 0;
  if (!date.ok()) return std::nullopt;
  if (fields.carries) {
    if (hour > 47) return std::nullopt;
  } else if ((hour > 23 && !is_midnight_after) || fields.minute > 59 || fields.second > 60) {
    return std::nullopt;
  }
  // The second count has no place for a leap second: as POSIX counts (XBD 4.16, Seconds Since the Epoch), it
  // is the first second of the next minute.
  const LocalTime local = local_days{date} + hours{hour} + minutes{fields.minute} + seconds{fields.second};
  const Timestamp as_utc{local.time_since_epoch()};
  if (fields.offset) return if_in_range(as_utc - *fields.offset);
  for (const auto zone : {fields.zone, context.timezone, fields.usual_zone}) {
    if (zone.empty()) continue;
    if (const auto when = in_zone(local, zone)) return if_in_range(*when);
  }
  return if_in_range(as_utc);
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

bool read_zone(Cursor& in, Fields& fields) {
  in.skip_blanks();
  if (in.peek() == '+' || in.peek() == '-') {
    fields.offset = numeric_offset(in);
    return fields.offset.has_value();
  }
  const bool in_brackets = in.accept('(') || in.accept('[');
  std::size_t length = 0;
  while (is_letter(in.peek(length)) || (length > 0 && (in.peek(length) == '/' || in.peek(length) == '_') &&
                                        is_letter(in.peek(length + 1)))) {
    ++length;
  }
  if (length == 0) return false;
  const auto name = in.rest().substr(0, length);
  in.skip(length);
  const bool sign_ahead = (in.peek() == '+' || in.peek() == '-') && is_digit(in.peek(1));
  const auto is = [&](std::string_view other) { return std::ranges::equal(name, other, {}, lower); };
  if (sign_ahead && (is("gmt") || is("utc") || is("ut") || is("z"))) {
    fields.offset = numeric_offset(in);
    if (!fields.offset) return false;
  } else if (sign_ahead && is("etc/gmt")) {
    // POSIX counts the other way: Etc/GMT+5 is west. Nobody writes minutes that way, so those are the usual
    // offset.
    const bool posix =
        in.digits_ahead() == 0 && !is_digit(in.peek(3)) && in.peek(2) != ':' && in.peek(3) != ':';
    fields.offset = numeric_offset(in);
    if (!fields.offset) return false;
    if (posix) fields.offset = -*fields.offset;
  } else {
    fields.zone = name;
  }
  if (in_brackets && !in.accept(')') && !in.accept(']')) return false;
  return true;
}

bool only_comments_left(Cursor& in) {
  while (true) {
    in.skip_blanks();
    if (in.at_end()) return true;
    if (in.peek() != '(' && in.peek() != '[') return false;
    const auto close = in.rest().find_first_of(")]");
    if (close == std::string_view::npos) return false;
    in.skip(close + 1);
  }
}

bool read_half_of_day(Cursor& in, Fields& fields) {
  Cursor ahead = in;
  ahead.skip_blanks();
  const char first = lower(ahead.peek());
  if (first != 'a' && first != 'p') return false;
  ahead.skip(1);
  ahead.accept('.');
  if (lower(ahead.peek()) != 'm') return false;
  ahead.skip(1);
  ahead.accept('.');
  if (is_letter(ahead.peek())) return false;
  (first == 'a' ? fields.am : fields.pm) = true;
  in = ahead;
  return true;
}

bool read_time(Cursor& in, Fields& fields) {
  const auto count = in.digits_ahead();
  if (count == 6 || count == 4) {
    fields.hour = in.number(2);
    fields.minute = in.number(2);
    if (count == 6) fields.second = in.number(2);
  } else if (count == 1 || count == 2) {
    fields.hour = in.number(count);
    const char separator = in.peek();
    if ((separator == ':' || separator == '.') && is_digit(in.peek(1))) {
      in.skip(1);
      if (in.digits_ahead() > 2) return false;
      fields.minute = in.number(in.digits_ahead());
      if (in.peek() == separator && is_digit(in.peek(1))) {
        in.skip(1);
        if (in.digits_ahead() > 2) return false;
        fields.second = in.number(in.digits_ahead());
      }
    }
  } else {
    return false;
  }
  // SQL servers of old put milliseconds after a colon.
  if (in.peek() == ':' && is_digit(in.peek(1))) {
    in.skip(1);
    in.skip(in.digits_ahead());
  }
  skip_fraction(in);
  read_half_of_day(in, fields);
  return true;
}

void set_day_and_month(Fields& fields, int first, int second, char separator, std::string_view language) {
  const bool month_first =
      separator == '/' && second > 12 ? true : separator == '/' && first <= 12 && is_american(language);
  fields.month = month_first ? first : second;
  fields.day = month_first ? second : first;
}

}  // namespace tributary::parser::dates
