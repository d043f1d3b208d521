#pragma once
#include <string>

#include "parser/reading.hpp"
#include "parser/walk.hpp"

namespace tributary::parser {

/// What is inside the element, written as HTML for the sanitiser: XHTML's names without prefix, relative
/// references made absolute where a nested xml:base differs from the element's own base. `unwrap`: a single
/// div around it is left out (RFC 4287 section 3.1.1.3).
[[nodiscard]] std::string inner_markup(Reading& reading, Walk& walk, const Element& element, bool unwrap);

}  // namespace tributary::parser
