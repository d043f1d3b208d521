#pragma once
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace tributary::parser {

/// What a document type declaration says, as far as it matters here.
struct Doctype {
  std::size_t end = 0;        ///< offset after its '>', or of what seems to follow when it never closes
  bool is_closed = false;     ///< by a '>' where one has to be
  bool has_external = false;  ///< names a DTD elsewhere, which is never read
  std::map<std::string, std::string, std::less<>> entities = {};  ///< general entities of the internal subset
};

/// Reads the declaration that starts at `start` ("<!DOCTYPE"). Parameter entities are not followed; an
/// external general entity is known and empty.
[[nodiscard]] Doctype read_doctype(std::string_view text, std::size_t start);

/// A reference as it stands in a text, at its '&'.
struct Reference {
  enum class Kind { none, character, named };
  Kind kind = Kind::none;
  std::size_t length = 0;      ///< with '&' and ';'
  std::uint32_t code = 0;      ///< of a character; 0xFFFD where XML allows no such character
  bool legal = true;           ///< false for a character that XML does not allow
  std::string_view name = {};  ///< of a named one
};
[[nodiscard]] Reference reference_at(std::string_view text, std::size_t at);

/// The five names that XML itself defines.
[[nodiscard]] bool is_xml_entity(std::string_view name);

/// XML 1.0 section 2.2.
[[nodiscard]] bool is_xml_character(std::uint32_t code);

}  // namespace tributary::parser
