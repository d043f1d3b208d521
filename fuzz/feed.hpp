#pragma once
#include <boost/json.hpp>
#include <string>

#include "fuzz/require.hpp"
#include "model/feed.hpp"
#include "model/url.hpp"
#include "parser/parser.hpp"
#include "parser/utf8.hpp"

/// What holds for whatever the parser makes of a document.
inline void require_sound(const tributary::Feed& feed) {
  namespace json = boost::json;
  const std::string text = tributary::parser::to_json(feed);
  require(tributary::parser::is_utf8(text), "the output is no UTF-8");
  boost::system::error_code fault;
  const json::value whole = json::parse(text, fault);
  require(!fault, "the output is no JSON: " + text);
  const auto require_url = [](const std::string& url) {
    require(!tributary::is_dangerous_url(url), "a URL that runs code or reaches files: " + url);
  };
  const auto require_text = [](const tributary::Text& construct) {
    const auto& html = construct.html;
    require_equal("cleaning the output changes it", html.view(),
                  tributary::parser::sanitise(html.view()).view());
  };
  require_url(feed.details.link);
  for (const auto& link : feed.details.links) require_url(link.href);
  for (const auto& item : feed.items) {
    require_url(item.link);
    for (const auto& link : item.links) require_url(link.href);
    for (const auto& enclosure : item.enclosures) require_url(enclosure.url);
    if (item.summary) require_text(*item.summary);
    for (const auto& content : item.content) require_text(content);
  }
  if (!feed.well_formed) require(!feed.warnings.empty(), "damage without a warning");
}
