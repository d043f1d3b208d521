#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parser/reading.hpp"

namespace tributary::parser {

/// How much a document may become: a hostile one is small on the wire and huge once read.
struct RepairLimits {
  std::size_t depth = 256;            // elements open at once; deeper tags are dropped, their text stays
  std::size_t attributes = 64;        // of one element
  std::size_t nodes = 0;              // elements and attributes in all; 0: no limit
  std::size_t expansion = 64 * 1024;  // bytes that entity references may add in all
};

/// Where the tags of a repaired document stood before the repair.
class RepairedPlaces {
 public:
  /// What stands here in the repaired text stood there in the document. Only the first few thousand shifts
  /// are kept, so that a document of nothing but faults costs no more than others.
  void note(std::size_t repaired, std::size_t document);
  /// The offset in the document of what is at this one in the repaired text; nullopt past what was kept.
  [[nodiscard]] std::optional<std::size_t> before(std::size_t repaired) const;

 private:
  struct Shift {
    std::size_t repaired = 0, document = 0;
  };
  std::vector<Shift> shifts_ = {};  // ascending
  std::optional<std::size_t> unknown_from_ = {};
};

/// Writes a document that is no well-formed XML again as one that is, line for line. All that can be read
/// stays; what was mended is said in warnings (not-well-formed, undefined-entity, entity-budget). A
/// well-formed document with entities of its own comes through without one.
[[nodiscard]] std::string repair_xml(Reading& reading, std::string_view text, RepairedPlaces& places,
                                     const RepairLimits& limits = {});

}  // namespace tributary::parser
