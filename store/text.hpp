#pragma once
#include <string>
#include <string_view>

#include "model/feed.hpp"

namespace tributary::store {

/// What a reader sees of a text: tags dropped (block elements leave a space), entities decoded, white space
/// as single spaces.
[[nodiscard]] std::string plain_text(const Text& text, std::size_t wanted = std::string::npos);

/// The item's title as a reader sees it; empty when it has none.
[[nodiscard]] std::string plain_title(const Item& item);

/// Title, then content (or, without any, summary), spelled so that what changes no meaning changes nothing:
/// markup, white space, invisible characters, kinds of quotation marks and dashes, addresses behind links.
/// Equal for an item that was only touched up, different when its words changed.
[[nodiscard]] std::string meaning(const Item& item);

/// A title to compare by: `meaning` of it in lower case.
[[nodiscard]] std::string comparable_title(std::string_view plain);

/// How much of their words two texts share, 0 to 1.
[[nodiscard]] double resemblance(const std::string& one, const std::string& other);

/// Text columns are for others to read: without characters that end a text for them.
[[nodiscard]] std::string column_text(std::string_view text);
/// A title that is plain text stands in its column as it was sent: the item is put together again from it.
[[nodiscard]] std::string title_column(const Item& item, const std::string& plain);

}  // namespace tributary::store
