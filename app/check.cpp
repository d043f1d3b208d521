#include <iostream>

#include "app/commands.hpp"

namespace tributary::app {

int check(const Context& context, const CheckOptions&) {
  const auto loaded = config::load(context.config_file);
  if (!loaded) {
    for (const auto& fault : loaded.error()) std::cout << config::to_string(fault) << '\n';
    return Exit::usage;
  }
  for (const auto& warning : loaded->warnings) std::cout << config::to_string(warning) << '\n';
  std::cout << context.config_file.string() << ": " << loaded->config.feeds.size() << " feeds, no faults\n";
  return Exit::done;
}

}  // namespace tributary::app
