#include "parser/xml_feed.hpp"

#include <vector>

#include "parser/links.hpp"
#include "parser/text_construct.hpp"
#include "parser/vocabulary.hpp"

namespace tributary::parser {

void look_ahead(Reading& reading, Node root, Node parent) {
  reading.feed_base = reading.document.base;
  // A reading of its own: what is warned of here is warned of again when the members are read.
  Reading ahead{reading.document, reading.options};
  ahead.feed_base = reading.document.base;
  Walk walk(ahead);
  Element top = walk.root(root);
  walk.trust(top);
  if (parent != root) top = walk.enter(parent, top.scope);
  std::vector<Link> links;
  LinkList list(links);
  std::size_t items = 0;
  walk.children(top, [&](const Element& child) {
    const Member member = meaning_of(child).member;
    if (member == Member::item) ++items;
    if (member == Member::link) list.read(ahead, child);
    if (member == Member::language && reading.date_language.empty())
      reading.date_language = language_tag(value_of(child));
  });
  if (reading.date_language.empty()) reading.date_language = language_tag(top.scope.lang);
  if (items > 1 && reading.may_hold(items, sizeof(Item))) reading.feed.items.reserve(items);
  if (is_http_url(list.page())) reading.feed_base = list.page();
}

void set_language_from_scope(Reading& reading, const Element& root) {
  if (reading.feed.details.language.empty()) reading.feed.details.language = language_tag(root.scope.lang);
}

}  // namespace tributary::parser
