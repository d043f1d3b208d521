#include "parser/html_references.hpp"

#include <algorithm>
#include <cstdint>

#include "parser/html_characters.hpp"
#include "parser/html_names.hpp"

namespace tributary::parser::html {
namespace {

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
constexpr bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// `source` starts with "&#". Returns how much of it was used up: 0 when it is no reference.
std::size_t numeric(std::string_view source, std::string& out) {
  const bool hex = source.size() > 2 && (source[2] == 'x' || source[2] == 'X');
  std::size_t at = hex ? 3 : 2;
  const std::size_t first = at;
  std::uint32_t number = 0;
  for (; at < source.size() && (hex ? is_hex(source[at]) : is_digit(source[at])); ++at) {
    const char c = source[at];
    const auto digit = static_cast<std::uint32_t>(is_digit(c) ? c - '0' : (c | 0x20) - 'a' + 10);
    if (number < 0x110000) number = number * (hex ? 16 : 10) + digit;
  }
  if (at == first) return 0;
  if (at < source.size() && source[at] == ';') ++at;
  append_utf8(number == 0 ? 0xFFFD : from_windows_1252(number), out);
  return at;
}

constexpr std::size_t longest_run = longest_name + 1;  // with the '&'

/// What `run`, "&name" or "&name;", stands for: in text a name without ';' may be followed by letters that
/// are not of it (section 13.2.5.73).
void named(std::string_view run, bool in_attribute, std::string& out) {
  const std::string_view name = run.substr(1);
  std::size_t used = name.size();
  std::string_view letters = letters_of(name);
  if (letters.empty() && !in_attribute) {
    for (used = std::min(name.size(), longest_name_without); used > 1; --used) {
      letters = letters_of(name.substr(0, used));
      if (!letters.empty()) break;
    }
  }
  if (letters.empty()) {
    out += run;
  } else {
    out.append(letters).append(name.substr(used));
  }
}

/// Whether something that may be a reference starts at the '&'.
bool begins(std::string_view source, std::size_t at) {
  const char c = at + 1 < source.size() ? source[at + 1] : ' ';
  return c == '#' || is_letter(c) || is_digit(c);
}

void decode(std::string_view source, bool in_attribute, std::string& out) {
  while (!source.empty()) {
    auto ampersand = source.find('&');
    while (ampersand != std::string_view::npos && !begins(source, ampersand))
      ampersand = source.find('&', ampersand + 1);
    out += source.substr(0, ampersand);
    if (ampersand == std::string_view::npos) return;
    source.remove_prefix(ampersand);
    if (source.size() > 1 && source[1] == '#') {
      const auto length = numeric(source, out);
      if (length == 0) out += '&';
      source.remove_prefix(length == 0 ? 1 : length);
      continue;
    }
    std::size_t end = 1;
    while (end < source.size() && end < longest_run && (is_letter(source[end]) || is_digit(source[end])))
      ++end;
    if (end < source.size() && (source[end] == ';' || (in_attribute && source[end] == '='))) ++end;
    named(source.substr(0, end), in_attribute, out);
    source.remove_prefix(end);
  }
}

}  // namespace

void decode_in_text(std::string_view text, std::string& out) {
  decode(text, false, out);
}

std::string decode_in_text(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  decode(text, false, out);
  return out;
}

std::string decode_in_attribute(std::string_view value) {
  std::string out;
  out.reserve(value.size());
  decode(value, true, out);
  return out;
}

bool has_reference(std::string_view text) {
  for (auto at = text.find('&'); at != std::string_view::npos; at = text.find('&', at + 1)) {
    if (!begins(text, at)) continue;
    const auto semicolon = text.substr(at, longest_run).find(';');
    if (semicolon == std::string_view::npos || semicolon < 2) continue;
    const auto run = text.substr(at, semicolon + 1);
    std::string ignored;
    if (run[1] == '#' ? numeric(run, ignored) == run.size() : !letters_of(run.substr(1)).empty()) return true;
  }
  return false;
}

}  // namespace tributary::parser::html
