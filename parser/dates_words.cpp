#include "parser/dates_words.hpp"

#include <unicode/dtfmtsym.h>
#include <unicode/locid.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

namespace tributary::parser {
namespace {

constexpr std::array<std::string_view, 12> english_months{"january",   "february", "march",    "april",
                                                          "may",       "june",     "july",     "august",
                                                          "september", "october",  "november", "december"};
constexpr std::array<std::string_view, 7> english_days{"monday", "tuesday",  "wednesday", "thursday",
                                                       "friday", "saturday", "sunday"};

// The languages that are tried for every feed, whatever it says of itself; the first that knows a word wins.
constexpr std::array languages{"fr", "de", "es", "it", "pt", "nl", "sv", "pl", "ru", "el", "hu", "ko", "ja",
                               "zh", "da", "nb", "fi", "cs", "tr", "ro", "uk", "ca", "bg", "sk", "hr"};

icu::UnicodeString to_icu(std::string_view text) {
  return icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<int32_t>(text.size())));
}

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::string lowered(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  return out;
}

/// Lower case without accents and full stops: names are written with and without them.
std::string folded(const icu::UnicodeString& word) {
  UErrorCode status = U_ZERO_ERROR;
  const auto* decompose = icu::Normalizer2::getNFDInstance(status);
  icu::UnicodeString lower(word);
  lower.toLower(icu::Locale::getRoot());
  const icu::UnicodeString apart = U_SUCCESS(status) ? decompose->normalize(lower, status) : lower;
  icu::UnicodeString bare;
  for (int32_t i = 0; i < apart.length(); i = apart.moveIndex32(i, 1)) {
    const UChar32 c = apart.char32At(i);
    if (u_isalpha(c)) bare.append(c);
  }
  std::string out;
  bare.toUTF8String(out);
  return out;
}

std::string folded(std::string_view word) {
  if (!is_ascii(word)) return folded(to_icu(word));
  std::string out = lowered(word);
  std::erase(out, '.');
  return out;
}

using Names = std::map<std::string, WordMeaning, std::less<>>;

Names make_names(const std::string& language) {
  Names names;
  UErrorCode status = U_ZERO_ERROR;
  const icu::DateFormatSymbols symbols(icu::Locale::createCanonical(language.c_str()), status);
  if (U_FAILURE(status)) return names;
  using Symbols = icu::DateFormatSymbols;
  for (const auto context : {Symbols::FORMAT, Symbols::STANDALONE}) {
    for (const auto width : {Symbols::WIDE, Symbols::ABBREVIATED}) {
      int32_t count = 0;
      const auto* months = symbols.getMonths(count, context, width);
      for (int32_t i = 0; i < count && i < 12; ++i) {
        if (const auto name = folded(months[i]); !name.empty()) names[name].month = i + 1;
      }
      const auto* days = symbols.getWeekdays(count, context, width);
      for (int32_t i = 1; i < count; ++i) {
        if (const auto name = folded(days[i]); !name.empty()) names[name].weekday = true;
      }
    }
  }
  int32_t count = 0;
  const auto* halves = symbols.getAmPmStrings(count);
  if (count >= 2) {
    if (const auto name = folded(halves[0]); !name.empty()) names[name].am = true;
    if (const auto name = folded(halves[1]); !name.empty()) names[name].pm = true;
  }
  // In Japanese, Chinese and Korean months are numbers with a unit, which the reader of dates knows; the bare
  // unit that folding leaves of "1月" is no month's name.
  for (const char* unit : {"月", "월"}) names.erase(unit);
  return names;
}

const Names& names_of(std::string_view language) {
  thread_local std::map<std::string, Names, std::less<>> known;
  auto found = known.find(language);
  if (found == known.end()) {
    if (known.size() > 64) known.clear();  // feeds say anything for a language
    found = known.emplace(std::string(language), make_names(std::string(language))).first;
  }
  return found->second;
}

