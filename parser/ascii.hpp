#pragma once
#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>

#include "parser/blocks.hpp"

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
/// the needle's first, which there is every other one. This looks for the needle's first two letters, a block
/// at a time.
[[nodiscard]] inline std::size_t find_in(std::string_view text, std::string_view needle,
                                         std::size_t from = 0) {
  const auto first = static_cast<std::uint8_t>(needle[0]);
  const auto second = static_cast<std::uint8_t>(needle[1]);
  for (; from + block_size < text.size(); from += block_size) {
    const char* at = text.data() + from;
    for (unsigned found = bits((block_at(at) == first) & (block_at(at + 1) == second)); found != 0;
         found &= found - 1) {
      const std::size_t place = from + static_cast<std::size_t>(std::countr_zero(found));
      if (text.substr(place).starts_with(needle)) return place;
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
