#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "model/error.hpp"

namespace tributary::server {

/// Where to listen: a host and a port, or a Unix socket.
struct Address {
  std::string host = {};  ///< without brackets; empty: every address of the machine
  std::uint16_t port = 0;
  std::string path = {};  ///< of a Unix socket; then host and port are not used
};

/// "HOST:PORT", "[IPv6]:PORT", "*:PORT" or "unix:/path". ErrorKind::config for anything else.
[[nodiscard]] Result<Address> parse_address(std::string_view text);

}  // namespace tributary::server
