#include <array>
#include <string>
#include <vector>

#include "parser/dates_parts.hpp"
#include "parser/dates_words.hpp"
#include "parser/dates_zones.hpp"

namespace tributary::parser::dates {

using namespace std::chrono;

namespace {

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

}  // namespace

std::optional<Timestamp> worded_date(std::string_view text, const DateContext& context) {
  return Worded(context).read(text);
}

}  // namespace tributary::parser::dates
