#pragma once
#include <string>
#include <string_view>

#include "model/safe_html.hpp"

namespace tributary::parser {

/// What a reader sees of it: tags dropped (the end of a block is a blank), references decoded, white space
/// folded to single blanks and trimmed. A no-break space stays one.
[[nodiscard]] std::string plain_text(const SafeHtml& html);

/// All character references of HTML, named and numeric, decoded once, as an HTML parser does in text.
[[nodiscard]] std::string decode_references(std::string_view text);

/// True when the text holds a tag of an HTML element or a character reference with its ';'. `1 < 2`, `AT&T`
/// and `vector<int>` hold none, and a bare tag that nothing closes (`Using <a> tags`) is a word.
[[nodiscard]] bool has_markup(std::string_view text);

}  // namespace tributary::parser
