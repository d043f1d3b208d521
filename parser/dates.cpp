#include "parser/dates.hpp"

#include <unicode/timezone.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <string>
#include <vector>

#include "parser/month_names.hpp"

// One reader for all forms: the text is cut into numbers, words and marks; what each number means follows
// from its width, its neighbours and the words around it. Partners mix the standards too freely for one
// grammar a standard.

namespace tributary::parser {
namespace {

using namespace std::chrono;

struct ZoneName {
  std::string_view name;
  int minutes;
};
// RFC 822 section 5.1, and those that feeds use besides. Where a name has several meanings, the one of RFC
// 822 or the most common.
constexpr std::array zones{
    ZoneName{"ut", 0},
    ZoneName{"gmt", 0},
    ZoneName{"utc", 0},
    ZoneName{"z", 0},
    ZoneName{"wet", 0},
    ZoneName{"west", 60},
    ZoneName{"bst", 60},
    ZoneName{"ist", 330},
    ZoneName{"cet", 60},
    ZoneName{"met", 60},
    ZoneName{"mez", 60},
    ZoneName{"cest", 120},
    ZoneName{"mest", 120},
    ZoneName{"mesz", 120},
    ZoneName{"eet", 120},
    ZoneName{"eest", 180},
    ZoneName{"msk", 180},
    ZoneName{"msd", 240},
    ZoneName{"sast", 120},
    ZoneName{"nst", -210},
    ZoneName{"ndt", -150},
    ZoneName{"adt", -180},
    ZoneName{"ast", -240},
    ZoneName{"at", -240},
    ZoneName{"edt", -240},
    ZoneName{"est", -300},
    ZoneName{"et", -300},
    ZoneName{"cdt", -300},
    ZoneName{"cst", -360},
    ZoneName{"ct", -360},
    ZoneName{"mdt", -360},
    ZoneName{"mst", -420},
    ZoneName{"mt", -420},
    ZoneName{"pdt", -420},
    ZoneName{"pst", -480},
    ZoneName{"pt", -480},
    ZoneName{"akst", -540},
    ZoneName{"akdt", -480},
    ZoneName{"hst", -600},
    ZoneName{"brt", -180},
    ZoneName{"art", -180},
    ZoneName{"jst", 540},
    ZoneName{"kst", 540},
    ZoneName{"hkt", 480},
    ZoneName{"sgt", 480},
    ZoneName{"pht", 480},
    ZoneName{"awst", 480},
    ZoneName{"acst", 570},
    ZoneName{"acdt", 630},
    ZoneName{"aest", 600},
    ZoneName{"aedt", 660},
    ZoneName{"nzst", 720},
    ZoneName{"nzdt", 780},
    ZoneName{"pkt", 300},
    // The military letters that RFC 822 gives as examples; RFC 2822 section 4.3 has the others mean nothing
    // (UTC).
    ZoneName{"a", -60},
    ZoneName{"n", 60},
    ZoneName{"m", -720},
    ZoneName{"y", 720},
};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (static_cast<unsigned char>(c) >= 0x80);
}

struct Fields {
  int year = -1, month = -1, day = -1;
  int hour = 0, minute = 0, second = 0;
  int day_of_year = -1;
  int week = -1, week_day = 1;
  bool has_time = false;
  int half = 0;                  // 1 before noon, 2 after noon
  std::optional<int> zone = {};  // minutes east of UTC
  std::string zone_id = {};      // an IANA name written out
};

int full_year(int value) {
  return value < 90 ? 2000 + value : 1900 + value;
}

/// Minutes that an IANA zone lies east of UTC at a local time; nullopt for a name that ICU does not know.
std::optional<int> zone_offset(std::string_view name, Timestamp local) {
  const std::unique_ptr<icu::TimeZone> zone(icu::TimeZone::createTimeZone(
      icu::UnicodeString::fromUTF8({name.data(), static_cast<int32_t>(name.size())})));
  if (!zone || *zone == icu::TimeZone::getUnknown()) return std::nullopt;
  int32_t raw = 0;
  int32_t saving = 0;
  UErrorCode status = U_ZERO_ERROR;
  zone->getOffset(static_cast<UDate>(local.time_since_epoch().count()) * 1000.0, true, raw, saving, status);
  if (U_FAILURE(status)) return std::nullopt;
  return (raw + saving) / 60000;
}

std::optional<Timestamp> assemble(const Fields& f, const DateContext& context) {
  if (f.year < 0 || f.year > 9999) return std::nullopt;
  sys_days date{};
  if (f.day_of_year > 0) {
    const year y{f.year};
    if (f.day_of_year > (y.is_leap() ? 366 : 365)) return std::nullopt;
    date = sys_days{y / January / 1} + days{f.day_of_year - 1};
  } else if (f.week > 0) {
    if (f.week > 53 || f.week_day < 1 || f.week_day > 7) return std::nullopt;
    // ISO 8601: week 1 is the one that holds 4 January; weeks begin on Monday.
    const sys_days fourth{year{f.year} / January / 4};
    date = fourth - (weekday{fourth} - Monday) + weeks{f.week - 1} + days{f.week_day - 1};
  } else {
    const int month_value = f.month < 0 ? 1 : f.month;
    const int day_value = f.day < 0 ? 1 : f.day;
    const year_month_day ymd{year{f.year}, month{static_cast<unsigned>(month_value)},
                             day{static_cast<unsigned>(day_value)}};
    if (!ymd.ok()) return std::nullopt;
    date = sys_days{ymd};
  }
  int hour = f.hour;
  if (f.half == 2 && hour < 12) hour += 12;
  if (f.half == 1 && hour == 12) hour = 0;
  const bool midnight = hour == 24 && f.minute == 0 && f.second == 0;  // the end of the day named
  if ((hour > 23 && !midnight) || f.minute > 59 || f.second > 60) return std::nullopt;
  const Timestamp local = date + hours{hour} + minutes{f.minute} + seconds{std::min(f.second, 59)};
  if (f.zone) return local - minutes{*f.zone};
  for (const std::string_view id : {std::string_view(f.zone_id), context.timezone}) {
    if (id.empty()) continue;
    if (const auto offset = zone_offset(id, local)) return local - minutes{*offset};
  }
  return local;
}

struct Number {
  int value = 0;
  std::size_t digits = 0;
  char before = ' ';  // the mark in front of it
  char after = ' ';   // the mark behind it
};

class Reader {
 public:
  Reader(std::string_view text, const DateContext& context) : text_(text), context_(context) {}

