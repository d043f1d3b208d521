#include "app/log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <string>

namespace tributary::app {

void start_log(std::string_view level) {
  auto logger = spdlog::stderr_logger_mt("tributary");
  logger->set_pattern("time=%Y-%m-%dT%H:%M:%S.%eZ level=%l %v", spdlog::pattern_time_type::utc);
  logger->set_level(spdlog::level::from_str(std::string(level)));
  spdlog::set_default_logger(std::move(logger));
}

bool logs_info() {
  return spdlog::should_log(spdlog::level::info);
}
void log_debug(std::string_view message) {
  spdlog::debug("{}", message);
}
void log_info(std::string_view message) {
  spdlog::info("{}", message);
}
void log_warn(std::string_view message) {
  spdlog::warn("{}", message);
}
void log_error(std::string_view message) {
  spdlog::error("{}", message);
}

}  // namespace tributary::app
