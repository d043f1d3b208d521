#pragma once
#include <span>
#include <string_view>

namespace tributary::store {

/// How the schema came to be, oldest first. The length is the schema's version (SQLite: user_version).
/// Entries are appended and never changed: stores in the field were made by them. Words in braces are the
/// backend's types (database.hpp).
[[nodiscard]] std::span<const std::string_view> migrations();

}  // namespace tributary::store
