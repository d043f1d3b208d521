#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace tributary::parser {

/// RFC 4648 section 4, white space inside passed over, padding optional. nullopt when it is no base64 or no
/// UTF-8 comes out of it: binary content has no place in a text.
[[nodiscard]] std::optional<std::string> decode_base64(std::string_view text);

}  // namespace tributary::parser
