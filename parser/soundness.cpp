#include "parser/soundness.hpp"

#include <array>
#include <cstddef>
#include <cstring>

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
    unsigned char found = 0;
    for (std::size_t i = 0; i < block; ++i) {
      const auto c = static_cast<unsigned char>(text[at + i]);
      found |= static_cast<unsigned char>(
          static_cast<unsigned char>(c < 0x20) & static_cast<unsigned char>(c != '\n') &
          static_cast<unsigned char>(c != '\t') & static_cast<unsigned char>(c != '\r'));
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

constexpr bool is_name_letter(char c) {
  return is_alpha(c) || is_digit(c) || c == '_' || c == ':' || c == '-' || c == '.' ||
         static_cast<unsigned char>(c) >= 0x80;
}

/// What pugixml is too lenient to notice in tags: attributes that stand twice or side by side without a
/// blank,
/// "<" in their values, text outside the root, a declaration inside the document.
class Tags {
 public:
  /// The stretch of the document between comments, CDATA sections and the document type.
  bool are_sound(std::string_view text, std::size_t from, std::size_t to) {
    std::size_t at = from;
    while (at < to) {
      const void* found = std::memchr(text.data() + at, '<', to - at);
      const std::size_t less =
          found == nullptr ? to : static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
      if (depth_ == 0 && !trimmed(text.substr(at, less - at)).empty()) return false;
      if (less == to) return true;
      at = tag(text.substr(0, to), less);
      if (at == npos) return false;
    }
    return true;
  }
  [[nodiscard]] bool is_outside_root() const { return depth_ == 0; }

 private:
  /// The offset behind the tag or instruction at `less`; npos when it is not sound.
  std::size_t tag(std::string_view text, std::size_t less) {
    std::size_t at = less + 1;
    if (at == text.size()) return npos;
    if (text[at] == '?') return instruction(text, less);
    const bool is_end = text[at] == '/';
    if (is_end) ++at;
    const std::size_t name = at;
    while (at < text.size() && is_name_letter(text[at])) ++at;
    if (at == name || at == text.size()) return npos;
    if (is_end) {
      if (depth_-- == 0) return npos;
      while (at < text.size() && is_space(text[at])) ++at;
      return at < text.size() && text[at] == '>' ? at + 1 : npos;
    }
    ++depth_;
    return text[at] == '>' ? at + 1 : attributes(text, at);
  }

  static std::size_t instruction(std::string_view text, std::size_t less) {
    const std::size_t end = find_in(text, "?>", less);
    const bool declares = text.substr(less).starts_with("<?xml") && is_space(text[less + 5]);
    return end == npos || (declares && less > 0) ? npos : end + 2;
  }

  std::size_t attributes(std::string_view text, std::size_t at) {
    std::array<std::string_view, 32> names;  // more are the repair's to limit
    std::size_t count = 0;
    while (true) {
      const std::size_t gap = at;
      while (at < text.size() && is_space(text[at])) ++at;
      if (at == text.size()) return npos;
      if (text[at] == '>') return at + 1;
      if (text[at] == '/') {
        --depth_;
        return at + 1 < text.size() && text[at + 1] == '>' ? at + 2 : npos;
      }
      const std::size_t start = at;
      while (at < text.size() && is_name_letter(text[at])) ++at;
      if (start == gap || at == start || count == names.size()) return npos;
      const std::string_view name = text.substr(start, at - start);
      for (std::size_t i = 0; i < count; ++i) {
        if (names[i] == name) return npos;
      }
      names[count++] = name;
      while (at < text.size() && is_space(text[at])) ++at;
      if (at == text.size() || text[at] != '=') return npos;
      ++at;
      while (at < text.size() && is_space(text[at])) ++at;
      if (at == text.size() || (text[at] != '"' && text[at] != '\'')) return npos;
      const std::size_t close = text.find(text[at], at + 1);
      if (close == npos || text.substr(at, close - at).find('<') != npos) return npos;
      at = close + 1;
    }
  }

  std::size_t depth_ = 0;
};

bool stands_alone(std::string_view text) {
  if (text.empty() || text.front() != '<') return false;
  return trimmed(text).ends_with('>');
}

}  // namespace

bool is_sound(std::string_view text) {
  if (!stands_alone(text) || has_controls(text) || has_noncharacters(text)) return false;
  std::size_t at = 0;
  Tags tags;
  while (at < text.size()) {
    // "<!" opens what may hold any "&": comments, CDATA sections, the document type.
    const std::size_t special = find_in(text, "<!", at);
    const std::string_view plain = text.substr(at, special == npos ? npos : special - at);
    if (!references_are_sound(plain) || find_in(plain, "]]>") != npos) return false;
    if (!tags.are_sound(text, at, special == npos ? text.size() : special)) return false;
    if (special == npos) return true;
    const std::string_view rest = text.substr(special);
    std::size_t end = npos;
    if (rest.starts_with("<![CDATA[")) {
      if (tags.is_outside_root()) return false;
      end = find_in(text, "]]>", special + 9);
      if (end == npos) return false;
      at = end + 3;
    } else if (rest.starts_with("<!--")) {
      end = find_in(text, "--", special + 4);
      if (end == npos || end + 2 >= text.size() || text[end + 2] != '>') return false;
      at = end + 3;
    } else if (rest.starts_with("<!DOCTYPE")) {
      const Doctype doctype = read_doctype(text, special);
      if (!doctype.is_closed) return false;
      at = doctype.end;
    } else {
      return false;
    }
  }
  return true;
}

}  // namespace tributary::parser
