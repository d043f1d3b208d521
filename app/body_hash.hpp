#pragma once
#include <string>
#include <string_view>

namespace tributary::app {

/// SHA-256 (FIPS 180-4) of the body and the media type it came with, in lower-case hex: the same bytes under
/// another charset are another document.
[[nodiscard]] std::string body_hash(std::string_view body, std::string_view content_type);

/// A number in [0, 1) that depends on the feed and the moment alone: spreads feeds that fall due together,
/// the same way each time a run is repeated.
[[nodiscard]] double spread(std::string_view feed, std::int64_t moment);

}  // namespace tributary::app
