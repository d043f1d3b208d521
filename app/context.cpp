#include "app/context.hpp"

#include <unistd.h>

#include <array>
#include <chrono>
#include <iostream>

namespace tributary::app {
namespace {

Timestamp system_now() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

}  // namespace

Clock Context::pass_clock() const {
  const Timestamp fixed = now.value_or(system_now());
  return [fixed] { return fixed; };
}

Clock Context::running_clock() const {
  if (!now) return system_now;
  const auto start = std::chrono::steady_clock::now();
  return [start, from = *now] {
    return from + std::chrono::floor<std::chrono::seconds>(std::chrono::steady_clock::now() - start);
  };
}

std::optional<config::Config> load_config(const Context& context) {
  auto loaded = config::load(context.config_file);
  if (!loaded) {
    for (const auto& fault : loaded.error()) std::cerr << config::to_string(fault) << '\n';
    return std::nullopt;
  }
  for (const auto& warning : loaded->warnings) std::cerr << config::to_string(warning) << '\n';
  return std::move(loaded->config);
}

std::string host_name() {
  std::array<char, 256> host{};
  if (gethostname(host.data(), host.size() - 1) != 0) host[0] = '?';
  return host.data();
}

std::string process_name(Timestamp now) {
  return host_name() + "/" + std::to_string(getpid()) + "/" + std::to_string(now.time_since_epoch().count());
}

void complain(std::string_view message) {
  std::cerr << "tributary: " << message << '\n';
}

int fail(const Error& error) {
  complain(to_string(error));
  return error.kind == ErrorKind::usage || error.kind == ErrorKind::config ? Exit::usage : Exit::failed;
}

}  // namespace tributary::app
