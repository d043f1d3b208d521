#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "model/url.hpp"
#include "parser/html_characters.hpp"
#include "parser/html_references.hpp"
#include "parser/html_tokens.hpp"
#include "parser/parser.hpp"

namespace tributary::parser {
namespace {

using html::Attribute;

// What feeds are served as. "alternate" with any other type is a translation, a print view or an API.
constexpr std::array<std::string_view, 9> feed_types{"application/rss+xml",
                                                     "application/atom+xml",
                                                     "application/rdf+xml",
                                                     "application/feed+json",
                                                     "application/json",
                                                     "application/xml",
                                                     "text/xml",
                                                     "text/rss+xml",
                                                     "text/atom+xml"};

std::string lowered(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  return out;
}

std::string trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\n\f\r";
  const auto first = text.find_first_not_of(blanks);
  return first == std::string_view::npos
             ? std::string()
             : std::string(text.substr(first, text.find_last_not_of(blanks) - first + 1));
}

std::string value_of(const html::Attributes& attributes, Attribute name) {
  for (const auto& entry : attributes.entries()) {
    if (entry.name == name)
      return trimmed(entry.has_references ? html::decode_in_attribute(entry.value)
                                          : std::string(entry.value));
  }
  return {};
}

/// rel is a set of words.
bool has_word(std::string_view words, std::string_view word) {
  const auto all = " " + lowered(words) + " ";
  std::string spaced = all;
  std::ranges::replace_if(
      spaced, [](char c) { return c == '\t' || c == '\n' || c == '\r' || c == '\f'; }, ' ');
  return spaced.find(" " + std::string(word) + " ") != std::string::npos;
}

bool names_feed(std::string_view rel, std::string_view type) {
  const auto media = lowered(trimmed(type.substr(0, type.find(';'))));
  if (has_word(rel, "feed") && media != "text/html") return true;
  if (!has_word(rel, "alternate") || has_word(rel, "stylesheet")) return false;
  return std::ranges::find(feed_types, media) != feed_types.end();
}

}  // namespace

std::vector<Link> discover(std::string_view page, std::string_view base) {
  std::string storage;
  page = html::prepare(page, storage);
  html::Tokenizer tokens(page);
  html::Tokenizer::Token token;
  std::string document_base(base);
  bool has_base = false;
  std::vector<Link> links;
  while (tokens.next(token)) {
    if (token.kind != html::Tokenizer::Kind::start_tag) continue;
    const auto& attributes = tokens.attributes();
    if (html::traits(token.tag).is(html::is_raw | html::is_rcdata)) {
      static_cast<void>(tokens.raw_text(token.text));
    } else if (token.tag == html::Tag::base && !has_base && attributes.has(Attribute::href)) {
      // HTML section 4.2.3: the first base counts, for all links of the page.
      document_base = resolve_url(base, value_of(attributes, Attribute::href));
      has_base = true;
    } else if (token.tag == html::Tag::link || token.tag == html::Tag::a) {
      const auto rel = value_of(attributes, Attribute::rel);
      Link link{.href = value_of(attributes, Attribute::href),
                .rel = rel,
                .type = value_of(attributes, Attribute::type),
                .title = value_of(attributes, Attribute::title),
                .hreflang = value_of(attributes, Attribute::hreflang)};
      if (!link.href.empty() && names_feed(rel, link.type)) links.push_back(std::move(link));
    }
  }
  std::vector<Link> feeds;
  std::unordered_set<std::string> seen;
  for (auto& link : links) {
    // "feed:https://…" and "feed://…" are what browsers once handed to feed readers.
    if (lowered(link.href.substr(0, 7)) == "feed://") link.href.replace(0, 5, "http:");
    if (lowered(link.href.substr(0, 5)) == "feed:") link.href.erase(0, 5);
    link.href = resolve_url(document_base, link.href);
    if (is_http_url(link.href) && seen.insert(link.href).second) feeds.push_back(std::move(link));
  }
  return feeds;
}

}  // namespace tributary::parser
