#include "publisher/plain.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

#include "publisher/text.hpp"

namespace tributary::publisher {
namespace {

// Elements inside a line: their tags part no words. Every other element does.
constexpr std::array inline_elements{
    "a",     "abbr", "acronym", "b",      "bdi", "bdo",  "big",  "cite", "code", "data", "del", "dfn",
    "em",    "font", "i",       "ins",    "kbd", "mark", "q",    "rp",   "rt",   "ruby", "s",   "samp",
    "small", "span", "strike",  "strong", "sub", "sup",  "time", "tt",   "u",    "var",  "wbr"};

void append_utf8(std::string& out, std::uint32_t code) {
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | (code >> 6));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0 | (code >> 12));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | (code >> 18));
    out += static_cast<char>(0x80 | ((code >> 12) & 0x3F));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  }
}

std::optional<std::uint32_t> reference(std::string_view name) {
  if (name == "amp") return '&';
  if (name == "lt") return '<';
  if (name == "gt") return '>';
  if (name == "quot") return '"';
  if (name == "apos") return '\'';
  if (name == "nbsp") return 0xA0;
  if (!name.starts_with('#')) return std::nullopt;
  name.remove_prefix(1);
  int base = 10;
  if (name.starts_with('x') || name.starts_with('X')) {
    name.remove_prefix(1);
    base = 16;
  }
  std::uint32_t code = 0;
  const auto [end, fault] = std::from_chars(name.data(), name.data() + name.size(), code, base);
  if (fault != std::errc{} || end != name.data() + name.size() || code == 0 || code > 0x10FFFF)
    return std::nullopt;
  return code;
}

/// Where the tag that opens at `start` ends: past its '>', which quotes may hide.
std::size_t end_of_tag(std::string_view html, std::size_t start) {
  char quote = 0;
  for (std::size_t i = start; i < html.size(); ++i) {
    const char c = html[i];
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '>') {
      return i + 1;
    }
  }
  return html.size();
}

bool parts_words(std::string_view tag) {
  tag.remove_prefix(tag.starts_with("</") ? 2 : 1);
  std::string name;
  for (const char c : tag) {
    if (c == '>' || c == '/' || static_cast<unsigned char>(c) <= 0x20) break;
    name += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return std::ranges::find(inline_elements, name) == inline_elements.end();
}

}  // namespace

std::string plain_text(const SafeHtml& fragment) {
  const std::string_view html = fragment.view();
  std::string out;
  out.reserve(html.size());
  for (std::size_t i = 0; i < html.size();) {
    if (html[i] == '<') {
      const std::size_t end = end_of_tag(html, i + 1);
      if (parts_words(html.substr(i, end - i))) out += ' ';
      i = end;
    } else if (html[i] == '&') {
      const auto semicolon = html.substr(0, std::min(html.size(), i + 12)).find(';', i);
      const auto code = semicolon == std::string_view::npos
                            ? std::nullopt
                            : reference(html.substr(i + 1, semicolon - i - 1));
      if (code) {
        append_utf8(out, *code);
        i = semicolon + 1;
      } else {
        out += html[i++];
      }
    } else {
      out += html[i++];
    }
  }
  return one_line(out);
}

std::string plain_text(const Text& text) {
  return text.type == Text::Type::text ? one_line(text.plain) : plain_text(text.html);
}

std::string html_of(const Text& text) {
  if (text.type != Text::Type::text) return clean(text.html.view());
  if (text.plain.empty()) return {};
  // Empty lines part paragraphs in plain text; a single line end is only where a line was full.
  std::string out;
  std::string paragraph;
  const auto flush = [&] {
    if (const std::string words = one_line(paragraph); !words.empty()) out += "<p>" + escape(words) + "</p>";
    paragraph.clear();
  };
  std::string_view rest = text.plain;
  while (!rest.empty()) {
    const auto end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    if (one_line(line).empty()) flush();
    paragraph.append(line).append("\n");
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  flush();
  return out;
}

}  // namespace tributary::publisher
