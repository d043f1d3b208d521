#pragma once
#include <string>
#include <string_view>

#include "model/safe_html.hpp"

namespace tributary::parser {

/// The text of sanitised HTML as a reader sees it in one line: tags dropped, references decoded, white space
/// folded; where a block ends stands a space.
[[nodiscard]] std::string plain_text(const SafeHtml& html);

/// Decodes HTML character references once (all names of HTML, numbers as HTML reads them: &#150; is an en
/// dash). What is no reference stays.
[[nodiscard]] std::string decode_references(std::string_view text);

/// Whether the text holds a tag, a comment or a character reference.
[[nodiscard]] bool has_markup(std::string_view text);

}  // namespace tributary::parser
