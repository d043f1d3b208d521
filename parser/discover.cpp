#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "parser/html_limits.hpp"
#include "parser/html_tree.hpp"
#include "parser/parser.hpp"

namespace tributary::parser {
namespace {

std::string lowered(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
  return out;
}

std::string_view attribute(const GumboElement& element, const char* name) {
  const GumboAttribute* found = gumbo_get_attribute(&element.attributes, name);
  return found == nullptr ? std::string_view() : std::string_view(found->value);
}

bool has_word(std::string_view words, std::string_view wanted) {
  const std::string low = " " + lowered(words) + " ";
  return low.find(" " + std::string(wanted) + " ") != std::string::npos;
}

bool is_feed_type(std::string_view type) {
  static constexpr std::array<std::string_view, 7> types{"application/rss+xml",
                                                         "application/atom+xml",
                                                         "application/feed+json",
                                                         "application/json",
                                                         "application/rdf+xml",
                                                         "application/xml",
                                                         "text/xml"};
  const std::string low = lowered(type.substr(0, type.find(';')));
  return std::ranges::find(types, low) != types.end();
}

}  // namespace

std::vector<Link> discover(std::string_view html, std::string_view base) {
  const std::string limited = within_limits(html);
  const HtmlTree tree(limited, HtmlTree::Kind::document);
  std::vector<Link> found;
  std::string page_base(base);
  bool base_seen = false;
  std::vector<std::pair<const GumboNode*, unsigned>> stack{{tree.root(), 0}};
  while (!stack.empty()) {
    auto& [node, next] = stack.back();
    const GumboVector& children = children_of(*node);
    if (next >= children.length) {
      stack.pop_back();
      continue;
    }
    const auto* child = static_cast<const GumboNode*>(children.data[next++]);
    if (child->type != GUMBO_NODE_ELEMENT) continue;
    const GumboElement& element = child->v.element;
    if (element.tag == GUMBO_TAG_BASE && !base_seen && !attribute(element, "href").empty()) {
      base_seen = true;  // HTML: only the first one counts
      page_base = resolve_url(base, attribute(element, "href"));
    }
    if (element.tag == GUMBO_TAG_LINK) {
      const std::string_view rel = attribute(element, "rel");
      const std::string_view type = attribute(element, "type");
      const bool names_feed =
          (has_word(rel, "alternate") && !has_word(rel, "stylesheet") && is_feed_type(type)) ||
          (has_word(rel, "feed") && (type.empty() || is_feed_type(type)));
      const std::string href = resolve_url(page_base, attribute(element, "href"));
      if (names_feed && is_http_url(href) && std::ranges::find(found, href, &Link::href) == found.end()) {
        found.push_back({.href = href,
                         .rel = lowered(rel),
                         .type = lowered(type),
                         .title = std::string(attribute(element, "title")),
                         .hreflang = std::string(attribute(element, "hreflang"))});
      }
    }
    stack.emplace_back(child, 0);
  }
  return found;
}

}  // namespace tributary::parser
