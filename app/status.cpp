#include <unistd.h>

#include <filesystem>
#include <iostream>

#include "app/commands.hpp"
#include "app/status_report.hpp"

namespace tributary::app {

int status(const Context& context, bool json) {
  const auto config = load_config(context);
  if (!config) return Exit::usage;

  // Before the first pass there is no store: that is no failure, nothing is known yet.
  std::unique_ptr<store::Store> store;
  constexpr std::string_view sqlite = "sqlite:";
  const bool is_file = config->store.starts_with(sqlite);
  if (!is_file || std::filesystem::exists(config->store.substr(sqlite.size()))) {
    auto opened = store::open(config->store, store::Access::read);
    if (!opened) return fail(opened.error());
    store = std::move(*opened);
  }
  const auto report = status_report(*config, store.get(), context.pass_clock()());
  if (!report) return fail(report.error());
  std::cout << (json ? status_json(*report) : status_text(*report, isatty(STDOUT_FILENO) == 1));
  return Exit::done;
}

}  // namespace tributary::app
