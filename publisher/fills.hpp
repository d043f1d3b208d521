#pragma once
#include "publisher/view.hpp"

namespace tributary::publisher {

/// Where links to other pages of ours start: the page's own way to the root, or the site's address for what
/// is shown on someone else's page.
enum class Links { relative, absolute };

/// What templates/entry.mustache and the embeds are given of an entry.
[[nodiscard]] Fill fill_of(const ShownEntry& entry, const ShownPage& page, Links links);

}  // namespace tributary::publisher
