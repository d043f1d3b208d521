#pragma once
#include <filesystem>
#include <string>
#include <string_view>

#include "app/context.hpp"
#include "model/model.hpp"

namespace tributary::app {

/// The whole file, or standard input for "-". ErrorKind::usage when it can't be read.
[[nodiscard]] Result<std::string> read_whole(const std::string& source);

/// Shows the change of feeds.yaml as a unified diff on standard output, and saves it unless it is only to be
/// seen. Gives the exit code.
[[nodiscard]] int change_feeds_file(const Context& context, std::string_view before, std::string_view after,
                                    bool dry_run);

}  // namespace tributary::app
