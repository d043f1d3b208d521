#pragma once
#include <string>
#include <string_view>

namespace tributary::parser {

/// What a word in a date may mean. Several at once: "mar" is March and Tuesday.
struct WordMeaning {
  int month = 0;  ///< 1..12; 0: no month
  bool weekday = false;
  bool am = false, pm = false;
  bool filler = false;  ///< "de", "of", "Uhr", "th": says nothing
  [[nodiscard]] bool known() const { return month != 0 || weekday || am || pm || filler; }
};

/// Looks a word up: English, then the language given, then the others that ICU's names are kept for. `word`
/// has letters only.
[[nodiscard]] WordMeaning meaning_of(std::string_view word, std::string_view language);

/// Compatibility forms folded (full-width digits, ideographic blanks), for texts that hold more than ASCII.
[[nodiscard]] std::string compatible(std::string_view text);

}  // namespace tributary::parser
