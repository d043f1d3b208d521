#include "parser/parser.hpp"

#include <iostream>

#include "app/client.hpp"
#include "app/commands.hpp"
#include "app/feeds_file.hpp"

namespace tributary::app {
namespace {

/// Fetches as a pass would. The manners come from feeds.yaml where there is one, else from the defaults.
Result<fetcher::Answer> fetch_one(const Context& context, const std::string& url) {
  const auto options = manners(context);
  if (!options) return std::unexpected(options.error());
  auto answer = ask(*options, {.url = url});
  if (!answer) return answer;
  if (const auto verdict = fetcher::judge(*answer); verdict.error) return std::unexpected(*verdict.error);
  return answer;
}

}  // namespace

int parse(const Context& context, const ParseCommand& command) {
  std::string bytes;
  parser::Document document{
      .name = command.source, .base = command.base, .content_type = command.content_type};
  if (is_http_url(command.source)) {
    auto answer = fetch_one(context, command.source);
    if (!answer) return fail(answer.error());
    bytes = std::move(answer->body);
    if (document.base.empty()) document.base = answer->url;
    if (document.content_type.empty()) document.content_type = answer->content_type;
  } else {
    auto read = read_whole(command.source);
    if (!read) return fail(read.error());
    bytes = std::move(*read);
  }
  document.bytes = bytes;
  const auto feed = parser::parse(document);
  if (!feed) return fail(feed.error());
  bytes = {};
  parser::write_json(*feed, std::cout);
  return Exit::done;
}

}  // namespace tributary::app
