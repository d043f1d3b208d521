#include <algorithm>
#include <iostream>

#include "app/client.hpp"
#include "app/commands.hpp"
#include "app/feeds_file.hpp"
#include "config/edit.hpp"
#include "parser/parser.hpp"

namespace tributary::app {
namespace {

/// What the feed calls itself, in one line; empty when it says nothing.
std::string title_of(const Feed& feed) {
  return feed.details.title ? parser::plain_text(*feed.details.title) : std::string();
}

}  // namespace

int add(const Context& context, const AddCommand& command) {
  if (!is_http_url(command.url)) return fail({ErrorKind::usage, command.url, "is no http or https address"});
  const auto config = load_config(context);
  if (!config) return Exit::usage;
  const auto known = [&](const std::string& url) {
    return std::ranges::find(config->feeds, url, &Partner::url) != config->feeds.end();
  };
  if (known(command.url)) return fail({ErrorKind::usage, command.url, "is in feeds.yaml already"});
  const auto found = find_feed(config->fetch, command.url);
  if (!found) return fail(found.error());
  if (known(found->url)) {
    return fail(
        {ErrorKind::usage, command.url, "leads to " + found->url + ", which is in feeds.yaml already"});
  }
  if (found->url != command.url) {
    complain((found->guessed   ? "the page names no feed; at a usual address of the site there is "
              : found->by_page ? "the page names the feed "
                               : "the feed has moved for good to ") +
             found->url);
  }
  for (const auto& other : found->others) {
    complain("the page also names " + other.href + (other.title.empty() ? "" : " (" + other.title + ")"));
  }
  const auto before = read_whole(context.config_file.string());
  if (!before) return fail(before.error());
  const Partner partner{.url = found->url,
                        .name = command.name.empty() ? title_of(found->feed) : command.name,
                        .type = command.type,
                        .topics = command.topics,
                        .licence = command.licence};
  const auto after = config::add_feed(*before, context.config_file, partner);
  if (!after) return fail(after.error());
  return change_feeds_file(context, *before, *after, command.dry_run);
}

}  // namespace tributary::app
