#pragma once
#include <filesystem>
#include <string>

#include "model/error.hpp"

namespace tributary::publisher {

/// The whole file. ErrorKind::io, naming it, when it can't be read.
[[nodiscard]] Result<std::string> read_file(const std::filesystem::path& file);

/// "what the system says" of an errno value, without the locale's help.
[[nodiscard]] std::string reason(int error_number);

}  // namespace tributary::publisher
