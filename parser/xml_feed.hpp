#pragma once
#include <string_view>

#include "parser/reading.hpp"
#include "parser/walk.hpp"

namespace tributary::parser {

/// What has to be known before the members are read, whatever comes first in the document: the feed's own
/// page as the base of relative references, and its language for dates. `parent` is the element that holds
/// them.
void look_ahead(Reading& reading, Node root, Node parent);

/// The xml:lang of the root where no element names the language.
void set_language_from_scope(Reading& reading, const Element& root);

}  // namespace tributary::parser
