#include "parser/html_text.hpp"

#include <algorithm>
#include <array>

#include "parser/html_tree.hpp"

namespace tributary::parser {
namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_alphanumeric(char c) {
  return is_letter(c) || (c >= '0' && c <= '9');
}

/// Inline elements join what stands beside them; every other tag parts it.
bool is_inline(std::string_view name) {
  static constexpr std::array names{
      "a",    "abbr",   "acronym", "b",   "bdi", "bdo",  "big",  "cite", "code", "data", "del",
      "dfn",  "em",     "font",    "i",   "ins", "kbd",  "mark", "q",    "s",    "samp", "small",
      "span", "strike", "strong",  "sub", "sup", "time", "tt",   "u",    "var",  "wbr",  "ruby"};
  return std::ranges::find(names, name) != names.end();
}

/// Length of what looks like a reference at `at` ("&amp;", "&#38;", "&#x26;"), 0 when nothing does.
std::size_t reference_length(std::string_view text, std::size_t at) {
  std::size_t i = at + 1;
  if (i < text.size() && text[i] == '#') {
    ++i;
    const bool hex = i < text.size() && (text[i] == 'x' || text[i] == 'X');
    if (hex) ++i;
    const std::size_t digits = i;
    while (i < text.size() && ((text[i] >= '0' && text[i] <= '9') ||
                               (hex && ((text[i] | 0x20) >= 'a' && (text[i] | 0x20) <= 'f')))) {
      ++i;
    }
    if (i == digits) return 0;
    return (i < text.size() && text[i] == ';' ? i + 1 : i) - at;
  }
  const std::size_t name = i;
  while (i < text.size() && is_alphanumeric(text[i]) && i - name < 40) ++i;
  if (i == name || !is_letter(text[name]) || i >= text.size() || text[i] != ';') return 0;
  return i + 1 - at;
}

void collect_text(const GumboNode* node, std::string& out) {
  // The input held no '<', so the tree has one level.
  const GumboVector& children = children_of(*node);
  for (unsigned i = 0; i < children.length; ++i) {
    const auto* child = static_cast<const GumboNode*>(children.data[i]);
    if (child->type == GUMBO_NODE_TEXT || child->type == GUMBO_NODE_WHITESPACE) out += child->v.text.text;
  }
}

}  // namespace

std::string plain_text(const SafeHtml& safe) {
  const std::string_view html = safe.view();
  std::string out;
  out.reserve(html.size());
  bool space = false;
  const auto put = [&](std::string_view piece) {
    if (space && !out.empty()) out += ' ';
    space = false;
    out += piece;
  };
  for (std::size_t i = 0; i < html.size();) {
    const char c = html[i];
    if (c == '<') {
      const std::size_t close = std::min(html.find('>', i), html.size() - 1);
      std::size_t name = i + (html[i + 1] == '/' ? 2 : 1);
      std::size_t end = name;
      while (end < close && is_alphanumeric(html[end])) ++end;
      if (!is_inline(html.substr(name, end - name))) space = true;
      i = close + 1;
    } else if (c == '&') {
      // The sanitiser writes these four references and no other.
      static constexpr std::array<std::pair<std::string_view, std::string_view>, 4> references{
          {{"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}}};
      const auto known = std::ranges::find_if(
          references, [&](const auto& r) { return html.substr(i).starts_with(r.first); });
      put(known == references.end() ? "&" : known->second);
      i += known == references.end() ? 1 : known->first.size();
    } else if (c == ' ' || c == '\n' || c == '\t' || c == '\r') {
      space = true;
      ++i;
    } else {
      put(html.substr(i, 1));
      ++i;
    }
  }
  return out;
}

std::string decode_references(std::string_view text) {
  if (text.find('&') == std::string_view::npos) return std::string(text);
  std::string escaped;
  escaped.reserve(text.size() + 16);
  for (const char c : text) {
    if (c == '<') {
      escaped += "&lt;";
    } else if (c != '\0') {
      escaped += c;
    }
  }
  const HtmlTree tree(escaped, HtmlTree::Kind::fragment);
  std::string out;
  collect_text(tree.root(), out);
  return out;
}

bool has_markup(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '<' && i + 1 < text.size()) {
      const char next = text[i + 1];
      const bool begins =
          is_letter(next) || next == '!' || (next == '/' && i + 2 < text.size() && is_letter(text[i + 2]));
      if (begins && text.find('>', i) != std::string_view::npos) return true;
    } else if (text[i] == '&') {
      const std::size_t length = reference_length(text, i);
      if (length > 0 &&
          (text[i + 1] == '#' || decode_references(text.substr(i, length)) != text.substr(i, length)))
        return true;
    }
  }
  return false;
}

}  // namespace tributary::parser
