#pragma once
#include <string_view>

namespace tributary::parser {

/// False when the text breaks a rule of XML that pugixml does not check: characters that XML lacks,
/// references to names that XML does not define itself, a bare "&", text beside the root, "]]>" and "--"
/// where they may not stand. One pass, much faster than the parse that follows. True does not mean
/// well-formed: pugixml and the walk see the rest.
[[nodiscard]] bool is_sound(std::string_view text);

}  // namespace tributary::parser
