#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace tributary {

/// A moment in UTC, whole seconds (what every output shows). No clock is read here: `now` is always passed
/// in.
using Timestamp = std::chrono::sys_seconds;

/// RFC 3339 in UTC, e.g. "2004-01-01T19:48:21Z". Years outside 0..9999 are clamped to that range.
[[nodiscard]] std::string to_rfc3339(Timestamp when);

/// Strict RFC 3339 (section 5.6), any offset; fractions of a second are cut off. nullopt when it is anything
/// else. For what partners send use the parser's dates instead.
[[nodiscard]] std::optional<Timestamp> from_rfc3339(std::string_view text);

/// IMF-fixdate of RFC 9110 section 5.6.7, e.g. "Sun, 06 Nov 1994 08:49:37 GMT".
[[nodiscard]] std::string to_http_date(Timestamp when);

/// Any of the three forms of RFC 9110 section 5.6.7 (IMF-fixdate, RFC 850, asctime); nullopt for anything
/// else. A two-digit year (RFC 850) is read as 1970..2069.
[[nodiscard]] std::optional<Timestamp> from_http_date(std::string_view text);

}  // namespace tributary
