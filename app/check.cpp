#include <unistd.h>

#include <iostream>

#include "app/commands.hpp"

namespace tributary::app {
namespace {

config::FaultFormat format_of(const std::string& name) {
  if (name == "json") return config::FaultFormat::json;
  return name == "github" ? config::FaultFormat::github : config::FaultFormat::text;
}

}  // namespace

int check(const Context& context, const CheckOptions& options) {
  const auto loaded = config::load(context.config_file);
  const auto format = format_of(options.format);
  const auto& said = loaded ? loaded->warnings : loaded.error();
  if (!said.empty() || format == config::FaultFormat::json) {
    std::cout << config::render_faults(said, format, isatty(STDOUT_FILENO) == 1);
  }
  if (!loaded) return Exit::usage;
  if (format == config::FaultFormat::text) {
    std::cout << context.config_file.string() << ": " << loaded->config.feeds.size() << " feeds, no faults\n";
  }
  return Exit::done;
}

}  // namespace tributary::app
