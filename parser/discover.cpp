#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "model/url.hpp"
#include "parser/ascii.hpp"
#include "parser/converter.hpp"
#include "parser/html_characters.hpp"
#include "parser/html_references.hpp"
#include "parser/html_tokens.hpp"
#include "parser/parser.hpp"
#include "parser/utf8.hpp"

namespace tributary::parser {
namespace {

using html::Attribute;

/// The charset that a meta element near the start names, "" when none does (HTML section 13.2.3.2).
std::string declared_charset(std::string_view page) {
  const std::string start = lowered(page.substr(0, 1024));
  for (auto at = start.find("<meta"); at != std::string::npos; at = start.find("<meta", at + 1)) {
    std::string_view tag = std::string_view(start).substr(at);
    tag = tag.substr(0, tag.find('>'));
    const auto name = tag.find("charset");
    if (name == std::string_view::npos) continue;
    std::string_view value = trimmed(tag.substr(name + 7));
    if (!value.starts_with('=')) continue;
    value = trimmed(value.substr(1));
    if (value.starts_with('"') || value.starts_with('\'')) value.remove_prefix(1);
    return std::string(value.substr(0, value.find_first_of("\"' ;/\t\n\f\r")));
  }
  return {};
}

/// The page as UTF-8: what is no UTF-8 already is in the charset it declares, or in windows-1252 as HTML
/// guesses. `storage` keeps what had to be converted.
std::string_view as_utf8(std::string_view page, std::string& storage) {
  if (is_utf8(page)) return page;
  auto converted = convert(page, declared_charset(page));
  if (!converted) converted = convert(page, "windows-1252");
  if (!converted) return page;
  storage = std::move(converted->text);
  return storage;
}

constexpr std::size_t most_links = 1000;  // more than any honest page names

std::string value_of(const html::Attributes& attributes, Attribute name) {
  for (const auto& entry : attributes.entries()) {
    if (entry.name == name)
      return std::string(entry.has_references
                             ? trimmed(std::string_view(html::decode_in_attribute(entry.value)))
                             : trimmed(entry.value));
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

/// What feeds are served as, "application/rss+xml" and its like in all spellings that pages have. "alternate"
/// with any other type is a translation, a print view or an API.
bool is_feed_type(std::string_view media) {
  if (media == "application/feed+json" || media == "application/json" || media == "application/xml" ||
      media == "text/xml")
    return true;
  const auto slash = media.find('/');
  if (slash == std::string_view::npos) return false;
  auto subtype = media.substr(slash + 1);
  if (subtype.starts_with("x-") || subtype.starts_with("x.")) subtype.remove_prefix(2);
  if (subtype.ends_with("+xml")) subtype.remove_suffix(4);
  return subtype == "rss" || subtype == "atom" || subtype == "rdf";
}

/// WordPress names the page itself, in its REST interface, as an alternate of a type that JSON Feed 1.0 has
/// too.
bool is_rest_interface(std::string_view href) {
  return href.find("/wp-json/") != std::string_view::npos ||
         href.find("rest_route=") != std::string_view::npos;
}

bool names_feed(const Link& link) {
  const auto media = lowered(trimmed(std::string_view(link.type).substr(0, link.type.find(';'))));
  if (has_word(link.rel, "feed") && media != "text/html") return true;
  if (!has_word(link.rel, "alternate") || has_word(link.rel, "stylesheet")) return false;
  return is_feed_type(media) && !(media == "application/json" && is_rest_interface(link.href));
}

}  // namespace

std::vector<Link> discover(std::string_view page, std::string_view base) {
  std::string converted;
  std::string storage;
  page = html::prepare(as_utf8(page, converted), storage);
  html::Tokenizer tokens(page);
  html::Tokenizer::Token token;
  std::string document_base(base);
  bool has_base = false;
  std::vector<Link> links;
  std::size_t templates = 0;  // open ones: what they hold is not part of the page (HTML section 4.12.3)
  while (tokens.next(token)) {
    if (token.tag == html::Tag::template_) {
      if (token.kind == html::Tokenizer::Kind::start_tag) {
        ++templates;
      } else if (token.kind == html::Tokenizer::Kind::end_tag && templates > 0) {
        --templates;
      }
    }
    if (token.kind != html::Tokenizer::Kind::start_tag) continue;
    const auto& attributes = tokens.attributes();
    if (html::traits(token.tag).is(html::is_raw | html::is_rcdata)) {
      static_cast<void>(tokens.raw_text(token.text));
    } else if (templates > 0) {
      continue;
    } else if (token.tag == html::Tag::base && !has_base && attributes.has(Attribute::href)) {
      // HTML section 4.2.3: the first base counts, for all links of the page, unless it runs code.
      auto named = resolve_url(base, value_of(attributes, Attribute::href));
      if (!is_dangerous_url(named)) document_base = std::move(named);
      has_base = true;
    } else if (token.tag == html::Tag::link || token.tag == html::Tag::a || token.tag == html::Tag::area) {
      Link link{.href = value_of(attributes, Attribute::href),
                .rel = value_of(attributes, Attribute::rel),
                .type = value_of(attributes, Attribute::type),
                .title = value_of(attributes, Attribute::title),
                .hreflang = value_of(attributes, Attribute::hreflang)};
      if (!link.href.empty() && names_feed(link) && links.size() < most_links)
        links.push_back(std::move(link));
    }
  }
  std::vector<Link> feeds;
  std::unordered_set<std::string> seen;
  for (auto& link : links) {
    // "feed:https://…" and "feed://…" are what browsers once handed to feed readers.
    if (lowered(link.href.substr(0, 7)) == "feed://") link.href.replace(0, 5, "http:");
    if (lowered(link.href.substr(0, 5)) == "feed:") link.href.erase(0, 5);
    link.href = resolve_url(document_base, link.href);
    // A fragment is no part of what is fetched.
    if (is_http_url(link.href) && seen.insert(link.href.substr(0, link.href.find('#'))).second)
      feeds.push_back(std::move(link));
  }
  return feeds;
}

}  // namespace tributary::parser