  std::optional<Timestamp> read() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (is_digit(c)) {
        if (!number()) return std::nullopt;
      } else if (is_letter(c)) {
        if (!word()) return std::nullopt;
      } else if ((c == '+' || c == '-') && offset_follows()) {
        offset();
      } else {
        mark_ = c;
        ++at_;
      }
    }
    if (!settle()) return std::nullopt;
    return assemble(fields_, context_);
  }

 private:
  int digits(std::size_t most, std::size_t* count = nullptr) {
    int value = 0;
    std::size_t seen = 0;
    while (at_ < text_.size() && is_digit(text_[at_]) && seen < most) {
      value = value * 10 + (text_[at_] - '0');
      ++at_;
      ++seen;
    }
    if (count != nullptr) *count = seen;
    return value;
  }
  [[nodiscard]] char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  [[nodiscard]] std::size_t run() const {
    std::size_t length = 0;
    while (is_digit(peek(length))) ++length;
    return length;
  }

  bool number() {
    const std::size_t length = run();
    if (length > 14) return false;
    const char before = mark_;
    mark_ = ' ';
    if (after_t_ && !fields_.has_time && (length == 4 || length == 6) && peek(length) != ':')
      return compact_time(length);
    after_t_ = false;
    if (length > 8) return compact_date_and_time(length);
    if (length <= 2 && peek(length) == ':' && !fields_.has_time) return clock();
    Number seen{digits(length), length, before, peek()};
    if (length <= 4) skip_ordinal();
    numbers_.push_back(seen);
    return true;
  }

  bool compact_time(std::size_t length) {
    after_t_ = false;
    fields_.has_time = true;
    fields_.hour = digits(2);
    fields_.minute = digits(2);
    if (length == 6) fields_.second = digits(2);
    skip_fraction();
    return true;
  }

  bool compact_date_and_time(std::size_t length) {  // 20040101194821
    if (length != 12 && length != 14) return false;
    fields_.year = digits(4);
    fields_.month = digits(2);
    fields_.day = digits(2);
    fields_.has_time = true;
    fields_.hour = digits(2);
    fields_.minute = digits(2);
    if (length == 14) fields_.second = digits(2);
    return true;
  }

  bool clock() {
    fields_.has_time = true;
    fields_.hour = digits(2);
    ++at_;
    std::size_t count = 0;
    fields_.minute = digits(2, &count);
    if (count == 0) return false;
    if (peek() == ':') {
      ++at_;
      fields_.second = digits(2, &count);
      if (count == 0) fields_.second = 0;
    }
    skip_fraction();
    return true;
  }

  void skip_fraction() {
    if ((peek() == '.' || peek() == ',' || peek() == ':') && is_digit(peek(1))) {
      ++at_;
      digits(32);
    }
  }

  void skip_ordinal() {
    for (const std::string_view suffix : {"st", "nd", "rd", "th"}) {
      if (text_.substr(at_).starts_with(suffix) && !is_letter(peek(2))) at_ += 2;
    }
  }

  /// A sign begins an offset only behind a time (2004-01-01 has signs too), and digits must follow.
  [[nodiscard]] bool offset_follows() const { return is_digit(peek(1)) && (fields_.has_time || zone_word_); }

  void offset() {
    const int sign = peek() == '-' ? -1 : 1;
    ++at_;
    const std::size_t length = run();
    int hours_east = 0;
    int minutes_east = 0;
    if (length <= 2) {
      hours_east = digits(2);
      if (peek() == ':') {
        ++at_;
        minutes_east = digits(2);
      }
    } else {
      hours_east = digits(length - 2);
      minutes_east = digits(2);
    }
    if (hours_east <= 24 && minutes_east < 60) fields_.zone = sign * (hours_east * 60 + minutes_east);
  }

  bool word() {
    std::size_t end = at_;
    while (end < text_.size() && is_letter(text_[end])) ++end;
    std::string_view name = text_.substr(at_, end - at_);
    if (cjk(name)) return true;
    // Zones may be written out: Europe/Paris, Etc/GMT.
    if (end < text_.size() && text_[end] == '/' && !is_digit(end + 1 < text_.size() ? text_[end + 1] : '0')) {
      std::size_t zone_end = end;
      while (zone_end < text_.size() &&
             (is_letter(text_[zone_end]) || text_[zone_end] == '/' || text_[zone_end] == '_')) {
        ++zone_end;
      }
      const auto id = text_.substr(at_, zone_end - at_);
      if (month_of(name, context_.language) == 0 && zone_offset(id, Timestamp{})) {
        fields_.zone_id = id;
        at_ = zone_end;
        return true;
      }
    }
    at_ = end;
    if ((name == "T" || name == "t") && is_digit(peek())) {
      after_t_ = true;
      return true;
    }
    if ((name == "W" || name == "w") && is_digit(peek()) && numbers_.size() == 1) return week();
    return meaning(name);
  }

  bool week() {
    std::size_t count = 0;
    fields_.week = digits(2, &count);
    if (count != 2) return false;
    if (peek() == '-' && is_digit(peek(1))) ++at_;
    if (is_digit(peek())) fields_.week_day = digits(1);
    return true;
  }

  bool meaning(std::string_view name) {
    std::string low(name);
    std::ranges::transform(low, low.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
    // a.m., p.m.
    if ((low == "a" || low == "p") && peek() == '.' && (peek(1) | 0x20) == 'm') {
      fields_.half = low == "a" ? 1 : 2;
      at_ += 2;
      if (peek() == '.') ++at_;
      return true;
    }
    if (fields_.has_time) {
      if (const auto zone = std::ranges::find(zones, low, &ZoneName::name); zone != zones.end()) {
        if (!fields_.zone) fields_.zone = zone->minutes;
        zone_word_ = true;
        return true;
      }
      if (const int half = half_of_day(name)) {
        fields_.half = half;
        return true;
      }
    }
    if (fields_.month < 0) {
      if (const int month = month_of(name, context_.language)) {
        fields_.month = month;
        return true;
      }
    } else if (low == "gmt" || low == "utc" || low == "z") {
      zone_word_ = true;
      fields_.zone = 0;
      return true;
    }
    if (const int half = half_of_day(name)) {
      fields_.half = half;
      return true;
    }
    // A weekday, "de", "at": words that say nothing of the moment. Prose is no date.
    return ++unknown_words_ <= 3;
  }

  /// 2004년 5월 28일 / 2004年5月28日 and times with 시 분 초 / 時 分 秒: each unit stands behind its number.
  bool cjk(std::string_view name) {
    struct Unit {
      std::string_view sign;
      int which;
    };
    static constexpr std::array units{Unit{"년", 0}, Unit{"年", 0}, Unit{"월", 1}, Unit{"月", 1},
                                      Unit{"일", 2}, Unit{"日", 2}, Unit{"시", 3}, Unit{"時", 3},
                                      Unit{"时", 3}, Unit{"点", 3}, Unit{"분", 4}, Unit{"分", 4},
                                      Unit{"초", 5}, Unit{"秒", 5}};
    for (const Unit& unit : units) {
      if (!name.starts_with(unit.sign) || numbers_.empty()) continue;
      const int value = numbers_.back().value;
      numbers_.pop_back();
      switch (unit.which) {
        case 0:
          fields_.year = value;
          break;
        case 1:
          fields_.month = value;
          break;
        case 2:
          fields_.day = value;
          break;
        case 3:
          fields_.hour = value, fields_.has_time = true;
          break;
        case 4:
          fields_.minute = value;
          break;
        default:
          fields_.second = value;
          break;
      }
      at_ += unit.sign.size();
      return true;
    }
    for (const auto& [sign, half] : {std::pair{std::string_view("오전"), 1},
                                     {"오후", 2},
                                     {"午前", 1},
                                     {"午後", 2},
                                     {"上午", 1},
                                     {"下午", 2}}) {
      if (!name.starts_with(sign)) continue;
      fields_.half = half;
      at_ += sign.size();
      return true;
    }
    return false;
  }

  /// Gives the bare numbers their meaning.
  bool settle() {
    if (fields_.week > 0) {
      fields_.year = numbers_.empty() ? -1 : numbers_[0].value;
      return fields_.year >= 0;
    }
    if (fields_.year >= 0) {
      if (numbers_.empty()) return true;
      if (fields_.day >= 0 || numbers_.size() > 1) return false;
      fields_.day = numbers_[0].value;
      return true;
    }
    if (fields_.month > 0) return with_month_name();
    return numeric();
  }

  bool with_month_name() {
    for (const Number& n : numbers_) {
      if (n.digits >= 3 || n.value > 31) {
        if (fields_.year >= 0 || n.digits > 4) return false;
        fields_.year = n.digits <= 2 ? full_year(n.value) : n.value;
      } else if (fields_.day < 0) {
        fields_.day = n.value;
      } else if (fields_.year < 0) {
        fields_.year = n.digits <= 2 ? full_year(n.value) : n.value;
      } else {
        return false;
      }
    }
    return fields_.year >= 0;
  }

  bool numeric() {
    if (numbers_.empty()) return false;
    const Number& first = numbers_[0];
    if (numbers_.size() == 1) return single(first);
    if (numbers_.size() > 3) return false;
    const bool dashed = first.before == '-' && first.digits == 2;  // ISO 8601's -YY-MM
    if (first.digits == 4 || dashed || (first.after == '-' && first.digits == 2)) {
      fields_.year = first.digits == 4 ? first.value : 2000 + first.value;
      if (numbers_.size() == 2 && numbers_[1].digits == 3) {
        fields_.day_of_year = numbers_[1].value;
        return true;
      }
      if (numbers_.size() == 2 && numbers_[1].digits == 4) {  // 2004-0131
        fields_.month = numbers_[1].value / 100;
        fields_.day = numbers_[1].value % 100;
        return true;
      }
      fields_.month = numbers_[1].value;
      if (numbers_.size() == 3) fields_.day = numbers_[2].value;
      return true;
    }
    if (numbers_.size() != 3) return false;
    const Number& third = numbers_[2];
    fields_.year = third.digits == 4 ? third.value : full_year(third.value);
    // 31.12.2004 is written day first; with slashes only the United States put the month first.
    const bool month_first =
        first.after == '/' && first.value <= 12 &&
        (numbers_[1].value > 12 || context_.language.empty() || context_.language == "en" ||
         context_.language == "en-US" || context_.language == "en-us");
    fields_.day = month_first ? numbers_[1].value : first.value;
    fields_.month = month_first ? first.value : numbers_[1].value;
    return true;
  }

  bool single(const Number& n) {
    const int v = n.value;
    switch (n.digits) {
      case 2:  // -YY
        if (n.before != '-') return false;
        fields_.year = 2000 + v;
        return true;
      case 4:
        fields_.year = n.before == '-' ? 2000 + v / 100 : v;
        if (n.before == '-') fields_.month = v % 100;
        return true;
      case 5:
        fields_.year = 2000 + v / 1000;
        fields_.day_of_year = v % 1000;
        return true;
      case 6:
        fields_.year = 2000 + v / 10000;
        fields_.month = v / 100 % 100;
        fields_.day = v % 100;
        return true;
      case 7:
        fields_.year = v / 1000;
        fields_.day_of_year = v % 1000;
        return true;
      case 8:
        fields_.year = v / 10000;
        fields_.month = v / 100 % 100;
        fields_.day = v % 100;
        return true;
      default:
        return false;
    }
  }

  std::string_view text_;
  const DateContext& context_;
  std::size_t at_ = 0;
  char mark_ = ' ';
  bool after_t_ = false;
  bool zone_word_ = false;
  int unknown_words_ = 0;
  Fields fields_ = {};
  std::vector<Number> numbers_ = {};
};

}  // namespace

std::optional<Timestamp> parse_date(std::string_view text, const DateContext& context) {
  // Nothing that long is a date; words are looked up, so the length also bounds the work.
  if (text.size() > 120) return std::nullopt;
  if (text.size() == 20 && text.back() == 'Z') {
    if (const auto common = from_rfc3339(text)) return common;
  }
  if (text.size() == 29 && text.ends_with("GMT")) {
    if (const auto common = from_http_date(text)) return common;
  }
  return Reader(text, context).read();
}

}  // namespace tributary::parser
