#pragma once
#include <string_view>

namespace tributary::parser {

/// 1..12 for a month's name or abbreviation in any of the languages that we know, the given one first; 0 for
/// any other word. Case and a final dot do not matter.
[[nodiscard]] int month_of(std::string_view word, std::string_view language);

/// Whether a word means "before noon" (1) or "after noon" (2) in a language that we know; 0 for any other.
[[nodiscard]] int half_of_day(std::string_view word);

}  // namespace tributary::parser
