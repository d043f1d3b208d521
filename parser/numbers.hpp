#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace tributary::parser {

/// A whole number that is not negative, white space around it allowed; nullopt for anything else.
[[nodiscard]] std::optional<std::uint64_t> whole_number(std::string_view text);

/// A width or height: a whole number, "px" after it allowed.
[[nodiscard]] std::optional<int> pixels(std::string_view text);

/// itunes:duration: "1:02:03", "2:03" or seconds, a fraction of a second cut off.
[[nodiscard]] std::optional<std::chrono::seconds> duration(std::string_view text);

}  // namespace tributary::parser
