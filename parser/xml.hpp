#pragma once
#include <pugixml.hpp>
#include <string>
#include <string_view>

#include "parser/charset.hpp"
#include "parser/reading.hpp"
#include "parser/repair.hpp"

namespace tributary::parser {

/// A document as a tree. pugixml reads it in place; what pugixml refuses, or is too lenient to notice, is
/// repaired first (repair.hpp) and then read the same way. A leaf's text is its element's value
/// (pugi::parse_embed_pcdata).
class XmlTree {
 public:
  /// Uses the text up. White space between inline elements is kept when `keep_space`.
  XmlTree(Reading& reading, DecodedText decoded, bool keep_space);
  XmlTree(const XmlTree&) = delete;
  XmlTree& operator=(const XmlTree&) = delete;

  /// The document's element; of several, the first that names a feed. Null when there is no element at all.
  [[nodiscard]] pugi::xml_node root() const;
  /// Where an element is in the document.
  [[nodiscard]] Place place_of(pugi::xml_node node) const;

 private:
  enum class Outcome { whole, broken, too_large };
  Outcome parse(bool keep_space);
  void repair(Reading& reading, bool keep_space, bool is_too_large);
  [[nodiscard]] std::string_view source() const;

  const Document& as_it_came_;
  const ParseOptions& options_;
  std::string text_;  // the tree points into it
  std::size_t size_;  // of the document as it came
  pugi::xml_document document_;
  std::string_view original_;    // the document's own bytes, where they are its text
  mutable std::string decoded_;  // the text otherwise, made again when a place is asked for first
  RepairedPlaces repaired_;
  mutable PlaceCounter counter_;
};

}  // namespace tributary::parser
