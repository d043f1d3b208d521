#include "app/client.hpp"

#include <array>
#include <boost/asio/io_context.hpp>
#include <optional>
#include <utility>

#include "app/secrets.hpp"
#include "parser/parser.hpp"

namespace tributary::app {
namespace {

Result<Feed> parsed(const fetcher::Answer& answer, const std::string& name) {
  if (auto verdict = fetcher::judge(answer); verdict.error) return std::unexpected(*verdict.error);
  return parser::parse(
      {.bytes = answer.body, .name = name, .base = answer.url, .content_type = answer.content_type});
}

/// Where the feed is to be asked from now on: at the end of a permanent redirect, else where it was asked.
const std::string& address_of(const fetcher::Answer& answer, const std::string& asked) {
  return answer.permanent_url.empty() ? asked : answer.permanent_url;
}

}  // namespace

Result<FetchOptions> manners(const Context& context) {
  std::error_code ignored;
  if (!std::filesystem::exists(context.config_file, ignored)) return FetchOptions{};
  auto config = load_config(context);
  if (!config) return std::unexpected(Error{ErrorKind::config, context.config_file.string(), "has faults"});
  return std::move(config->fetch);
}

Result<fetcher::Answer> ask(const FetchOptions& options, const Partner& partner) {
  std::optional<fetcher::Answer> answer;
  ask_all(options, {partner}, [&](std::size_t, fetcher::Answer came) { answer = std::move(came); });
  if (!answer) return std::unexpected(Error{ErrorKind::network, partner.url, "no answer came"});
  if (answer->error) return std::unexpected(*answer->error);
  return std::move(*answer);
}

void ask_all(const FetchOptions& options, const std::vector<Partner>& partners,
             const std::function<void(std::size_t, fetcher::Answer)>& done) {
  if (partners.empty()) return;
  boost::asio::io_context io;
  fetcher::Fetcher client(io, options);
  std::size_t finished = 0;
  for (std::size_t i = 0; i < partners.size(); ++i) {
    fetcher::Request request =
        fetcher::request_for(FeedState{.key = partners[i].url}, partners[i], Timestamp{});
    const auto end = [&, i](fetcher::Answer answer) {
      done(i, std::move(answer));
      // Its idle connections would keep the io_context busy.
      if (++finished == partners.size()) io.stop();
    };
    if (const auto authorised = authorise(request, partners[i]); !authorised) {
      end({.feed = partners[i].url, .requested_url = partners[i].url, .error = authorised.error()});
    } else {
      client.fetch(std::move(request), end);
    }
  }
  if (finished < partners.size()) io.run();
}

Result<FoundFeed> guess_feed(const FetchOptions& options, const std::string& url, const std::string& page) {
  // Where the common programs for web sites put their feeds, the most common first.
  constexpr std::array places{"/feed", "/feed.xml", "/rss.xml", "/atom.xml", "/index.xml", "/feed.json"};
  for (const auto* place : places) {
    const auto guess = resolve_url(page, place);
    const auto answer = ask(options, {.url = guess});
    // A host that does not answer, or asks for patience, is left alone.
    if (!answer || answer->error || answer->status == 429 || answer->status >= 500) break;
    if (auto feed = parsed(*answer, guess)) {
      return FoundFeed{
          .url = address_of(*answer, guess), .feed = std::move(*feed), .by_page = true, .guessed = true};
    }
  }
  return std::unexpected(
      Error{ErrorKind::not_a_feed, url,
            "this is a web page that names no feed, and there is none at the usual addresses of the site"});
}

Result<FoundFeed> find_feed(const FetchOptions& options, const std::string& url) {
  const auto answer = ask(options, {.url = url});
  if (!answer) return std::unexpected(answer.error());
  FoundFeed found;
  if (!fetcher::is_web_page(*answer)) {
    auto feed = parsed(*answer, url);
    if (!feed) return std::unexpected(feed.error());
    found.url = address_of(*answer, url);
    found.feed = std::move(*feed);
    return found;
  }
  found.by_page = true;
  found.others = parser::discover(answer->body, answer->url);
  std::erase_if(found.others, [](const Link& link) { return !is_http_url(link.href); });
  if (found.others.empty()) return guess_feed(options, url, answer->url);
  const std::string first = found.others.front().href;
  found.others.erase(found.others.begin());
  const auto named = ask(options, {.url = first});
  if (!named) return std::unexpected(named.error());
  auto feed = parsed(*named, first);
  if (!feed) return std::unexpected(feed.error());
  found.url = address_of(*named, first);
  found.feed = std::move(*feed);
  return found;
}

}  // namespace tributary::app
