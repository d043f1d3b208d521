#pragma once
#include <string>

#include "config/config.hpp"

// What the daemon's last reload came to, left beside its store for `status`, which is another process.
namespace tributary::app {

/// Empty: there is nothing to tell any more. A store that several processes share has no such file: each
/// process has a configuration of its own.
void leave_reload_note(const config::Config& config, const std::string& outcome);

/// What a living daemon left; empty when there is none, or when it was never asked to reload.
[[nodiscard]] std::string reload_note(const config::Config& config);

}  // namespace tributary::app
