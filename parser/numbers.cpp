#include "parser/numbers.hpp"

#include <charconv>
#include <limits>

#include "parser/ascii.hpp"

namespace tributary::parser {

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

std::optional<std::chrono::seconds> duration(std::string_view text) {
  text = trimmed(text);
  if (const auto point = text.find('.'); point != std::string_view::npos) {
    if (text.find(':', point) != std::string_view::npos) return std::nullopt;
    text = text.substr(0, point);
  }
  constexpr std::uint64_t century = 100ULL * 366 * 86400;
  std::uint64_t total = 0;
  for (int parts = 0; parts < 3; ++parts) {
    const auto colon = text.find(':');
    const auto value = whole_number(text.substr(0, colon));
    if (!value || *value > century) return std::nullopt;
    total = total * 60 + *value;
    if (colon == std::string_view::npos)
      return total > century ? std::nullopt : std::optional(std::chrono::seconds(total));
    text.remove_prefix(colon + 1);
  }
  return std::nullopt;
}

}  // namespace tributary::parser
