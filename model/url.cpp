#include "model/url.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace tributary {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string lowered(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), lower);
  return out;
}

bool is_alpha(char c) {
  return lower(c) >= 'a' && lower(c) <= 'z';
}

bool is_scheme(std::string_view text) {
  if (text.empty() || !is_alpha(text.front())) return false;
  return std::ranges::all_of(
      text, [](char c) { return is_alpha(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.'; });
}

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return static_cast<unsigned char>(c) <= 0x20; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

/// RFC 3986 section 5.2.4.
std::string remove_dot_segments(std::string_view path) {
  std::string out;
  while (!path.empty()) {
    if (path.starts_with("../")) {
      path.remove_prefix(3);
    } else if (path.starts_with("./") || path.starts_with("/./")) {
      path.remove_prefix(2);
    } else if (path == "/.") {
      path = "/";
    } else if (path.starts_with("/../") || path == "/..") {
      path = path.size() == 3 ? std::string_view("/") : path.substr(3);
      const auto slash = out.rfind('/');
      out.resize(slash == std::string::npos ? 0 : slash);
    } else if (path == "." || path == "..") {
      path = {};
    } else {
      const auto end = path.find('/', 1);
      out += path.substr(0, end);
      path = end == std::string_view::npos ? std::string_view() : path.substr(end);
    }
  }
  return out;
}

std::string join(const UrlParts& parts, std::string_view path) {
  std::string out;
  if (parts.scheme) out.append(*parts.scheme).append(":");
  if (parts.authority) out.append("//").append(*parts.authority);
  out += path;
  if (parts.query) out.append("?").append(*parts.query);
  if (parts.fragment) out.append("#").append(*parts.fragment);
  return out;
}

}  // namespace

UrlParts split_url(std::string_view url) {
  UrlParts parts;
  if (const auto hash = url.find('#'); hash != std::string_view::npos) {
    parts.fragment = url.substr(hash + 1);
    url = url.substr(0, hash);
  }
  if (const auto mark = url.find('?'); mark != std::string_view::npos) {
    parts.query = url.substr(mark + 1);
    url = url.substr(0, mark);
  }
  if (const auto colon = url.find_first_of(":/");
      colon != std::string_view::npos && url[colon] == ':' && is_scheme(url.substr(0, colon))) {
    parts.scheme = url.substr(0, colon);
    url = url.substr(colon + 1);
  }
  if (url.starts_with("//")) {
    const auto end = url.find('/', 2);
    parts.authority = url.substr(2, end == std::string_view::npos ? end : end - 2);
    url = end == std::string_view::npos ? std::string_view() : url.substr(end);
  }
  parts.path = url;
  return parts;
}

std::string resolve_url(std::string_view base, std::string_view reference) {
  std::string clean(trimmed(reference));
  std::erase_if(clean, [](char c) { return c == '\t' || c == '\n' || c == '\r'; });
  UrlParts target = split_url(clean);
  if (target.scheme) return clean;

  const UrlParts from = split_url(trimmed(base));
  // A base that can't be a hierarchy (mailto:, urn:, tag:) resolves nothing but fragments.
  if (!from.scheme || (!from.authority && !from.path.starts_with('/'))) return clean;

  target.scheme = from.scheme;
  if (target.authority) return join(target, remove_dot_segments(target.path));
  target.authority = from.authority;
  if (target.path.empty()) {
    if (!target.query) target.query = from.query;
    return join(target, from.path);
  }
  if (target.path.starts_with('/')) return join(target, remove_dot_segments(target.path));
  std::string merged;
  if (from.path.empty()) {
    merged = "/";
  } else {
    merged = from.path.substr(0, from.path.rfind('/') + 1);
  }
  merged += target.path;
  return join(target, remove_dot_segments(merged));
}

std::string host_of(std::string_view url) {
  const auto parts = split_url(trimmed(url));
  if (!parts.authority) return {};
  std::string_view host = *parts.authority;
  if (const auto at = host.rfind('@'); at != std::string_view::npos) host = host.substr(at + 1);
  if (host.starts_with('[')) {
    const auto close = host.find(']');
    return close == std::string_view::npos ? std::string() : lowered(host.substr(1, close - 1));
  }
  return lowered(host.substr(0, host.find(':')));
}

int port_of(std::string_view url) {
  const auto parts = split_url(trimmed(url));
  if (!parts.authority || !parts.scheme) return 0;
  std::string_view host = *parts.authority;
  if (const auto at = host.rfind('@'); at != std::string_view::npos) host = host.substr(at + 1);
  if (host.starts_with('[')) host = host.substr(std::min(host.size(), host.find(']')));
  if (const auto colon = host.find(':'); colon != std::string_view::npos && colon + 1 < host.size()) {
    int port = 0;
    const auto digits = host.substr(colon + 1);
    const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    return fault == std::errc{} && end == digits.data() + digits.size() && port > 0 && port < 65536 ? port
                                                                                                    : 0;
  }
  const auto scheme = lowered(*parts.scheme);
  return scheme == "http" ? 80 : scheme == "https" ? 443 : 0;
}

bool is_http_url(std::string_view url) {
  const auto parts = split_url(url);
  if (!parts.scheme) return false;
  const auto scheme = lowered(*parts.scheme);
  return (scheme == "http" || scheme == "https") && !host_of(url).empty();
}

bool is_dangerous_url(std::string_view url) {
  static constexpr std::array dangerous{"javascript", "vbscript", "livescript", "data",       "blob",
                                        "file",       "jar",      "mhtml",      "view-source"};
  std::string scheme;
  for (const char c : url) {
    if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7f) continue;
    if (c == ':') {
      if (scheme != "feed") return std::ranges::find(dangerous, scheme) != dangerous.end();
      scheme.clear();  // feed:javascript:… reaches what stands behind it
      continue;
    }
    if (c == '/' || c == '?' || c == '#' || scheme.size() > 32) return false;
    scheme += lower(c);
  }
  return false;
}

}  // namespace tributary
