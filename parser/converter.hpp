#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace tributary::parser {

struct Converted {
  std::string text = {};    ///< UTF-8; invalid sequences are U+FFFD
  std::size_t invalid = 0;  ///< how many there were; one cut off at the very end is not counted
};

/// Decodes bytes of a charset, by any label of the WHATWG Encoding Standard, any name that ICU knows, and
/// what the C library knows besides. As that standard asks, ISO-8859-1 and US-ASCII are windows-1252, GB2312
/// is GB18030, and so on. nullopt for an unknown label.
[[nodiscard]] std::optional<Converted> convert(std::string_view bytes, std::string_view label);

[[nodiscard]] bool is_known_charset(std::string_view label);

}  // namespace tributary::parser