std::size_t letters(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

/// The whole name, or at least three letters from its start ("sept", "agos"), when they are the start of one
/// month alone.
WordMeaning look_up(const Names& names, std::string_view word) {
  if (const auto exact = names.find(word); exact != names.end()) return exact->second;
  WordMeaning meaning;
  if (letters(word) < 3) return meaning;
  for (auto at = names.lower_bound(word); at != names.end() && at->first.starts_with(word); ++at) {
    if (at->second.weekday && meaning.month == 0) meaning.weekday = true;
    if (at->second.month == 0) continue;
    if (meaning.month != 0 && meaning.month != at->second.month) return {};
    meaning.month = at->second.month;
  }
  return meaning;
}

/// As much of a word as look_up() needs of it to begin like a name.
std::string_view beginning(std::string_view word) {
  std::size_t end = 0;
  for (int letter = 0; letter < 3 && end < word.size(); ++letter) {
    do ++end;
    while (end < word.size() && (static_cast<unsigned char>(word[end]) & 0xC0) == 0x80);
  }
  return word.substr(0, end);
}

/// Whether any language has a name that begins so: most words that stand where a date should be are none, and
/// are known for it without a look into each language.
bool begins_a_name(std::string_view word) {
  static const auto beginnings = [] {
    std::set<std::string, std::less<>> all;
    for (const char* language : languages) {
      for (const auto& [name, meaning] : names_of(language)) all.emplace(beginning(name));
    }
    return all;
  }();
  return beginnings.contains(beginning(word));
}

WordMeaning english(std::string_view word) {
  WordMeaning meaning;
  if (word == "am") meaning.am = true;
  if (word == "pm") meaning.pm = true;
  if (word.size() < 3) return meaning;
  for (std::size_t i = 0; i < english_months.size(); ++i) {
    if (english_months[i].starts_with(word)) meaning.month = static_cast<int>(i) + 1;
  }
  for (const auto day : english_days) meaning.weekday = meaning.weekday || day.starts_with(word);
  if (word == "tues" || word == "thur" || word == "thurs" || word == "weds") meaning.weekday = true;
  return meaning;
}

// Spellings that feeds are known to send and that no dictionary has.
struct Oddity {
  std::string_view word;
  int month;
};
constexpr std::array oddities{
    Oddity{"μαω", 3},    Oddity{"ιον", 6},   Oddity{"ιολ", 7},  Oddity{"februari", 2}, Oddity{"maujus", 5},
    Oddity{"sept", 9},   Oddity{"mrz", 3},   Oddity{"marz", 3}, Oddity{"maerz", 3},    Oddity{"set", 9},
    Oddity{"janner", 1}, Oddity{"feber", 2}, Oddity{"mart", 3}, Oddity{"setiembre", 9}};

constexpr std::array<std::string_view, 30> fillers{
    "a",   "alle", "at", "d", "das", "de", "del", "den", "der", "di", "el", "g",  "h",  "il",  "kl",
    "klo", "las",  "le", "m", "nd",  "of", "om",  "on",  "ore", "r",  "rd", "st", "th", "uhr", "um"};
constexpr std::array<std::string_view, 6> more_fillers{"года", "г", "the", "uur", "και", "às"};

constexpr std::array<std::string_view, 4> east_asian_am{"오전", "午前", "上午", "早上"};
constexpr std::array<std::string_view, 4> east_asian_pm{"오후", "午後", "下午", "晚上"};

}  // namespace

WordMeaning meaning_of(std::string_view word, std::string_view language) {
  if (std::ranges::find(east_asian_am, word) != east_asian_am.end()) return {.am = true};
  if (std::ranges::find(east_asian_pm, word) != east_asian_pm.end()) return {.pm = true};
  const auto name = folded(word);
  const auto primary = lowered(language.substr(0, language.find_first_of("-_")));
  WordMeaning meaning = english(name);
  if (!primary.empty() && primary != "en" && primary.size() <= 8 && is_ascii(primary)) {
    const auto local = look_up(names_of(primary), name);
    if (local.month != 0) meaning.month = local.month;
    meaning.weekday = meaning.weekday || local.weekday;
    // Hungarian says de. and du. for the halves of the day, where others say "of".
    meaning.am = meaning.am || local.am;
    meaning.pm = meaning.pm || local.pm;
  }
  if (meaning.known()) return meaning;
  if (std::ranges::find(fillers, name) != fillers.end() ||
      std::ranges::find(more_fillers, name) != more_fillers.end() ||
      std::ranges::find(more_fillers, word) != more_fillers.end()) {
    return {.filler = true};
  }
  for (const auto& oddity : oddities) {
    if (oddity.word == name) return {.month = oddity.month};
  }
  if (!begins_a_name(name)) return {};
  for (const char* other : languages) {
    meaning = look_up(names_of(other), name);
    if (meaning.known()) return meaning;
  }
  return {};
}

std::string compatible(std::string_view text) {
  UErrorCode status = U_ZERO_ERROR;
  const auto* normalizer = icu::Normalizer2::getNFKCInstance(status);
  if (U_FAILURE(status)) return std::string(text);
  std::string out;
  normalizer->normalize(to_icu(text), status).toUTF8String(out);
  return U_SUCCESS(status) ? out : std::string(text);
}

}  // namespace tributary::parser
