#pragma once
#include <string>
#include <string_view>

#include "parser/reading.hpp"

namespace tributary::parser {

/// How much a document may become: a hostile one is small on the wire and huge once read.
struct RepairLimits {
  std::size_t depth = 256;            // elements open at once; deeper tags are dropped, their text stays
  std::size_t attributes = 64;        // of one element
  std::size_t nodes = 0;              // elements and attributes in all; 0: no limit
  std::size_t expansion = 64 * 1024;  // bytes that entity references may add in all
};

/// Writes a document that is no well-formed XML again as one that is, line for line, so that a line counted
/// in the result is the line in the document. All that can be read stays; what was mended is said in warnings
/// (not-well-formed, undefined-entity, entity-budget). A well-formed document with entities of its own comes
/// through without one.
[[nodiscard]] std::string repair_xml(Reading& reading, std::string_view text,
                                     const RepairLimits& limits = {});

}  // namespace tributary::parser
