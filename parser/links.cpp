#include "parser/links.hpp"

#include <algorithm>
#include <utility>

#include "parser/ascii.hpp"
#include "parser/text_construct.hpp"

namespace tributary::parser {
namespace {

/// "&amp;" that was escaped twice: no server asks for a parameter called "amp;…".
std::string_view once_escaped(std::string_view url, std::string& out) {
  constexpr std::string_view escape = "&amp;";
  if (find_in(url, escape) == std::string_view::npos) return url;
  out.clear();
  for (auto at = url.find(escape); at != std::string_view::npos; at = url.find(escape)) {
    out += url.substr(0, at + 1);
    url.remove_prefix(at + escape.size());
  }
  return out += url;
}

bool is_page(std::string_view type) {
  return type.empty() || starts_with_word(type, "text/html") ||
         starts_with_word(type, "application/xhtml+xml");
}

}  // namespace

void LinkList::read(Reading& reading, const Element& element) {
  if (!reading.may_grow(links_.size(), element.node)) return;
  Link link;
  std::string scratch;
  std::string_view reference;
  bool has_href = false;
  for (const NodeAttribute& attribute : element.node.attributes()) {
    const std::string_view name = attribute.name();
    const std::string_view value = trimmed(attribute.value());
    if (same_word(name, "href") || same_word(name, "url")) {
      reference = value;
      has_href = true;
    } else if (same_word(name, "rel")) {
      if (!value.empty())
        link.rel = value.find(':') == std::string_view::npos ? lowered(value) : std::string(value);
    } else if (same_word(name, "type")) {
      link.type = value;
    } else if (same_word(name, "title")) {
      link.title = repaired(value);
    } else if (same_word(name, "hreflang")) {
      link.hreflang = value;
    } else if (same_word(name, "length")) {
      link.length = value;
    }
  }
  const bool plain = !has_href;
  if (plain) reference = text_inside(element, scratch);
  if (plain && reference.empty()) reference = Walk::attribute(element, "uri");
  const std::string_view base = base_of(reading, element.scope);
  if (reference.empty()) {
    // An empty href names the base itself without its fragment (RFC 3986 sections 4.4 and 5.1), which is a
    // page but never a file to enclose.
    if (!plain && !has_relation(link, "enclosure")) link.href = std::string(base.substr(0, base.find('#')));
  } else {
    std::string mended;
    link.href = reading.url(once_escaped(reference, mended), base, element.node);
    if (link.href.empty()) return;
  }
  // A link that leads nowhere is kept for what it says otherwise; an empty element says nothing.
  if (link.href.empty() && link == Link{}) return;
  const bool own = element.ns == Ns::plain && plain;
  add(std::move(link), own ? 0 : 1);
}

void LinkList::read_license(Reading& reading, const Walk& walk, const Element& element) {
  if (!reading.may_grow(links_.size(), element.node)) return;
  std::string scratch;
  std::string_view reference = walk.rdf_attribute(element, "resource");
  if (reference.empty()) reference = Walk::attribute(element, "href");
  if (reference.empty()) {
    reference = text_inside(element, scratch);
    // A licence in words is no address, and no base makes it one.
    if (reference.find(' ') != std::string_view::npos) return;
  }
  std::string href = reading.url(reference, base_of(reading, element.scope), element.node);
  if (!href.empty()) links_.push_back({.href = std::move(href), .rel = "license"});
}

void LinkList::add(Link link, int rank) {
  if (has_relation(link, "alternate") && !link.href.empty()) {
    if (!is_page(link.type)) rank += 2;
    if (rank < page_rank_) {
      page_rank_ = rank;
      page_ = links_.size();
    }
  }
  links_.push_back(std::move(link));
}

bool has_relation(const Link& link, std::string_view rel) {
  constexpr std::string_view registry = "http://www.iana.org/assignments/relation/";
  std::string_view own = link.rel;
  if (own.starts_with(registry)) own.remove_prefix(registry.size());
  return own == rel;
}

std::string link_with(const std::vector<Link>& links, std::string_view rel) {
  const auto found = std::ranges::find_if(
      links, [&](const Link& link) { return !link.href.empty() && has_relation(link, rel); });
  return found == links.end() ? std::string() : found->href;
}

}  // namespace tributary::parser
