#include "parser/soundness.hpp"

#include <cstddef>

#include "parser/ascii.hpp"
#include "parser/entities.hpp"

namespace tributary::parser {
namespace {

constexpr auto npos = std::string_view::npos;
constexpr std::size_t block = 64;

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t' && c != '\r';
}

/// Block by block without a branch inside, so that the compiler can do a block in a few instructions.
bool has_controls(std::string_view text) {
  std::size_t at = 0;
  for (; at + block <= text.size(); at += block) {
    unsigned found = 0;
    for (std::size_t i = 0; i < block; ++i) {
      const auto c = static_cast<unsigned char>(text[at + i]);
      found |= static_cast<unsigned>(c < 0x20) & static_cast<unsigned>(c != '\n') &
               static_cast<unsigned>(c != '\t') & static_cast<unsigned>(c != '\r');
    }
    if (found != 0) return true;
  }
  for (; at < text.size(); ++at) {
    if (is_control(text[at])) return true;
  }
  return false;
}

/// U+FFFE and U+FFFF.
bool has_noncharacters(std::string_view text) {
  for (auto at = find_in(text, "\xEF\xBF"); at != npos; at = find_in(text, "\xEF\xBF", at + 2)) {
    if (at + 2 < text.size() && static_cast<unsigned char>(text[at + 2]) >= 0xBE) return true;
  }
  return false;
}

bool references_are_sound(std::string_view text) {
  for (auto at = text.find('&'); at != npos; at = text.find('&', at + 1)) {
    const Reference reference = reference_at(text, at);
    if (reference.kind == Reference::Kind::none || !reference.legal) return false;
    if (reference.kind == Reference::Kind::named && !is_xml_entity(reference.name)) return false;
  }
  return true;
}

bool stands_alone(std::string_view text) {
  if (text.empty() || text.front() != '<') return false;
  return trimmed(text).ends_with('>');
}

}  // namespace

bool is_sound(std::string_view text) {
  if (!stands_alone(text) || has_controls(text) || has_noncharacters(text)) return false;
  std::size_t at = 0;
  while (at < text.size()) {
    // "<!" opens what may hold any "&": comments, CDATA sections, the document type.
    const std::size_t special = find_in(text, "<!", at);
    const std::string_view plain = text.substr(at, special == npos ? npos : special - at);
    if (!references_are_sound(plain) || find_in(plain, "]]>") != npos) return false;
    if (special == npos) return true;
    const std::string_view rest = text.substr(special);
    std::size_t end = npos;
    if (rest.starts_with("<![CDATA[")) {
      end = find_in(text, "]]>", special + 9);
      if (end == npos) return false;
      at = end + 3;
    } else if (rest.starts_with("<!--")) {
      end = find_in(text, "--", special + 4);
      if (end == npos || end + 2 >= text.size() || text[end + 2] != '>') return false;
      at = end + 3;
    } else if (rest.starts_with("<!DOCTYPE")) {
      at = read_doctype(text, special).end;
    } else {
      return false;
    }
  }
  return true;
}

}  // namespace tributary::parser
