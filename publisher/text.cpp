#include "publisher/text.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "model/url.hpp"

namespace tributary::publisher {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

struct Decoded {
  char32_t code = 0;
  std::size_t length = 0;  // bytes; 0: malformed
};

/// One character of UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing past U+10FFFF.
Decoded decode(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  std::size_t length = 0;
  char32_t code = 0;
  if (lead >= 0xC2 && lead <= 0xDF) {
    length = 2;
    code = lead & 0x1Fu;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    length = 3;
    code = lead & 0x0Fu;
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    length = 4;
    code = lead & 0x07u;
  } else {
    return {};
  }
  if (text.size() < length) return {};
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0u) != 0x80u) return {};
    code = (code << 6) | (byte(i) & 0x3Fu);
  }
  const bool overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
  if (overlong || (code >= 0xD800 && code <= 0xDFFF) || code > 0x10FFFF) return {};
  return {code, length};
}

bool allowed_in_xml(char32_t c) {
  return c == 0x9 || c == 0xA || c == 0xD || (c >= 0x20 && c <= 0xD7FF) || (c >= 0xE000 && c <= 0xFFFD) ||
         c >= 0x10000;
}

bool is_white_space(char32_t c) {
  return (c >= 0x9 && c <= 0xD) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F ||
         c == 0x3000;
}

/// How many bytes at the beginning are letters, digits and signs of ASCII: nearly all of most texts, and
/// nothing that has to be looked at one by one.
std::size_t plain_run(std::string_view text) {
  const auto end = std::ranges::find_if(text, [](char c) { return c <= 0x20 || c == 0x7F; });
  return static_cast<std::size_t>(end - text.begin());
}

/// Calls `take` with each character that may stand, and its bytes; with several at once where they are
/// letters, digits and signs of ASCII, and the first one's code.
template <typename Take>
void each_character(std::string_view text, Take take) {
  while (!text.empty()) {
    if (const std::size_t run = plain_run(text); run > 0) {
      take(static_cast<char32_t>(text.front()), text.substr(0, run));
      text.remove_prefix(run);
      continue;
    }
    const Decoded next = decode(text);
    if (next.length == 0) {
      take(char32_t{0xFFFD}, replacement);
      text.remove_prefix(1);
      while (!text.empty() && (static_cast<unsigned char>(text.front()) & 0xC0u) == 0x80u)
        text.remove_prefix(1);
      continue;
    }
    if (allowed_in_xml(next.code)) take(next.code, text.substr(0, next.length));
    text.remove_prefix(next.length);
  }
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
bool is_letter(char c) {
  return lower(c) >= 'a' && lower(c) <= 'z';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return static_cast<unsigned char>(c) <= 0x20; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

/// Percent-encodes what may not stand in an address, and leaves every other byte as it is.
std::string encoded(std::string_view url) {
  static constexpr std::string_view unfit = "\"<>\\^`{|}";
  static constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  out.reserve(url.size());
  const auto percent = [&](unsigned char byte) {
    out += '%';
    out += digits[byte >> 4];
    out += digits[byte & 15];
  };
  while (!url.empty()) {
    const Decoded next = decode(url);
    const std::size_t length = std::max<std::size_t>(next.length, 1);
    const bool unfit_here = next.length == 0 || next.code <= 0x20 || next.code == 0x7F ||
                            !allowed_in_xml(next.code) || is_white_space(next.code) ||
                            (next.code < 0x80 && unfit.contains(url.front()));
    for (std::size_t i = 0; i < length; ++i) {
      if (unfit_here) {
        percent(static_cast<unsigned char>(url[i]));
      } else {
        out += url[i];
      }
    }
    url.remove_prefix(length);
  }
  return out;
}

}  // namespace

std::string clean(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  each_character(text, [&](char32_t, std::string_view bytes) { out += bytes; });
  return out;
}

std::string one_line(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  bool gap = false;
  each_character(text, [&](char32_t c, std::string_view bytes) {
    if (is_white_space(c)) {
      gap = true;
      return;
    }
    if (gap && !out.empty()) out += ' ';
    gap = false;
    out += bytes;
  });
  return out;
}

std::string escape(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 16);
  for (std::size_t from = 0;;) {
    const std::size_t at = std::min(text.find_first_of("&<>\"'", from), text.size());
    out += text.substr(from, at - from);
    if (at == text.size()) return out;
    from = at + 1;
    switch (text[at]) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += "&#39;";
    }
  }
}

std::string web_address(std::string_view url) {
  const std::string_view bare = trimmed(url);
  if (is_dangerous_url(bare) || !is_http_url(bare)) return {};
  return encoded(bare);
}

std::string public_address(std::string_view url) {
  std::string address = web_address(url);
  const UrlParts parts = split_url(address);
  if (!parts.authority) return address;
  const auto at = parts.authority->rfind('@');
  if (at == std::string_view::npos) return address;
  const auto start = static_cast<std::size_t>(parts.authority->data() - address.data());
  address.erase(start, at + 1);
  return address;
}

std::string identifier(std::string_view iri) {
  const std::string_view bare = trimmed(iri);
  const UrlParts parts = split_url(bare);
  if (!parts.scheme || parts.scheme->size() + 1 >= bare.size() || is_dangerous_url(bare)) return {};
  return encoded(bare);
}

std::string media_type(std::string_view type) {
  std::string out(one_line(type));
  const auto end = std::min(out.find(';'), out.size());
  const auto slash = out.find('/');
  if (slash == std::string::npos || slash == 0 || slash + 1 >= end) return {};
  for (std::size_t i = 0; i < end; ++i) {
    static constexpr std::string_view others = "!#$&-^_.+";
    if (i == slash) continue;
    if (!is_letter(out[i]) && !is_digit(out[i]) && !others.contains(out[i])) return {};
    out[i] = lower(out[i]);
  }
  return out;
}

std::string language_tag(std::string_view tag) {
  std::string out(trimmed(tag));
  std::size_t length = 0;
  bool first = true;
  for (const char c : out) {
    if (c == '-') {
      if (length == 0) return {};
      length = 0;
      first = false;
      continue;
    }
    if (!is_letter(c) && (first || !is_digit(c))) return {};
    if (++length > 8) return {};
  }
  return length == 0 ? std::string() : out;
}

std::string email_address(std::string_view text) {
  std::string out = one_line(text);
  const auto at = out.find('@');
  if (at == std::string::npos || at == 0 || at + 1 == out.size() || out.contains(' ')) return {};
  return out;
}

std::string slug_of(std::string_view name) {
  std::string out;
  bool gap = false;
  for (const char c : name) {
    if (!is_letter(c) && !is_digit(c)) {
      gap = true;
      continue;
    }
    if (gap && !out.empty()) out += '-';
    gap = false;
    out += lower(c);
  }
  return out;
}

}  // namespace tributary::publisher
