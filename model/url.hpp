#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace tributary {

/// The five parts of a reference, as RFC 3986 appendix B splits any string: views into it, nothing decoded.
/// Boost.URL refuses what partners really send (spaces, unescaped letters, brackets), and DESIGN.md asks that
/// an address is requested as it was written: so the split is lenient and keeps every byte.
struct UrlParts {
  std::optional<std::string_view> scheme = {};     ///< without ':'
  std::optional<std::string_view> authority = {};  ///< without '//'
  std::string_view path = {};
  std::optional<std::string_view> query = {};     ///< without '?'
  std::optional<std::string_view> fragment = {};  ///< without '#'
};

[[nodiscard]] UrlParts split_url(std::string_view url);

/// `reference` made absolute against `base` by RFC 3986 section 5.2 (strict), bytes otherwise kept as
/// written. White space around it is dropped; tabs and line breaks inside it go, as browsers do. A reference
/// that has a scheme comes back as it is; without a usable base the reference itself comes back. An empty
/// reference names the base.
[[nodiscard]] std::string resolve_url(std::string_view base, std::string_view reference);

/// The host of an absolute URL in lower case, without port, user or IPv6 brackets; empty when there is none.
[[nodiscard]] std::string host_of(std::string_view url);

/// The port written in the URL, or the scheme's default (80, 443); 0 when neither is known or the port is no
/// number.
[[nodiscard]] int port_of(std::string_view url);

/// True for an absolute http or https URL with a host.
[[nodiscard]] bool is_http_url(std::string_view url);

/// True when the URL's scheme can run code or reach files (javascript:, data:, file: …, also behind feed:),
/// however it is spelled: control characters and white space in it are ignored, as browsers ignore them.
[[nodiscard]] bool is_dangerous_url(std::string_view url);

}  // namespace tributary
