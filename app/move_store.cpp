#include <filesystem>
#include <iostream>
#include <optional>

#include "app/commands.hpp"
#include "app/progress.hpp"
#include "store/store.hpp"

namespace tributary::app {
namespace {

/// A path in the form that feeds.yaml's own store has once it is read, so that the same place is known as
/// such.
std::string whole_url(std::string to) {
  constexpr std::string_view sqlite = "sqlite:";
  if (to.starts_with(sqlite)) to.erase(0, sqlite.size());
  if (to.find("://") != std::string::npos) return to;
  return std::string(sqlite) + std::filesystem::absolute(to).lexically_normal().string();
}

}  // namespace

int move_store(const Context& context, const std::string& to) {
  const auto config = load_config(context);
  if (!config) return Exit::usage;
  std::optional<Progress> progress;
  const auto moved =
      store::move_store(config->store, whole_url(to), [&](std::int64_t done, std::int64_t all) {
        if (!progress) progress.emplace("moving rows", static_cast<std::size_t>(all));
        progress->reach(static_cast<std::size_t>(done));
      });
  progress.reset();
  if (!moved) return fail(moved.error());
  std::cout << *moved << " rows moved. The old store is as it was; now name the new one in "
            << context.config_file.string() << ":\n\n    store: " << to << "\n";
  return Exit::done;
}

}  // namespace tributary::app
