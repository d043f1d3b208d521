#include <algorithm>
#include <utility>

#include "parser/text_construct.hpp"
#include "parser/utf8.hpp"

namespace tributary::parser {
namespace {

unsigned char byte(char c) {
  return static_cast<unsigned char>(c);
}

/// The text as ISO-8859-1 bytes; empty when it has no letter above ASCII, or one that ISO-8859-1 lacks.
std::string as_latin1(std::string_view text) {
  std::string bytes;
  bool any = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const unsigned char c = byte(text[i]);
    if (c < 0x80) {
      bytes += text[i];
    } else if ((c == 0xC2 || c == 0xC3) && i + 1 < text.size()) {
      bytes += static_cast<char>(((c & 0x03U) << 6U) | (byte(text[++i]) & 0x3FU));
      any = true;
    } else {
      return {};
    }
  }
  return any ? bytes : std::string();
}

std::string with_windows_letters(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (byte(text[i]) == 0xC2 && i + 1 < text.size() && byte(text[i + 1]) < 0xA0) {
      append_utf8(out, windows_1252(byte(text[++i])));
    } else {
      out += text[i];
    }
  }
  return out;
}

bool has_control_letters(std::string_view text) {
  for (auto at = text.find('\xC2'); at != std::string_view::npos; at = text.find('\xC2', at + 1)) {
    if (at + 1 < text.size() && byte(text[at + 1]) < 0xA0) return true;
  }
  return false;
}

/// A cheap look before the costly one: UTF-8 seen as ISO-8859-1 always has a lead byte's letter
/// (U+00C2..U+00F4) followed by a continuation byte's (U+0080..U+00BF).
bool may_be_twice_encoded(std::string_view text) {
  for (auto at = text.find('\xC3'); at != std::string_view::npos; at = text.find('\xC3', at + 1)) {
    if (at + 3 < text.size() && byte(text[at + 1]) >= 0x82 && byte(text[at + 2]) == 0xC2) return true;
  }
  return false;
}

}  // namespace

std::string_view repaired(std::string_view text, std::string& scratch) {
  const std::string_view rest = text.substr(std::min(text.size(), find_above_ascii(text)));
  if (rest.empty()) return text;
  if (may_be_twice_encoded(rest)) {
    std::string bytes = as_latin1(text);
    if (!bytes.empty() && is_utf8(bytes)) return scratch = std::move(bytes);
  }
  if (has_control_letters(rest)) return scratch = with_windows_letters(text);
  return text;
}

std::string repaired(std::string_view text) {
  std::string scratch;
  return std::string(repaired(text, scratch));
}

}  // namespace tributary::parser
