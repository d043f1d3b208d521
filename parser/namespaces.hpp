#pragma once
#include <cstdint>
#include <string_view>

namespace tributary::parser {

/// The vocabularies that the contract knows. Namespaces decide, never prefixes; the many spellings of one
/// vocabulary's URI that feeds really carry are one value here.
enum class Ns : std::uint8_t {
  plain,  ///< no namespace, and the namespaces of RSS 0.90, 1.0 and 2.0 dialects
  atom,   ///< Atom 1.0, Atom 0.3 and its drafts
  rdf,
  dc,
  dcterms,
  content,
  sy,
  admin,
  media,
  itunes,
  creative_commons,  ///< creativeCommons and cc: licences
  xhtml,
  fh,  ///< RFC 5005
  at,  ///< RFC 6721
  xml,
  unknown,
};

/// Unknown URIs give Ns::unknown; the empty one is no namespace at all.
[[nodiscard]] Ns namespace_of(std::string_view uri);

/// What a prefix stands for where its declaration was forgotten; Ns::unknown for one that has no customary
/// meaning.
[[nodiscard]] Ns customary_namespace(std::string_view prefix);

/// True for a name space URI of Atom 1.0 (RFC 4287), false for the drafts.
[[nodiscard]] bool is_atom_1_0(std::string_view uri);

}  // namespace tributary::parser
