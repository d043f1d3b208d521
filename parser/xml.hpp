#pragma once
#include <string>
#include <string_view>

#include "parser/charset.hpp"
#include "parser/reading.hpp"
#include "parser/repair.hpp"
#include "parser/tree.hpp"

namespace tributary::parser {

/// A document as a tree of views into it. What is not well-formed is repaired first (repair.hpp) and then
/// read the same way. The document's bytes must outlive it.
class XmlTree {
 public:
  /// White space between inline elements is kept when `keep_space`.
  XmlTree(Reading& reading, DecodedText decoded, bool keep_space);
  XmlTree(const XmlTree&) = delete;
  XmlTree& operator=(const XmlTree&) = delete;

  /// The document's element; of several, the first that names a feed. Null when there is no element at all.
  [[nodiscard]] Node root() const;
  /// Where an element is in the document.
  [[nodiscard]] Place place_of(Node node) const;
  /// True when no value can hold a letter that would have to be repaired or left out (Letters::odd).
  [[nodiscard]] bool has_only_plain_letters() const { return has_only_plain_letters_; }

 private:
  [[nodiscard]] TreeResult read(bool strict, bool keep_space);
  void repair(Reading& reading, bool keep_space, bool is_too_large);

  DecodedText decoded_;
  std::string repaired_;
  std::string_view text_;  // one of the two; the tree points into it
  std::size_t size_;       // of the document as it came
  Tree tree_;
  bool has_only_plain_letters_ = false;
  RepairedPlaces places_;
  mutable PlaceCounter counter_;
};

}  // namespace tributary::parser
