#include "parser/numbers.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "parser/ascii.hpp"

namespace tributary::parser {

constexpr std::uint64_t longest_duration = 100ULL * 366 * 86400;  // seconds; more is no duration

std::optional<std::uint64_t> whole_number(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with('+')) text.remove_prefix(1);
  std::uint64_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<int> pixels(std::string_view text) {
  text = trimmed(text);
  if (text.size() > 2 && same_word(text.substr(text.size() - 2), "px")) text.remove_suffix(2);
  const auto value = whole_number(text);
  if (!value || *value > static_cast<std::uint64_t>(std::numeric_limits<int>::max())) return std::nullopt;
  return static_cast<int>(*value);
}

namespace {

/// ISO 8601 section 5.5.3.2: "PT1H2M3S". Days and more make no episode.
std::optional<std::chrono::seconds> iso_duration(std::string_view text) {
  std::uint64_t total = 0;
  constexpr std::string_view units = "HMS";
  constexpr std::array<std::uint64_t, 3> seconds{3600, 60, 1};
  std::size_t next = 0;
  while (!text.empty()) {
    const auto end = text.find_first_not_of("0123456789.");
    if (end == std::string_view::npos) return std::nullopt;
    const auto unit = units.find(static_cast<char>(text[end] & ~0x20), next);
    const auto value = whole_number(text.substr(0, std::min(end, text.find('.'))));
    if (unit == std::string_view::npos || !value || *value > longest_duration) return std::nullopt;
    total += *value * seconds[unit];
    next = unit + 1;
    text.remove_prefix(end + 1);
  }
  if (next == 0 || total > longest_duration) return std::nullopt;
  return std::chrono::seconds(total);
}

}  // namespace

std::optional<std::chrono::seconds> duration(std::string_view text) {
  text = trimmed(text);
  if (starts_with_word(text, "PT")) return iso_duration(text.substr(2));
  if (const auto point = text.find('.'); point != std::string_view::npos) {
    if (text.find(':', point) != std::string_view::npos) return std::nullopt;
    text = text.substr(0, point);
  }
  std::uint64_t total = 0;
  for (int parts = 0; parts < 3; ++parts) {
    const auto colon = text.find(':');
    const auto value = whole_number(text.substr(0, colon));
    if (!value || *value > longest_duration) return std::nullopt;
    total = total * 60 + *value;
    if (colon == std::string_view::npos)
      return total > longest_duration ? std::nullopt : std::optional(std::chrono::seconds(total));
    text.remove_prefix(colon + 1);
  }
  return std::nullopt;
}

}  // namespace tributary::parser
