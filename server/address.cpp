#include "server/address.hpp"

#include <charconv>

namespace tributary::server {
namespace {

std::unexpected<Error> malformed(std::string_view text, const std::string& why) {
  return std::unexpected(Error{ErrorKind::config, std::string(text),
                               why + "; write HOST:PORT, [IPv6]:PORT, *:PORT or unix:/path"});
}

// What sockaddr_un holds besides its ending zero.
constexpr std::size_t longest_unix_path = 107;

}  // namespace

Result<Address> parse_address(std::string_view text) {
  if (text.starts_with("unix:")) {
    const std::string_view path = text.substr(5);
    if (path.empty()) return malformed(text, "the path of the Unix socket is missing");
    if (path.size() > longest_unix_path) {
      return malformed(text, "the path of a Unix socket has at most 107 bytes");
    }
    return Address{.path = std::string(path)};
  }
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return malformed(text, "the port is missing");
  std::string_view host = text.substr(0, colon);
  const std::string_view digits = text.substr(colon + 1);
  Address address;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), address.port);
  if (error != std::errc{} || end != digits.data() + digits.size() || digits.empty()) {
    return malformed(text, "the port is no number from 0 to 65535");
  }
  if (host.starts_with('[')) {
    if (!host.ends_with(']') || host.size() < 3)
      return malformed(text, "a bracket of the IPv6 address is missing");
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return malformed(text, "an IPv6 address stands in brackets");
  }
  if (host != "*") address.host = host;
  return address;
}

}  // namespace tributary::server
