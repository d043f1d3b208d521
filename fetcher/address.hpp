#pragma once
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct sockaddr;

namespace tributary::fetcher {

/// An IP address as bytes; IPv4 takes the first four.
struct Address {
  std::array<unsigned char, 16> bytes = {};
  bool v6 = false;
};

/// nullopt for anything but an IPv4 or IPv6 literal without brackets, port or zone.
[[nodiscard]] std::optional<Address> address_from(std::string_view literal);

/// nullopt for a family that is not IP.
[[nodiscard]] std::optional<Address> address_from(const sockaddr& socket_address);

[[nodiscard]] std::string to_string(const Address& address);

/// The ranges that an admin allows though they are not globally reachable. Ranges that cannot be read allow
/// nothing.
class AllowedRanges {
 public:
  explicit AllowedRanges(const std::vector<std::string>& cidrs = {});
  [[nodiscard]] bool contain(const Address& address) const;

 private:
  struct Range {
    Address base;
    std::size_t bits;
  };
  std::vector<Range> ranges_;
};

/// Whether the address may be dialled: globally reachable by IANA's special-purpose registries, or in
/// `allowed`.
[[nodiscard]] bool may_dial(const Address& address, const AllowedRanges& allowed);

}  // namespace tributary::fetcher
