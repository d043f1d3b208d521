#include "parser/html_references.hpp"

#include <cstdint>
#include <unordered_map>

#include "parser/html_characters.hpp"
#include "parser/html_gumbo.hpp"

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

/// The names that feeds are full of; all others are the HTML5 parser's to know.
std::string_view common_name(std::string_view name) {
  if (name == "&amp;") return "&";
  if (name == "&lt;") return "<";
  if (name == "&gt;") return ">";
  if (name == "&quot;") return "\"";
  if (name == "&nbsp;") return "\xC2\xA0";
  return {};
}

constexpr std::size_t longest_run = 40;  // the longest name has 31 letters
constexpr std::size_t cached_runs = 4096;

/// What the HTML5 parser makes of "&name" or "&name;" (which may be no reference at all, or one with letters
/// after it). Feeds use few names and use them often, so answers are kept.
std::string_view named(std::string_view run, bool in_attribute) {
  if (const auto common = common_name(run); !common.empty()) return common;
  thread_local std::unordered_map<std::string, std::string> known;
  std::string key(run);
  if (in_attribute) key += '"';
  auto found = known.find(key);
  if (found == known.end()) {
    if (known.size() >= cached_runs) known.clear();
    auto text = in_attribute ? gumbo_attribute_value(run) : gumbo_text(run);
    found = known.emplace(std::move(key), std::move(text)).first;
  }
  return found->second;
}

void decode(std::string_view source, bool in_attribute, std::string& out) {
  while (!source.empty()) {
    const auto ampersand = source.find('&');
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
    if (end == 1) {
      out += '&';
      source.remove_prefix(1);
      continue;
    }
    if (end < source.size() && (source[end] == ';' || (in_attribute && source[end] == '='))) ++end;
    out += named(source.substr(0, end), in_attribute);
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
    const auto semicolon = text.substr(at, longest_run).find(';');
    if (semicolon == std::string_view::npos || semicolon < 2) continue;
    const auto run = text.substr(at, semicolon + 1);
    if (run[1] == '#') {
      std::string ignored;
      if (numeric(run, ignored) == run.size()) return true;
      continue;
    }
    bool is_name = true;
    for (const char c : run.substr(1, run.size() - 2)) is_name = is_name && (is_letter(c) || is_digit(c));
    // What is no name comes back as it was; of "&notit;" the end does.
    if (is_name && (!named(run, false).ends_with(';') || run == "&semi;")) return true;
  }
  return false;
}

}  // namespace tributary::parser::html
