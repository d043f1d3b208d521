#include <iostream>

#include "app/commands.hpp"
#include "config/opml.hpp"

namespace tributary::app {

int export_feeds(const Context& context) {
  const auto config = load_config(context);
  if (!config) return Exit::usage;
  std::cout << config::write_opml(*config) << std::flush;
  return std::cout ? Exit::done : fail({ErrorKind::io, "standard output", "cannot be written"});
}

}  // namespace tributary::app
