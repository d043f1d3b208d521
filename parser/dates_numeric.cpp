#include <algorithm>
#include <cstdint>

#include "parser/dates_parts.hpp"

namespace tributary::parser::dates {

using namespace std::chrono;

namespace {

void set_ordinal(Fields& fields, int day_of_year) {
  const auto first = sys_days{year{fields.year} / January / 1};
  const year_month_day date{first + days{day_of_year - 1}};
  const bool exists = day_of_year >= 1 && int{date.year()} == fields.year;
  fields.month = exists ? static_cast<int>(unsigned{date.month()}) : 0;
  fields.day = static_cast<int>(unsigned{date.day()});
}

/// ISO 8601 weeks begin on Monday; the first holds January 4th.
void set_week(Fields& fields, int week, int week_day) {
  if (week < 1 || week > 53 || week_day < 1 || week_day > 7) {
    fields.month = 0;
    return;
  }
  const sys_days fourth{year{fields.year} / January / 4};
  const sys_days first_monday = fourth - (weekday{fourth} - Monday);
  const year_month_day date{first_monday + days{7 * (week - 1) + week_day - 1}};
  fields.year = int{date.year()};
  fields.month = static_cast<int>(unsigned{date.month()});
  fields.day = static_cast<int>(unsigned{date.day()});
}

bool read_week(Cursor& in, Fields& fields) {
  in.skip(1);  // W
  if (in.digits_ahead() == 3) {
    const int week = in.number(2);
    set_week(fields, week, in.number(1));
    return true;
  }
  if (in.digits_ahead() != 2) return false;
  const int week = in.number(2);
  int week_day = 1;
  if (in.peek() == '-' && is_digit(in.peek(1)) && !is_digit(in.peek(2))) {
    in.skip(1);
    week_day = in.number(1);
  }
  set_week(fields, week, week_day);
  return true;
}

/// The date of ISO 8601 and its relatives. Leaves `in` behind it.
bool read_numeric_date(Cursor& in, Fields& fields, std::string_view language) {
  // "-03-12", "-03-12-31": a century left out, ISO 8601:1988 section 5.2.1.3
  const bool truncated = in.accept('-');
  const auto count = in.digits_ahead();
  if (truncated) {
    if (count != 2 && count != 4 && count != 6) return false;
    fields.year = full_year(in.number(2), 2);
    in.accept('-');
    if (in.digits_ahead() >= 2) fields.month = in.number(2);
    in.accept('-');
    if (in.digits_ahead() == 2) fields.day = in.number(2);
    return in.at_end();
  }
  switch (count) {
    case 14:  // YYYYMMDDhhmmss
    case 12:
    case 8:
      fields.year = in.number(4);
      fields.month = in.number(2);
      fields.day = in.number(2);
      if (count == 8) return true;
      fields.hour = in.number(2);
      fields.minute = in.number(2);
      if (count == 14) fields.second = in.number(2);
      return true;
    case 7:
      fields.year = in.number(4);
      set_ordinal(fields, in.number(3));
      return true;
    case 6:
      fields.year = full_year(in.number(2), 2);
      fields.month = in.number(2);
      fields.day = in.number(2);
      return true;
    case 5:
      fields.year = full_year(in.number(2), 2);
      set_ordinal(fields, in.number(3));
      return true;
    case 4: {
      fields.year = in.number(4);
      if (lower(in.peek()) == 'w') return read_week(in, fields);
      const char separator = in.peek();
      if (separator != '-' && separator != '/' && separator != '.' && separator != ':') return true;
      if (lower(in.peek(1)) == 'w') {
        in.skip(1);
        return read_week(in, fields);
      }
      if (!is_digit(in.peek(1))) return separator == '-' && in.rest().size() == 1;
      in.skip(1);
      const auto next = in.digits_ahead();
      if (next == 3 && separator == '-') {
        set_ordinal(fields, in.number(3));
        return true;
      }
      if (next == 4 && separator == '-') {  // YYYY-MMDD
        fields.month = in.number(2);
        fields.day = in.number(2);
        return true;
      }
      if (next > 2) return false;
      fields.month = in.number(next);
      if (in.peek() == separator && is_digit(in.peek(1))) {
        in.skip(1);
        if (in.digits_ahead() > 2) return false;
        fields.day = in.number(in.digits_ahead());
        if (separator == '.') in.accept('.');
      }
      return true;
    }
    case 1:
    case 2: {
      const int first = in.number(count);
      const char separator = in.peek();
      if ((separator != '-' && separator != '/' && separator != '.') || !is_digit(in.peek(1))) return false;
      in.skip(1);
      const auto next = in.digits_ahead();
      if (next == 3 && count == 2 && separator == '-') {
        fields.year = full_year(first, 2);
        set_ordinal(fields, in.number(3));
        return true;
      }
      if (next > 2) return false;
      const int second = in.number(next);
      if (in.peek() != separator || !is_digit(in.peek(1))) return false;
      in.skip(1);
      const auto last = in.digits_ahead();
      const int third = in.number(std::min<std::size_t>(last, 4));
      if (last == 4) {
        fields.year = third;
        set_day_and_month(fields, first, second, separator, language);
        return true;
      }
      if (last > 2) return false;
      if (separator == '-' && count == 2) {  // YY-MM-DD
        fields.year = full_year(first, 2);
        fields.month = second;
        fields.day = third;
        return true;
      }
      fields.year = full_year(third, last);
      set_day_and_month(fields, first, second, separator, language);
      return true;
    }
    default:
      return false;
  }
}

/// A count of seconds or milliseconds since 1970.
std::optional<Timestamp> epoch(std::string_view text) {
  const bool all_digits = std::ranges::all_of(text, is_digit);
  if (!all_digits || (text.size() != 9 && text.size() != 10 && text.size() != 13)) return std::nullopt;
  std::int64_t value = 0;
  for (const char c : text) value = value * 10 + (c - '0');
  return Timestamp{seconds{text.size() == 13 ? value / 1000 : value}};
}

}  // namespace

std::optional<Timestamp> numeric_date(std::string_view text, const DateContext& context) {
  if (const auto when = epoch(text)) return when;
  // Programs that add a zone by hand write "T25:14:55" for an hour past midnight; every form here has the
  // order of its parts fixed, so that nothing else can be meant.
  Fields fields{.carries = true};
  Cursor in(text);
  if (!read_numeric_date(in, fields, context.language)) return std::nullopt;
  bool has_time = in.accept('T') || in.accept('t') || in.accept('_');
  if (!has_time) {
    in.accept(',');
    const bool apart = in.skip_blanks();
    has_time = apart && is_digit(in.peek());
    if (!has_time && in.peek() == 'T') has_time = in.accept('T');
    if (!has_time && !apart && in.peek() == ':') has_time = in.accept(':');
  }
  in.skip_blanks();
  if (has_time && !in.at_end() && !read_time(in, fields)) return std::nullopt;
  if (!only_comments_left(in)) {
    if (!read_zone(in, fields)) return std::nullopt;
    in.skip_blanks();
    // "+0100 CET" says it twice.
    if (fields.offset && is_letter(in.peek())) {
      Fields ignored;
      if (!read_zone(in, ignored)) return std::nullopt;
    }
    if (!only_comments_left(in)) return std::nullopt;
  }
  return moment(fields, context);
}

}  // namespace tributary::parser::dates
