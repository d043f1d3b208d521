#pragma once
#include <chrono>
#include <cstddef>
#include <optional>
#include <string_view>

#include "parser/dates.hpp"

// What the readers of dates share: the parts a date is made of, and how each part is written.
namespace tributary::parser::dates {

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
  std::optional<std::chrono::seconds> offset = {};  ///< east of Greenwich
  std::string_view zone = {};                       ///< its name, when no offset is known
  std::string_view usual_zone = {};  ///< of the form itself, when neither the text nor the context says one
};

/// Feeds began in the nineties: two digits from 90 up are of that century, others of this one. Three digits
/// are years since 1900 (RFC 5322 section 4.3).
[[nodiscard]] int full_year(int value, std::size_t digits);

/// "0001-01-01" is how the clocks of Go and .NET write that no date was set, "0000-00-00" how SQL does.
constexpr int first_year = 2;
constexpr int last_year = 9999;  // RFC 3339 section 5.6: date-fullyear = 4DIGIT

/// A date of a year that is none in its own zone is none in UTC either.
[[nodiscard]] std::optional<Timestamp> if_in_range(Timestamp when);

/// The moment that the fields are; nullopt when there is none, as for 30 February.
[[nodiscard]] std::optional<Timestamp> moment(const Fields& fields, const DateContext& context);

[[nodiscard]] std::string_view trimmed(std::string_view text);

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

// Each leaves `in` behind what it read.

/// A zone at the end of a date: an offset, a name, "GMT+2", "(PST)". False when what is there is none.
bool read_zone(Cursor& in, Fields& fields);

/// Comments of RFC 822 and blanks: "(Central European Time)".
bool only_comments_left(Cursor& in);

/// "am", "p.m."
bool read_half_of_day(Cursor& in, Fields& fields);

/// "10:14:55.3", "101455", "10"; then am or pm.
bool read_time(Cursor& in, Fields& fields);

/// Day and month in front of a four-digit year; which is which is told by the separator, the numbers or the
/// language.
void set_day_and_month(Fields& fields, int first, int second, char separator, std::string_view language);

// The two readers.

/// Numbers in a known order: ISO 8601 and its relatives, seconds since 1970.
[[nodiscard]] std::optional<Timestamp> numeric_date(std::string_view text, const DateContext& context);

/// Words and numbers in whatever order people write them.
[[nodiscard]] std::optional<Timestamp> worded_date(std::string_view text, const DateContext& context);

}  // namespace tributary::parser::dates
