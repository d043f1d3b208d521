#pragma once
#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>

// ASCII alone, whatever the locale: names, keywords and numbers of feeds are ASCII.
namespace tributary::parser {

[[nodiscard]] constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
[[nodiscard]] constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
[[nodiscard]] constexpr bool is_alpha(char c) {
  return lower(c) >= 'a' && lower(c) <= 'z';
}
/// XML's white space, and form feed and vertical tab, which HTML and careless software add.
[[nodiscard]] constexpr bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

[[nodiscard]] constexpr bool same_word(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

[[nodiscard]] constexpr bool starts_with_word(std::string_view text, std::string_view start) {
  return text.size() >= start.size() && same_word(text.substr(0, start.size()), start);
}

[[nodiscard]] constexpr std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

/// string_view::find for two letters or more, and quick in markup: find itself stops at every letter that is
/// the needle's first, which there is every other one, and memmem takes a byte at a time. This looks for the
/// needle's first two letters, a block at a time and without a branch inside, so that the compiler can do a
/// block in a few instructions.
[[nodiscard]] inline std::size_t find_in(std::string_view text, std::string_view needle,
                                         std::size_t from = 0) {
  constexpr std::size_t block = 64;
  const char first = needle[0];
  const char second = needle[1];
  for (; from + block < text.size(); from += block) {
    const char* at = text.data() + from;
    unsigned char found = 0;
    for (std::size_t i = 0; i < block; ++i) {
      found |= static_cast<unsigned char>(static_cast<unsigned char>(at[i] == first) &
                                          static_cast<unsigned char>(at[i + 1] == second));
    }
    if (found == 0) continue;
    for (std::size_t i = 0; i < block; ++i) {
      if (at[i] == first && at[i + 1] == second && text.substr(from + i).starts_with(needle)) return from + i;
    }
  }
  return text.find(needle, from);
}

[[nodiscard]] inline std::string lowered(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), lower);
  return out;
}

}  // namespace tributary::parser
