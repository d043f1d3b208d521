#include "app/commands.hpp"
#include "app/feeds_file.hpp"
#include "config/edit.hpp"

namespace tributary::app {

int remove(const Context& context, const std::string& feed, bool dry_run) {
  const auto before = read_whole(context.config_file.string());
  if (!before) return fail(before.error());
  const auto after = config::remove_feed(*before, context.config_file, feed);
  if (!after) return fail(after.error());
  return change_feeds_file(context, *before, *after, dry_run);
}

}  // namespace tributary::app
