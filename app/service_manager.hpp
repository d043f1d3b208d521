#pragma once
#include <chrono>
#include <optional>
#include <string>

/// What the daemon tells the service manager that started it (sd_notify(3)). Without one (no NOTIFY_SOCKET)
/// nothing happens.
namespace tributary::app::service_manager {

void ready(const std::string& status);  ///< started, or reloaded
void reloading();
void stopping();
void alive();  ///< the watchdog's sign of life

/// How often the watchdog expects a sign of life; nullopt: it doesn't.
[[nodiscard]] std::optional<std::chrono::microseconds> watchdog_interval();

}  // namespace tributary::app::service_manager
