#include "fetcher/wire_url.hpp"

#include <idn2.h>

#include <algorithm>

#include "model/url.hpp"

namespace tributary::fetcher {
namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 && hex_value(text[i + 2]) >= 0) {
      out += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

/// What no request line may hold (RFC 9112 section 3.2): blanks, controls, bytes beyond ASCII, and the
/// delimiters that every browser encodes. Everything else goes out as it was written.
std::string encoded(std::string_view text) {
  static constexpr char digits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte >= 0x7f || c == '"' || c == '<' || c == '>') {
      out += '%';
      out += digits[byte >> 4];
      out += digits[byte & 15];
    } else {
      out += c;
    }
  }
  return out;
}

/// An IDN in its A-label form (RFC 5891); libcurl would convert by the locale, which a daemon doesn't have.
std::optional<std::string> ascii_host(std::string_view host) {
  std::string name = percent_decoded(host);
  const bool ascii = std::ranges::all_of(name, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  if (!ascii) {
    char* converted = nullptr;
    if (idn2_to_ascii_8z(name.c_str(), &converted, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK)
      return std::nullopt;
    name = converted;
    idn2_free(converted);
  }
  const bool usable = !name.empty() && std::ranges::all_of(name, [](char c) {
    return static_cast<unsigned char>(c) > 0x20 && c != 0x7f &&
           std::string_view("\"<>\\^`{|}/?#@%").find(c) == std::string_view::npos;
  });
  if (!usable) return std::nullopt;
  return name;
}

}  // namespace

std::optional<WireUrl> wire_url(std::string_view url) {
  while (!url.empty() && static_cast<unsigned char>(url.front()) <= 0x20) url.remove_prefix(1);
  while (!url.empty() && static_cast<unsigned char>(url.back()) <= 0x20) url.remove_suffix(1);
  if (!is_http_url(url) || port_of(url) == 0) return std::nullopt;
  const auto parts = split_url(url);
  WireUrl out;
  out.https = parts.scheme->size() == 5;

  std::string_view authority = *parts.authority;
  if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
    out.userinfo = percent_decoded(authority.substr(0, at));
    authority.remove_prefix(at + 1);
  }
  std::string_view port;
  const bool literal = authority.starts_with('[');
  const auto host_end = literal ? authority.find(']') : authority.find(':');
  if (literal && host_end == std::string_view::npos) return std::nullopt;
  if (const auto colon = authority.find(':', literal ? host_end : 0); colon != std::string_view::npos) {
    port = authority.substr(colon + 1);
  }
  const auto host = ascii_host(host_of(url));
  if (!host) return std::nullopt;
  out.host = *host;

  out.url = out.https ? "https://" : "http://";
  out.url += literal ? "[" + out.host + "]" : out.host;
  if (!port.empty()) out.url.append(":").append(port);
  out.url += parts.path.empty() ? "/" : encoded(parts.path);
  if (parts.query) out.url.append("?").append(encoded(*parts.query));
  return out;
}

std::string without_user(std::string_view url) {
  const auto parts = split_url(url);
  if (!parts.authority) return std::string(url);
  const auto at = parts.authority->rfind('@');
  if (at == std::string_view::npos) return std::string(url);
  std::string out(url);
  out.erase(static_cast<std::size_t>(parts.authority->data() - url.data()), at + 1);
  return out;
}

bool may_share_credentials(std::string_view from, std::string_view to) {
  const auto a = wire_url(from);
  const auto b = wire_url(to);
  if (!a || !b || a->host != b->host) return false;
  if (a->https == b->https) return port_of(from) == port_of(to);
  return b->https && port_of(from) == 80 && port_of(to) == 443;
}

}  // namespace tributary::fetcher
