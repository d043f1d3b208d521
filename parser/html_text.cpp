#include "parser/html_text.hpp"

#include <algorithm>

#include "parser/html_elements.hpp"
#include "parser/html_references.hpp"
#include "parser/parser.hpp"

namespace tributary::parser {
namespace {

constexpr bool is_blank(char c) {
  return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f';
}
constexpr bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
constexpr bool is_name(char c) {
  return is_letter(c) || (c >= '0' && c <= '9');
}

/// Appends text with white space folded; `out` never starts with a blank and never has two in a row.
void append_folded(std::string_view text, std::string& out) {
  for (const char c : text) {
    if (!is_blank(c)) {
      out += c;
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
}

}  // namespace

std::string plain_text(const SafeHtml& html) {
  // The sanitiser's output needs no parser: a '<' is a tag, and a tag ends at the next '>'.
  std::string out;
  std::string_view rest = html.view();
  while (!rest.empty()) {
    const auto less = rest.find('<');
    const auto text = rest.substr(0, less);
    if (text.find('&') == std::string_view::npos) {
      append_folded(text, out);
    } else {
      append_folded(html::decode_in_text(text), out);
    }
    if (less == std::string_view::npos) break;
    rest.remove_prefix(less + 1);
    if (rest.starts_with('/')) rest.remove_prefix(1);
    std::size_t end = 0;
    while (end < rest.size() && is_name(rest[end])) ++end;
    const auto tag = html::tag_of(rest.substr(0, end));
    if (html::traits(tag).is(html::is_block) || tag == html::Tag::br) append_folded(" ", out);
    rest.remove_prefix(std::min(rest.size(), rest.find('>') + 1));
  }
  while (out.ends_with(' ')) out.pop_back();
  return out;
}

std::string plain_text(const Text& text) {
  if (text.type != Text::Type::text) return plain_text(text.html);
  std::string out;
  append_folded(text.plain, out);
  while (out.ends_with(' ')) out.pop_back();
  return out;
}

std::string decode_references(std::string_view text) {
  return html::decode_in_text(text);
}

bool has_markup(std::string_view text) {
  const auto last_end = text.rfind('>');
  if (last_end == std::string_view::npos) return html::has_reference(text);
  for (auto at = text.find('<'); at < last_end; at = text.find('<', at + 1)) {
    auto rest = text.substr(at + 1);
    const bool closing = rest.starts_with('/');
    if (closing) rest.remove_prefix(1);
    std::size_t end = 0;
    while (end < rest.size() && is_name(rest[end])) ++end;
    const auto name = rest.substr(0, end);
    if (end == 0 || end == rest.size() || !html::is_html_element(name)) continue;
    if (rest[end] != '>' && rest[end] != '/' && !is_blank(rest[end])) continue;
    // A bare tag that nothing closes is one that the text speaks of ("Using <a> tags").
    if (closing || rest[end] != '>' || html::traits(html::tag_of(name)).is(html::is_void)) return true;
  }
  return html::has_reference(text);
}

}  // namespace tributary::parser
