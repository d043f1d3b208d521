#pragma once
#include <string_view>

namespace tributary::app {

/// Sends spdlog to stderr in logfmt, one line a message, times in UTC. `level` is trace, debug, info, warn,
/// error or off.
void start_log(std::string_view level);

/// Whether log_info shows anything: lines that cost something need not be made otherwise.
[[nodiscard]] bool logs_info();

void log_debug(std::string_view message);
void log_info(std::string_view message);
void log_warn(std::string_view message);
void log_error(std::string_view message);

}  // namespace tributary::app
