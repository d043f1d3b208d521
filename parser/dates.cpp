#include "parser/dates.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "parser/dates_words.hpp"
#include "parser/dates_zones.hpp"

// Two readers, asked in this order: numbers in a known order (ISO 8601 and its relatives), then words and
// numbers in whatever order people write them. The two forms that nearly all feeds use take a short way of
// their own before.
namespace tributary::parser {
namespace {

using namespace std::chrono;

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
constexpr bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

/// What was read of a date; what was not read stays nullopt.
struct Fields {
  int year = 0;
  int month = 1;
  int day = 1;
  int hour = 0, minute = 0, second = 0;
  bool am = false, pm = false;
  bool carries = false;  ///< a time that counts on past the day, the hour or the minute is meant so
  std::optional<seconds> offset = {};  ///< east of Greenwich
  std::string_view zone = {};          ///< its name, when no offset is known
  std::string_view usual_zone = {};    ///< of the form itself, when neither the text nor the context says one
};

/// Feeds began in the nineties: two digits from 90 up are of that century, others of this one. Three digits
/// are years since 1900 (RFC 5322 section 4.3).
int full_year(int value, std::size_t digits) {
  if (digits <= 2) return value + (value < 90 ? 2000 : 1900);
  return digits == 3 ? value + 1900 : value;
}

/// "0001-01-01" is how the clocks of Go and .NET write that no date was set, "0000-00-00" how SQL does.
constexpr int first_year = 2;
constexpr int last_year = 9999;  // RFC 3339 section 5.6: date-fullyear = 4DIGIT

/// A date of a year that is none in its own zone is none in UTC either.
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

class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  [[nodiscard]] bool at_end() const { return text_.empty(); }
  [[nodiscard]] char peek(std::size_t ahead = 0) const { return ahead < text_.size() ? text_[ahead] : '\0'; }
  [[nodiscard]] std::string_view rest() const { return text_; }
  bool accept(char c) {
    if (peek() != c || text_.empty()) return false;
    text_.remove_prefix(1);
    return true;
  }
  bool skip_blanks() {
    const auto before = text_.size();
    while (!text_.empty() && is_blank(text_.front())) text_.remove_prefix(1);
    return text_.size() != before;
  }
  void skip(std::size_t count) { text_.remove_prefix(count); }
  [[nodiscard]] std::size_t digits_ahead() const {
    std::size_t count = 0;
    while (is_digit(peek(count))) ++count;
    return count;
  }
  /// The next `count` digits, which are there; at most nine.
  int number(std::size_t count) {
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) value = value * 10 + (text_[i] - '0');
    text_.remove_prefix(count);
    return value;
  }

 private:
  std::string_view text_;
};

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

/// A zone at the end of a date: an offset, a name, "GMT+2", "(PST)". False when what is there is none.
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

/// Comments of RFC 822 and blanks: "(Central European Time)".
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

/// "10:14:55.3", "101455", "10"; then am or pm.
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

// ---- numbers in a known order ----

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

bool is_american(std::string_view language) {
  if (language.empty()) return true;  // the slashed form is mostly theirs
  if (language.size() < 2 || lower(language[0]) != 'e' || lower(language[1]) != 'n') return false;
  return language.size() == 2 ||
         (language.size() >= 5 && lower(language[3]) == 'u' && lower(language[4]) == 's');
}

