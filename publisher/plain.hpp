#pragma once
#include <string>

#include "model/feed.hpp"

namespace tributary::publisher {

/// The words of a fragment on one line, as a reader sees them: tags gone (those of blocks part words),
/// references decoded.
[[nodiscard]] std::string plain_text(const SafeHtml& html);

/// The same of any text construct.
[[nodiscard]] std::string plain_text(const Text& text);

/// The fragment itself; of plain text, one that shows it.
[[nodiscard]] std::string html_of(const Text& text);

}  // namespace tributary::publisher
