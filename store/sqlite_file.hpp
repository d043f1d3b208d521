#pragma once
#include <filesystem>
#include <string>

#include "model/error.hpp"

namespace tributary::store {

/// Looks at a SQLite file before SQLite does, without changing it: is it a database at all, and are all the
/// pages there that its header counts (in the file, or in the write-ahead log that a killed process left)?
/// Reads a few hundred bytes and the heads of the log's frames, however large the file is. A file that does
/// not exist, or an empty one, passes.
[[nodiscard]] Result<void> check_sqlite_file(const std::filesystem::path& file);

/// Copies a store, as it is at one moment, to a new file. Its owner may be busy meanwhile.
[[nodiscard]] Result<void> copy_sqlite(const std::string& from, const std::filesystem::path& file);

}  // namespace tributary::store
