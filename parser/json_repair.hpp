#pragma once
#include <string>
#include <string_view>

namespace tributary::parser {

/// Writes a JSON text that strict readers refuse as one that they read: cut off anywhere (what was open is
/// closed, a member without value goes), something after its end, commas too many, line ends and control
/// characters inside strings, escapes that don't exist, halves of surrogate pairs. What can't be mended ends
/// the text there.
[[nodiscard]] std::string repair_json(std::string_view text);

}  // namespace tributary::parser
