#include <iostream>

#include "app/client.hpp"
#include "app/commands.hpp"
#include "parser/parser.hpp"

namespace tributary::app {
namespace {

std::string one_line(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  }
  return text;
}

void show(const std::string& url, const std::string& type, const std::string& title) {
  std::cout << url << '\t' << one_line(type) << '\t' << one_line(title) << '\n';
}

}  // namespace

int discover(const Context& context, const std::string& url) {
  if (!is_http_url(url)) return fail({ErrorKind::usage, url, "is no http or https address"});
  const auto options = manners(context);
  if (!options) return fail(options.error());
  const auto answer = ask(*options, {.url = url});
  if (!answer) return fail(answer.error());
  if (!fetcher::is_web_page(*answer)) {
    if (const auto verdict = fetcher::judge(*answer); verdict.error) return fail(*verdict.error);
    const auto feed = parser::parse(
        {.bytes = answer->body, .name = url, .base = answer->url, .content_type = answer->content_type});
    if (!feed) return fail(feed.error());
    show(answer->permanent_url.empty() ? url : answer->permanent_url, feed->format,
         feed->details.title ? parser::plain_text(*feed->details.title) : std::string());
    return Exit::done;
  }
  std::size_t shown = 0;
  for (const auto& link : parser::discover(answer->body, answer->url)) {
    if (!is_http_url(link.href)) continue;
    show(link.href, link.type, link.title);
    ++shown;
  }
  if (shown > 0) return Exit::done;
  const auto guessed = guess_feed(*options, url, answer->url);
  if (!guessed) return fail(guessed.error());
  complain("the page names no feed; this one stands at a usual address of the site");
  show(guessed->url, guessed->feed.format,
       guessed->feed.details.title ? parser::plain_text(*guessed->feed.details.title) : std::string());
  return Exit::done;
}

}  // namespace tributary::app
