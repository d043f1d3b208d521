#include "parser/entities.hpp"

#include <algorithm>
#include <array>

#include "parser/ascii.hpp"
#include "parser/utf8.hpp"

namespace tributary::parser {
namespace {

bool is_name_letter(char c) {
  return is_alpha(c) || is_digit(c) || c == '_' || c == '-' || c == '.' || c == ':' ||
         static_cast<unsigned char>(c) >= 0x80;
}

std::string_view skip_space(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  return text;
}

std::string_view take_name(std::string_view& text) {
  const auto end = std::ranges::find_if_not(text, is_name_letter);
  const std::string_view name(text.data(), static_cast<std::size_t>(end - text.begin()));
  text.remove_prefix(name.size());
  return name;
}

std::optional<std::string_view> take_quoted(std::string_view& text) {
  if (text.empty() || (text.front() != '"' && text.front() != '\'')) return std::nullopt;
  const auto end = text.find(text.front(), 1);
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view inside = text.substr(1, end - 1);
  text.remove_prefix(end + 1);
  return inside;
}

/// Character references in an entity's value are expanded when it is declared (XML 1.0 section 4.5); others
/// stay.
std::string literal_value(std::string_view sent) {
  std::string value;
  for (std::size_t at = 0; at < sent.size();) {
    const Reference reference = sent[at] == '&' ? reference_at(sent, at) : Reference{};
    if (reference.kind == Reference::Kind::character) {
      append_utf8(value, reference.code);
      at += reference.length;
    } else {
      value += sent[at++];
    }
  }
  return value;
}

/// One "<!ENTITY name "value">" after its keyword.
void take_entity(std::string_view rest, Doctype& doctype) {
  rest = skip_space(rest);
  if (rest.starts_with('%')) return;
  const std::string_view name = take_name(rest);
  // HTML's whole set has 2,231 names.
  constexpr std::size_t most = 4096;
  if (name.empty() || doctype.entities.size() >= most) return;
  rest = skip_space(rest);
  const auto value = take_quoted(rest);
  // The first declaration is binding (XML 1.0 section 4.2).
  doctype.entities.try_emplace(std::string(name), value ? literal_value(*value) : std::string());
}

/// The end of a markup declaration inside the subset: quotes hide '>'.
std::size_t declaration_end(std::string_view text, std::size_t at) {
  char quote = '\0';
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (quote != '\0') {
      if (c == quote) quote = '\0';
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '>') {
      return at + 1;
    }
  }
  return text.size();
}

std::size_t read_subset(std::string_view text, std::size_t at, Doctype& doctype) {
  while (at < text.size() && text[at] != ']') {
    if (text.substr(at).starts_with("<!--")) {
      const auto end = text.find("-->", at + 4);
      at = end == std::string_view::npos ? text.size() : end + 3;
    } else if (text.substr(at).starts_with("<?")) {
      const auto end = text.find("?>", at + 2);
      at = end == std::string_view::npos ? text.size() : end + 2;
    } else if (text[at] == '<' && at + 1 < text.size() && is_alpha(text[at + 1])) {
      return at;  // an element: the end of the declaration was forgotten
    } else if (text[at] == '<') {
      const std::size_t end = declaration_end(text, at);
      if (text.substr(at).starts_with("<!ENTITY")) take_entity(text.substr(at + 8, end - at - 8), doctype);
      at = end;
    } else {
      ++at;
    }
  }
  return at;
}

}  // namespace

Doctype read_doctype(std::string_view text, std::size_t start) {
  Doctype doctype;
  std::size_t at = start + 9;
  char quote = '\0';
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (quote != '\0') {
      if (c == quote) quote = '\0';
    } else if (c == '"' || c == '\'') {
      quote = c;
      doctype.has_external = true;
    } else if (c == '[') {
      at = read_subset(text, at + 1, doctype);
      if (at == text.size()) break;
      if (text[at] == '<') {
        doctype.end = at;
        return doctype;
      }
    } else if (c == '>') {
      ++at;
      doctype.is_closed = true;
      break;
    }
  }
  // A quotation mark or a list without end would take the whole document with it.
  if (!doctype.is_closed) at = text.find('>', start) + 1;
  if (at == 0) at = text.size();
  doctype.end = std::min(at, text.size());
  return doctype;
}

Reference reference_at(std::string_view text, std::size_t at) {
  constexpr std::size_t longest = 64;  // HTML's longest name has 31 letters
  if (at + 1 >= text.size() || (text[at + 1] != '#' && !is_name_letter(text[at + 1]))) return {};
  const std::string_view rest = text.substr(at + 1, longest);
  const auto semicolon = rest.find(';');
  if (semicolon == std::string_view::npos || semicolon == 0) return {};
  std::string_view inside = rest.substr(0, semicolon);
  Reference reference{.length = semicolon + 2};
  if (inside.front() != '#') {
    if (is_digit(inside.front()) || inside.front() == '-' || inside.front() == '.') return {};
    if (!std::ranges::all_of(inside, is_name_letter)) return {};
    reference.kind = Reference::Kind::named;
    reference.name = inside;
    return reference;
  }
  inside.remove_prefix(1);
  const bool hex = inside.starts_with('x') || inside.starts_with('X');
  // "&#X41;" is HTML's, XML knows the small x alone.
  if (inside.starts_with('X')) reference.legal = false;
  if (hex) inside.remove_prefix(1);
  if (inside.empty()) return {};
  for (const char c : inside) {
    const char small = lower(c);
    const bool letter = hex && small >= 'a' && small <= 'f';
    if (!is_digit(c) && !letter) return {};
    const std::uint32_t digit =
        letter ? static_cast<std::uint32_t>(small - 'a' + 10) : static_cast<std::uint32_t>(c - '0');
    if (reference.code <= 0x10FFFF) reference.code = reference.code * (hex ? 16 : 10) + digit;
  }
  reference.kind = Reference::Kind::character;
  if (!is_xml_character(reference.code)) {
    reference.legal = false;
    reference.code = 0xFFFD;
  }
  return reference;
}

bool is_xml_entity(std::string_view name) {
  return name == "amp" || name == "lt" || name == "gt" || name == "quot" || name == "apos";
}

bool is_xml_character(std::uint32_t code) {
  return code == 0x9 || code == 0xA || code == 0xD || (code >= 0x20 && code <= 0xD7FF) ||
         (code >= 0xE000 && code <= 0xFFFD) || (code >= 0x10000 && code <= 0x10FFFF);
}

}  // namespace tributary::parser
