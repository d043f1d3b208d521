#pragma once
#include <string>

namespace tributary::server {

/// Opens a file below `root` for reading, following no symbolic link that leads out of it. A descriptor, or
/// -1 with errno.
[[nodiscard]] int open_below(const std::string& root, const std::string& path);

}  // namespace tributary::server
