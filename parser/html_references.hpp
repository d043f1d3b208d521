#pragma once
#include <string>
#include <string_view>

/// Character references (HTML, section 13.2.5.72 and following), each decoded once.
namespace tributary::parser::html {

[[nodiscard]] std::string decode_in_text(std::string_view text);
void decode_in_text(std::string_view text, std::string& out);  ///< appends

/// In an attribute's value a name without ';' is left alone before a letter, a digit or '=': addresses hold
/// such.
[[nodiscard]] std::string decode_in_attribute(std::string_view value);

/// True when a reference with its ';' stands in the text: a number, or a name that HTML has.
[[nodiscard]] bool has_reference(std::string_view text);

}  // namespace tributary::parser::html
