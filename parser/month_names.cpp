#include "parser/month_names.hpp"

#include <unicode/dtfmtsym.h>
#include <unicode/locid.h>
#include <unicode/unistr.h>

#include <array>
#include <map>
#include <string>

namespace tributary::parser {
namespace {

constexpr std::array languages{"en", "fr", "de", "es", "it", "pt", "nl", "pl", "ru", "sv",
                               "ja", "ko", "zh", "hu", "el", "da", "nb", "fi", "cs", "sk",
                               "uk", "ro", "tr", "ca", "hr", "sl", "bg", "id"};

/// Folded for comparison: lower case, accents dropped from Greek and others by ICU's folding of the
/// decomposed form, no dot.
std::string folded(const icu::UnicodeString& text) {
  icu::UnicodeString copy(text);
  copy.foldCase().findAndReplace(icu::UnicodeString("."), icu::UnicodeString());
  std::string out;
  copy.toUTF8String(out);
  return out;
}

using Names = std::map<std::string, int, std::less<>>;

void add_months(Names& names, const icu::DateFormatSymbols& symbols) {
  for (const auto context : {icu::DateFormatSymbols::FORMAT, icu::DateFormatSymbols::STANDALONE}) {
    for (const auto width : {icu::DateFormatSymbols::WIDE, icu::DateFormatSymbols::ABBREVIATED}) {
      int32_t count = 0;
      const icu::UnicodeString* months = symbols.getMonths(count, context, width);
      for (int32_t i = 0; i < count && i < 12; ++i) {
        std::string name = folded(months[i]);
        // Names that are only a number ("1月") are read as numbers.
        if (name.empty() || (name[0] >= '0' && name[0] <= '9')) continue;
        names.try_emplace(std::move(name), static_cast<int>(i) + 1);
      }
    }
  }
}

struct Tables {
  std::map<std::string, Names, std::less<>> by_language;
  Names all;
  Names halves;
};

const Tables& tables() {
  static const Tables built = [] {
    Tables made;
    for (const char* language : languages) {
      UErrorCode status = U_ZERO_ERROR;
      const icu::DateFormatSymbols symbols(icu::Locale(language), status);
      if (U_FAILURE(status)) continue;
      Names names;
      add_months(names, symbols);
      for (const auto& [name, month] : names) made.all.try_emplace(name, month);
      made.by_language.emplace(language, std::move(names));
      int32_t count = 0;
      const icu::UnicodeString* halves = symbols.getAmPmStrings(count);
      for (int32_t i = 0; i < count && i < 2; ++i) {
        made.halves.try_emplace(folded(halves[i]), static_cast<int>(i) + 1);
      }
    }
    // Spellings seen in feeds that CLDR does not list.
    for (const auto& [name, month] :
         {std::pair{"sept", 9}, {"ιαν", 1},  {"φεβ", 2},     {"μάρ", 3},      {"μαρ", 3},  {"απρ", 4},
          {"μάι", 5},           {"μαϊ", 5},  {"μαι", 5},     {"ιούν", 6},     {"ιον", 6},  {"ιούλ", 7},
          {"ιολ", 7},           {"αύγ", 8},  {"αυγ", 8},     {"σεπ", 9},      {"οκτ", 10}, {"νοέ", 11},
          {"νοε", 11},          {"δεκ", 12}, {"januári", 1}, {"februári", 2}, {"mär", 3},  {"mrz", 3},
          {"okt", 10},          {"dez", 12}}) {
      made.all.try_emplace(name, month);
    }
    made.halves.try_emplace("am", 1);
    made.halves.try_emplace("pm", 2);
    return made;
  }();
  return built;
}

/// A name cut short, "Janv" or "Sett": three letters or more that begin exactly one month's names.
int by_prefix(const Names& names, std::string_view word) {
  if (word.size() < 3) return 0;
  int month = 0;
  for (auto at = names.lower_bound(word); at != names.end() && at->first.starts_with(word); ++at) {
    if (month != 0 && month != at->second) return 0;
    month = at->second;
  }
  return month;
}

}  // namespace

int month_of(std::string_view word, std::string_view language) {
  static constexpr std::string_view english = "janfebmaraprmayjunjulaugsepoctnovdec";
  if (word.size() == 3) {
    std::array<char, 3> low{};
    for (std::size_t i = 0; i < 3; ++i) low[i] = static_cast<char>(word[i] | 0x20);
    for (std::size_t month = 0; month < 12; ++month) {
      if (english.substr(month * 3, 3) == std::string_view(low.data(), 3)) return static_cast<int>(month) + 1;
    }
  }
  const std::string key =
      folded(icu::UnicodeString::fromUTF8({word.data(), static_cast<int32_t>(word.size())}));
  if (key.empty()) return 0;
  const auto& known = tables();
  const auto own = known.by_language.find(language.substr(0, language.find('-')));
  if (own != known.by_language.end()) {
    if (const auto found = own->second.find(key); found != own->second.end()) return found->second;
  }
  if (const auto found = known.all.find(key); found != known.all.end()) return found->second;
  if (own != known.by_language.end()) {
    if (const int month = by_prefix(own->second, key)) return month;
  }
  return by_prefix(known.by_language.at("en"), key);
}

int half_of_day(std::string_view word) {
  const auto key = folded(icu::UnicodeString::fromUTF8({word.data(), static_cast<int32_t>(word.size())}));
  const auto& halves = tables().halves;
  const auto found = halves.find(key);
  return found == halves.end() ? 0 : found->second;
}

}  // namespace tributary::parser
