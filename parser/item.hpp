#pragma once
#include "parser/reading.hpp"
#include "parser/walk.hpp"

namespace tributary::parser {

/// An item or entry, in any of the XML formats.
void read_item(Reading& reading, Walk& walk, const Element& element, Item& item);

/// The same, added to the feed while there is room for it.
void add_item(Reading& reading, Walk& walk, const Element& element);

/// What every item gets once its members are read, whatever its format: the link that falls back to the id,
/// the warning for a missing id.
void finish_item(Reading& reading, Item& item, Node where);

}  // namespace tributary::parser
