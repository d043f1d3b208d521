#pragma once
#include <cstdint>
#include <pugixml.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "parser/charset.hpp"
#include "parser/reading.hpp"

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

  /// Null when there is no element at all.
  [[nodiscard]] pugi::xml_node root() const { return document_.document_element(); }
  /// The line of an element in the document; 0 when it is not known.
  [[nodiscard]] int line_of(pugi::xml_node node) const;

 private:
  enum class Outcome { whole, broken, too_large };
  Outcome parse(bool keep_space);
  void repair(Reading& reading, bool keep_space, bool is_too_large);
  static void index_lines(std::string_view text, std::vector<std::uint32_t>& ends);

  std::string text_;  // the tree points into it
  std::size_t size_;  // of the document as it came
  pugi::xml_document document_;
  std::string_view original_;  // the document's own bytes, while they are the text
  mutable std::vector<std::uint32_t>
      line_ends_;  // offsets; of original_, made when a line is asked for first
  mutable bool indexed_ = false;
};

}  // namespace tributary::parser