/// Day and month in front of a four-digit year; which is which is told by the separator, the numbers or the
/// language.
void set_day_and_month(Fields& fields, int first, int second, char separator, std::string_view language) {
  const bool month_first =
      separator == '/' && second > 12 ? true : separator == '/' && first <= 12 && is_american(language);
  fields.month = month_first ? first : second;
  fields.day = month_first ? second : first;
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

std::optional<Timestamp> numeric(std::string_view text, const DateContext& context) {
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

// ---- words and numbers ----

constexpr bool is_word_byte(char c) {
  return is_letter(c) || static_cast<unsigned char>(c) >= 0x80;
}

/// A word with the full stops of an abbreviation taken out: "π.μ." and "p.m." are one word, "янв." is
/// another.
std::string read_word(Cursor& in) {
  std::string word;
  std::size_t letters = 0;
  while (!in.at_end()) {
    const char c = in.peek();
    if (is_word_byte(c)) {
      word += c;
      letters += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    } else if (c == '.' && letters == 1 && is_word_byte(in.peek(1))) {
      letters = 0;
    } else {
      break;
    }
    in.skip(1);
  }
  in.accept('.');
  return word;
}

struct Unit {
  std::string_view text;
  char field;  // y, m, d, H, M, S
};
constexpr std::array units{Unit{"年", 'y'}, Unit{"月", 'm'}, Unit{"日", 'd'}, Unit{"号", 'd'},
                           Unit{"時", 'H'}, Unit{"时", 'H'}, Unit{"點", 'H'}, Unit{"点", 'H'},
                           Unit{"分", 'M'}, Unit{"秒", 'S'}, Unit{"년", 'y'}, Unit{"월", 'm'},
                           Unit{"일", 'd'}, Unit{"시", 'H'}, Unit{"분", 'M'}, Unit{"초", 'S'}};

/// Collects the parts of a date in any order, then sees whether they make one.
class Worded {
 public:
  explicit Worded(const DateContext& context) : context_(context) {}

  std::optional<Timestamp> read(std::string_view text) {
    Cursor in(text);
    while (true) {
      in.skip_blanks();
      if (in.at_end()) break;
      if (!read_part(in)) return std::nullopt;
    }
    return finish();
  }

 private:
  struct Number {
    int value;
    std::size_t digits;
  };

  bool read_part(Cursor& in) {
    const char c = in.peek();
    if (is_digit(c)) return read_number(in);
    if (is_word_byte(c)) return read_name(in);
    if ((c == '+' || c == '-') && (has_time_ || is_whole_date()) && is_digit(in.peek(1)) && !fields_.offset)
      return read_zone(in, fields_);
    if (c == '(' || c == '[') {
      // "(EST)" is a zone where there is no other; else a comment.
      Cursor ahead = in;
      Fields zone;
      if (has_time_ && !fields_.offset && fields_.zone.empty() && read_zone(ahead, zone) &&
          is_zone_abbreviation(zone.zone)) {
        fields_.zone = zone.zone;
        in = ahead;
        return true;
      }
      const auto close = in.rest().find_first_of(")]");
      if (close == std::string_view::npos) return false;
      in.skip(close + 1);
      return true;
    }
    in.skip(1);
    return c == ',' || c == '-' || c == '/' || c == '.' || c == '\'' || c == ':' || c == ';' || c == '|';
  }

  bool read_number(Cursor& in) {
    const auto count = in.digits_ahead();
    if (count > 8) return false;
    // hh:mm, hh.mm.ss after the date, 10h30
    const bool colon = count <= 2 && in.peek(count) == ':' && is_digit(in.peek(count + 1));
    const bool dotted = count <= 2 && in.peek(count) == '.' && is_digit(in.peek(count + 1)) &&
                        is_digit(in.peek(count + 2)) && !is_digit(in.peek(count + 3)) && has_date();
    if (!has_time_ && (colon || dotted)) {
      has_time_ = true;
      after_time_ = true;
      return read_time(in, fields_);
    }
    if (!has_time_ && count <= 2 && lower(in.peek(count)) == 'h' && has_date() &&
        (is_digit(in.peek(count + 1)) || !is_word_byte(in.peek(count + 1)))) {
      fields_.hour = in.number(count);
      in.skip(1);
      if (in.digits_ahead() == 2) fields_.minute = in.number(2);
      has_time_ = true;
      return true;
    }
    if (!has_time_ && count <= 2 && has_date()) {  // "3 pm"
      Cursor ahead = in;
      const int hour = ahead.number(count);
      if (read_half_of_day(ahead, fields_)) {
        fields_.hour = hour;
        has_time_ = true;
        in = ahead;
        return true;
      }
    }
    const Number number{in.number(count), count};
    Cursor ahead = in;
    ahead.skip_blanks();
    for (const auto& unit : units) {
      if (!ahead.rest().starts_with(unit.text)) continue;
      ahead.skip(unit.text.size());
      in = ahead;
      return set(unit, number);
    }
    if (numbers_.size() == 3) return false;
    numbers_.push_back(number);
    return true;
  }

  bool set(const Unit& unit, Number number) {
    const bool korean = unit.text == "년" || unit.text == "월" || unit.text == "일";
    if (korean) fields_.usual_zone = "Asia/Seoul";
    switch (unit.field) {
      case 'y':
        fields_.year = full_year(number.value, number.digits);
        has_year_ = true;
        break;
      case 'm':
        month_ = number.value;
        break;
      case 'd':
        fields_.day = number.value;
        has_day_ = true;
        break;
      case 'H':
        fields_.hour = number.value;
        has_time_ = true;
        break;
      case 'M':
        fields_.minute = number.value;
        break;
      default:
        fields_.second = number.value;
        break;
    }
    return true;
  }

  bool read_name(Cursor& in) {
    if (lower(in.peek()) == 't' && is_digit(in.peek(1)) && has_date()) {  // "2004-július-13T9:15"
      in.skip(1);
      return true;
    }
    Cursor start = in;
    const bool after_time = after_time_;
    const auto word = read_word(in);
    // A zone stands behind the time, where even one letter can be nothing else, or at the end of a date
    // without a time, where one letter is short for "year".
    const bool may_be_zone = has_time_ || (is_whole_date() && word.size() > 1 && only_comments_left(in));
    if (may_be_zone && !fields_.offset && fields_.zone.empty() &&
        static_cast<unsigned char>(word.front()) < 0x80) {
      Fields zone;
      Cursor ahead = start;
      if (read_zone(ahead, zone) &&
          (zone.offset || is_zone_abbreviation(zone.zone) || zone.zone.find('/') != std::string_view::npos)) {
        fields_.offset = zone.offset;
        fields_.zone = zone.zone;
        in = ahead;
        return true;
      }
    }
    // "-0500 EST" says it twice.
    if (fields_.offset && is_zone_abbreviation(word)) return true;
    const auto meaning = meaning_of(word, context_.language);
    if (meaning.am || meaning.pm) {
      fields_.am = meaning.am;
      fields_.pm = meaning.pm;
      if (word == "오전" || word == "오후") fields_.usual_zone = "Asia/Seoul";
      return true;
    }
    if (meaning.month != 0) {
      // "mar 05 ene": the first word was a Tuesday.
      if (month_ != 0 && (month_count_ > 1 || meaning.weekday)) return meaning.weekday;
      month_ = meaning.month;
      ++month_count_;
      return true;
    }
    if (meaning.weekday || meaning.filler) return true;
    // A week day of an unknown language in front, an unknown zone behind the time.
    if (numbers_.empty() && month_ == 0 && !has_year_ && unknown_words_ == 0) {
      ++unknown_words_;
      return true;
    }
    if (after_time && word.size() <= 5 && !fields_.offset && fields_.zone.empty()) {
      fields_.zone = start.rest().substr(0, word.size());
      return true;
    }
    // Words behind a whole date and time take nothing from it.
    return has_time_ && has_date();
  }

  [[nodiscard]] bool is_whole_date() const { return month_ != 0 && numbers_.size() == 2; }
  [[nodiscard]] bool has_date() const {
    return (month_ != 0 && numbers_.size() + has_year_ + has_day_ >= 2) || numbers_.size() == 3 ||
           (numbers_.size() + has_year_ + has_day_ > 0 && month_ != 0);
  }

  std::optional<Timestamp> finish() {
    if (has_year_) {  // units
      fields_.month = month_ == 0 ? 1 : month_;
      if (!numbers_.empty()) return std::nullopt;
      return moment(fields_, context_);
    }
    if (month_ == 0) return from_numbers();
    fields_.month = month_;
    if (numbers_.size() == 1 && numbers_[0].digits == 4) {
      fields_.year = numbers_[0].value;
      return moment(fields_, context_);
    }
    if (numbers_.size() != 2) return std::nullopt;
    const bool year_first = numbers_[0].digits >= 3 && numbers_[1].digits <= 2;
    const Number& day_number = numbers_[year_first ? 1 : 0];
    const Number& year_number = numbers_[year_first ? 0 : 1];
    if (day_number.digits > 2 || year_number.digits > 4 || year_number.digits < 2) return std::nullopt;
    fields_.day = day_number.value;
    fields_.year = full_year(year_number.value, year_number.digits);
    return moment(fields_, context_);
  }

  /// "Fri, 2006/09/15 08:19:53 EDT", "2004-05-25 오후 11:23:17"
  std::optional<Timestamp> from_numbers() {
    if (numbers_.size() != 3) return std::nullopt;
    if (numbers_[0].digits == 4) {
      fields_.year = numbers_[0].value;
      fields_.month = numbers_[1].value;
      fields_.day = numbers_[2].value;
    } else if (numbers_[2].digits == 4) {
      fields_.year = numbers_[2].value;
      set_day_and_month(fields_, numbers_[0].value, numbers_[1].value, '/', context_.language);
    } else {
      return std::nullopt;
    }
    return moment(fields_, context_);
  }

  const DateContext& context_;
  Fields fields_;
  std::vector<Number> numbers_;
  int month_ = 0;
  int month_count_ = 0;
  int unknown_words_ = 0;
  bool has_year_ = false, has_day_ = false, has_time_ = false, after_time_ = false;
};

// ---- the two forms that nearly all feeds use ----

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
  static constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
  const auto month_at = months.find(text.substr(8, 3));
  if (month_at == std::string_view::npos || month_at % 3 != 0) return std::nullopt;
  const auto zone = text.substr(26);
  std::optional<seconds> offset;
  if (zone == "GMT" || zone == "UTC" || zone == "UT") {
    offset = 0s;
  } else {
    offset = plain_offset(zone);
  }
  if (!offset) return std::nullopt;
  return at(two(text, 12) * 100 + two(text, 14), static_cast<int>(month_at / 3) + 1, two(text, 5),
            two(text, 17), two(text, 20), two(text, 23), *offset);
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
    if (const auto when = numeric(text, context)) return when;
  }
  return Worded(context).read(text);
}

}  // namespace tributary::parser
