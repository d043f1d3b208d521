// The address guard: asked of the address that is really dialled, after every look-up and on every hop, so
// that neither a redirect nor a name whose answer changes between check and connect reaches inside the
// admin's network.
#include "fetcher/address.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "fetcher/fetcher.hpp"

namespace tributary::fetcher {
namespace {

struct Block {
  const char* base;
  std::size_t bits;
  bool reachable;
};

// IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890 and its updates): the most specific block
// decides. "N/A" in the column "Globally Reachable" counts as no. Besides: multicast, and the one metadata
// address in public space (Azure's).
constexpr Block v4_blocks[]{
    {"0.0.0.0", 8, false},      {"10.0.0.0", 8, false},       {"100.64.0.0", 10, false},
    {"127.0.0.0", 8, false},    {"168.63.129.16", 32, false}, {"169.254.0.0", 16, false},
    {"172.16.0.0", 12, false},  {"192.0.0.0", 24, false},     {"192.0.0.9", 32, true},
    {"192.0.0.10", 32, true},   {"192.0.2.0", 24, false},     {"192.88.99.0", 24, false},
    {"192.168.0.0", 16, false}, {"198.18.0.0", 15, false},    {"198.51.100.0", 24, false},
    {"203.0.113.0", 24, false}, {"224.0.0.0", 4, false},      {"240.0.0.0", 4, false},
};

// Only 2000::/3 is handed out for global unicast (RFC 4291 section 2.4 and IANA's address space table), so
// everything else is refused by the first row: loopback, unspecified, mapped, compatible, discard-only,
// site-local, link-local, unique local, multicast, SRv6 and local-use NAT64 (64:ff9b:1::/48).
constexpr Block v6_blocks[]{
    {"::", 0, false},         {"2000::", 3, true},      {"2001::", 23, false},     {"2001:1::1", 128, true},
    {"2001:1::2", 128, true}, {"2001:1::3", 128, true}, {"2001:3::", 32, true},    {"2001:4:112::", 48, true},
    {"2001:20::", 28, true},  {"2001:30::", 28, true},  {"2001:db8::", 32, false}, {"2002::", 16, false},
    {"3fff::", 20, false},
};

bool same_prefix(const Address& a, const Address& b, std::size_t bits) {
  if (a.v6 != b.v6) return false;
  const auto whole = bits / 8;
  if (!std::equal(a.bytes.begin(), a.bytes.begin() + static_cast<std::ptrdiff_t>(whole), b.bytes.begin()))
    return false;
  if (bits % 8 == 0) return true;
  const unsigned mask = 0xffU << (8 - bits % 8) & 0xffU;
  return (a.bytes[whole] & mask) == (b.bytes[whole] & mask);
}

struct ParsedBlock {
  Address base;
  std::size_t bits;
  bool reachable;
};

template <std::size_t N>
std::vector<ParsedBlock> parsed(const Block (&blocks)[N]) {
  std::vector<ParsedBlock> out;
  for (const auto& block : blocks)
    out.push_back({address_from(std::string_view(block.base)).value(), block.bits, block.reachable});
  return out;
}

/// The IPv4 address inside an IPv6 one under `prefix`/96.
std::optional<Address> embedded(const Address& address, std::string_view prefix) {
  if (!address.v6 || !same_prefix(address, address_from(prefix).value(), 96)) return std::nullopt;
  Address inner;
  std::copy_n(address.bytes.begin() + 12, 4, inner.bytes.begin());
  return inner;
}

bool globally_reachable(const Address& address) {
  static const auto v4 = parsed(v4_blocks);
  static const auto v6 = parsed(v6_blocks);
  // The well-known NAT64 prefix is reachable where the IPv4 address inside is (RFC 6052 section 3.1).
  if (const auto inner = embedded(address, "64:ff9b::")) return globally_reachable(*inner);
  bool reachable = true;
  std::size_t best = 0;
  for (const auto& block : address.v6 ? v6 : v4) {
    if (block.bits >= best && same_prefix(address, block.base, block.bits)) {
      best = block.bits;
      reachable = block.reachable;
    }
  }
  return reachable;
}

}  // namespace

std::optional<Address> address_from(std::string_view literal) {
  const std::string text(literal);
  Address address;
  if (::inet_pton(AF_INET, text.c_str(), address.bytes.data()) == 1) return address;
  address.v6 = true;
  if (::inet_pton(AF_INET6, text.c_str(), address.bytes.data()) == 1) return address;
  return std::nullopt;
}

std::optional<Address> address_from(const sockaddr& socket_address) {
  Address address;
  if (socket_address.sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &socket_address, sizeof v4);
    std::memcpy(address.bytes.data(), &v4.sin_addr, 4);
    return address;
  }
  if (socket_address.sa_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &socket_address, sizeof v6);
    std::memcpy(address.bytes.data(), &v6.sin6_addr, 16);
    address.v6 = true;
    return address;
  }
  return std::nullopt;
}

std::string to_string(const Address& address) {
  char text[INET6_ADDRSTRLEN] = {};
  ::inet_ntop(address.v6 ? AF_INET6 : AF_INET, address.bytes.data(), text, sizeof text);
  return text;
}

AllowedRanges::AllowedRanges(const std::vector<std::string>& cidrs) {
  for (const std::string_view cidr : cidrs) {
    const auto slash = cidr.find('/');
    const auto base = address_from(cidr.substr(0, slash));
    if (!base) continue;
    const std::size_t most = base->v6 ? 128 : 32;
    std::size_t bits = most;
    if (slash != std::string_view::npos) {
      const auto digits = cidr.substr(slash + 1);
      const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
      if (fault != std::errc{} || end != digits.data() + digits.size() || bits > most) continue;
    }
    ranges_.push_back({*base, bits});
  }
}

bool AllowedRanges::contain(const Address& address) const {
  const auto inside = [&](const Range& range) { return same_prefix(address, range.base, range.bits); };
  if (std::ranges::any_of(ranges_, inside)) return true;
  // A mapped address is the IPv4 address by another spelling: the packet goes there.
  const auto inner = embedded(address, "::ffff:0:0");
  return inner && contain(*inner);
}

bool may_dial(const Address& address, const AllowedRanges& allowed) {
  return globally_reachable(address) || allowed.contain(address);
}

bool address_allowed(std::string_view address, const std::vector<std::string>& allow) {
  const auto parsed_address = address_from(address);
  return parsed_address && may_dial(*parsed_address, AllowedRanges(allow));
}

}  // namespace tributary::fetcher
