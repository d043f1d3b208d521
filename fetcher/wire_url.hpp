#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace tributary::fetcher {

/// An address as it goes on the wire.
struct WireUrl {
  std::string url =
      {};  ///< as written, without user and fragment; only what HTTP cannot carry is percent-encoded
  std::string host = {};      ///< lower case, ASCII (an IDN in its A-label form), without brackets
  std::string userinfo = {};  ///< what stood before '@', percent-decoded: a secret
  bool https = false;
};

/// nullopt when it is no http(s) URL with a usable host.
[[nodiscard]] std::optional<WireUrl> wire_url(std::string_view url);

/// For errors and logs: the URL without user and password.
[[nodiscard]] std::string without_user(std::string_view url);

/// Whether credentials for `from` may also be sent to `to`: same scheme, host and port; or the same host over
/// https on its default port where it was http on its default port, which only protects them better.
[[nodiscard]] bool may_share_credentials(std::string_view from, std::string_view to);

}  // namespace tributary::fetcher
