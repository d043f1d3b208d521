#include "parser/html_urls.hpp"

#include <algorithm>
#include <array>

#include "model/url.hpp"

namespace tributary::parser {
namespace {

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

}  // namespace

std::optional<std::string> safe_url(std::string_view value, std::string_view base) {
  static constexpr std::array<std::string_view, 6> schemes{"http", "https", "mailto", "ftp", "tel", "magnet"};
  std::string url = resolve_url(base, value);
  std::erase_if(url, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
  if (is_dangerous_url(url)) return std::nullopt;
  const auto colon = url.find_first_of(":/?#");
  if (colon == std::string::npos || url[colon] != ':') return url;  // relative, and no base was known
  std::string scheme = url.substr(0, colon);
  std::ranges::transform(scheme, scheme.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
  if (std::ranges::find(schemes, scheme) == schemes.end()) return std::nullopt;
  return url;
}

std::string safe_srcset(std::string_view value, std::string_view base) {
  std::string out;
  std::size_t at = 0;
  while (at < value.size()) {
    while (at < value.size() && (is_space(value[at]) || value[at] == ',')) ++at;
    std::size_t end = at;
    while (end < value.size() && !is_space(value[end])) ++end;
    std::string_view url = value.substr(at, end - at);
    at = end;
    std::string_view descriptor;
    if (url.ends_with(',')) {
      while (url.ends_with(',')) url.remove_suffix(1);
    } else {
      int open = 0;
      while (end < value.size() && (open > 0 || value[end] != ',')) {
        if (value[end] == '(') ++open;
        if (value[end] == ')') --open;
        ++end;
      }
      descriptor = value.substr(at, end - at);
      while (!descriptor.empty() && is_space(descriptor.front())) descriptor.remove_prefix(1);
      while (!descriptor.empty() && is_space(descriptor.back())) descriptor.remove_suffix(1);
      at = end;
    }
    if (url.empty()) continue;
    const auto safe = safe_url(url, base);
    // A space or a comma at an end would be read as the end of the URL.
    if (!safe || safe->empty() || safe->find(' ') != std::string::npos || safe->ends_with(',')) continue;
    if (!out.empty()) out += ", ";
    out += *safe;
    if (!descriptor.empty()) out.append(" ").append(descriptor);
  }
  return out;
}

}  // namespace tributary::parser
