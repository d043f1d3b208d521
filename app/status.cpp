#include <unistd.h>

#include <filesystem>
#include <iostream>

#include "app/commands.hpp"
#include "app/feeds_file.hpp"
#include "app/reload_note.hpp"
#include "app/status_report.hpp"
#include "config/edit.hpp"

namespace tributary::app {
namespace {

/// What an admin had better do: a change of feeds.yaml for feeds that moved, a decision about those held.
std::string proposals(const std::filesystem::path& file, const StatusReport& report) {
  std::string out;
  const auto before = read_whole(file.string());
  std::string after = before.value_or("");
  for (const auto& feed : report.feeds) {
    if (feed.status == FeedStatus::held) {
      out += "\n" + feed.name + " is held: look at " + feed.url + ", then say `tributary release " +
             feed.configured_url + "` or `tributary reject " + feed.configured_url + "`\n";
    }
    if (feed.url == feed.configured_url || feed.status == FeedStatus::disabled) continue;
    if (const auto changed = config::change_feed_url(after, file, feed.configured_url, feed.url)) {
      after = *changed;
    }
  }
  if (before && after != *before) {
    out += "\nFeeds that moved for good; feeds.yaml should say so:\n" +
           config::unified_diff(*before, after, file.filename().string());
  }
  return out;
}

}  // namespace

int status(const Context& context, bool json) {
  const auto config = load_config(context);
  if (!config) return Exit::usage;

  // Before the first pass there is no store: that is no failure, nothing is known yet.
  std::unique_ptr<store::Store> store;
  if (auto opened = store::open(config->store, store::Access::read)) {
    store = std::move(*opened);
  } else if (opened.error().kind != ErrorKind::store_missing) {
    return fail(opened.error());
  }
  const auto report = status_report(*config, store.get(), context.pass_clock()());
  if (!report) return fail(report.error());
  std::cout << (json ? status_json(*report) : status_text(*report, isatty(STDOUT_FILENO) == 1));
  if (json) return Exit::done;
  if (const auto reload = reload_note(*config); !reload.empty())
    std::cout << "last reload: " << reload << '\n';
  std::cout << proposals(context.config_file, *report);
  return Exit::done;
}

}  // namespace tributary::app
