#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "parser/reading.hpp"
#include "parser/utf8.hpp"

namespace tributary::parser {

/// A document's text as UTF-8 without byte order mark.
struct DecodedText {
  /// The document's own bytes, when they are the text; nullopt when it was converted or mended.
  std::optional<std::string_view> verbatim = {};
  std::string converted = {};
  std::string label = {};  ///< the charset it was in, lower case
  Letters letters = {};    ///< of the text

  [[nodiscard]] std::string_view text() const { return verbatim ? *verbatim : std::string_view(converted); }
};

/// Finds the charset in the contract's order (byte order mark, Content-Type, XML declaration, detection),
/// each tried against the bytes, and decodes. A label that is unknown (bad-encoding) or that the bytes
/// contradict (encoding-mismatch) is passed over for the next evidence. Invalid bytes in otherwise good UTF-8
/// are single fields in another charset: they are read as windows-1252 (bad-encoding).
[[nodiscard]] DecodedText decode_document(Reading& reading);

/// The charset parameter of a Content-Type value, "" when there is none (RFC 9110 section 8.3.2).
[[nodiscard]] std::string charset_parameter(std::string_view content_type);

/// The encoding an XML declaration near the start names, "" when none does. `text` is ASCII-compatible.
[[nodiscard]] std::string declared_encoding(std::string_view text);

}  // namespace tributary::parser
