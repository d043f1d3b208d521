#include <unistd.h>

#include <iostream>

#include "app/commands.hpp"
#include "app/feeds_file.hpp"
#include "config/edit.hpp"
#include "config/opml.hpp"

namespace tributary::app {
namespace {

/// Asked only of a person: a script has said what it wants by calling.
bool confirmed() {
  std::cout << "Write this to feeds.yaml? [y/N] " << std::flush;
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

}  // namespace

int import_feeds(const Context& context, const ImportCommand& command) {
  const auto before = read_whole(context.config_file.string());
  if (!before) return fail(before.error());
  const auto list = read_whole(command.file);
  if (!list) return fail(list.error());
  const auto import = config::import_opml(*before, context.config_file, *list, command.file);
  if (!import) return fail(import.error());
  for (const auto& warning : import->warnings) std::cerr << config::to_string(warning) << '\n';
  std::cout << import->diff;
  const auto summary = std::to_string(import->feeds) + " new feeds, " + std::to_string(import->topics) +
                       " new topics; " + std::to_string(import->known) + " feeds were there before";
  if (import->text == *before || command.dry_run) {
    std::cout << summary << '\n';
    return Exit::done;
  }
  const bool person = isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1 && command.file != "-";
  if (person && !command.yes && !confirmed()) {
    std::cout << "nothing was written\n";
    return Exit::done;
  }
  if (const auto saved = config::save(context.config_file, *before, import->text); !saved) {
    return fail(saved.error());
  }
  std::cout << summary << '\n';
  return Exit::done;
}

}  // namespace tributary::app
