#pragma once
#include "config/node.hpp"
#include "config/reader.hpp"

namespace tributary::config {

/// What only the whole file shows: doubled feeds, slugs and topics that belong together, files inside the
/// output. Fills in what depends on other values: names, slugs, the contact, intervals inside their bounds.
void join(Config& config, const Node& root, Reader& reader);

}  // namespace tributary::config
