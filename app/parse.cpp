#include "parser/parser.hpp"

#include <boost/asio/io_context.hpp>
#include <fstream>
#include <iostream>
#include <iterator>

#include "app/commands.hpp"
#include "fetcher/fetcher.hpp"

namespace tributary::app {
namespace {

Result<std::string> read_all(const std::string& source) {
  if (source == "-") {
    std::cin >> std::noskipws;
    return std::string{std::istreambuf_iterator<char>(std::cin), {}};
  }
  std::error_code ignored;
  if (std::filesystem::is_directory(source, ignored)) {
    return std::unexpected(Error{ErrorKind::usage, source, "is a folder, not a feed document"});
  }
  std::ifstream in(source, std::ios::binary);
  if (!in) return std::unexpected(Error{ErrorKind::usage, source, "cannot be read"});
  std::string bytes{std::istreambuf_iterator<char>(in), {}};
  if (in.bad()) return std::unexpected(Error{ErrorKind::usage, source, "cannot be read to its end"});
  return bytes;
}

/// Fetches as a pass would. The manners come from feeds.yaml where there is one, else from the defaults.
Result<fetcher::Answer> fetch_one(const Context& context, const std::string& url) {
  FetchOptions options;
  if (std::filesystem::exists(context.config_file)) {
    auto config = load_config(context);
    if (!config) return std::unexpected(Error{ErrorKind::usage, context.config_file.string(), "has faults"});
    options = config->fetch;
  }
  boost::asio::io_context io;
  fetcher::Fetcher client(io, options);
  std::optional<fetcher::Answer> answer;
  client.fetch({.feed = url, .url = url}, [&](fetcher::Answer came) {
    answer = std::move(came);
    io.stop();
  });
  io.run();
  if (!answer) return std::unexpected(Error{ErrorKind::network, url, "no answer came"});
  if (const auto verdict = fetcher::judge(*answer); verdict.error) return std::unexpected(*verdict.error);
  return std::move(*answer);
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
    auto read = read_all(command.source);
    if (!read) return fail(read.error());
    bytes = std::move(*read);
  }
  document.bytes = bytes;
  const auto feed = parser::parse(document);
  if (!feed) return fail(feed.error());
  std::cout << parser::to_json(*feed);
  return Exit::done;
}

}  // namespace tributary::app
