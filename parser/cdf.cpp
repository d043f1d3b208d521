// Channel Definition Format (Microsoft's submission to W3C, 1997): RSS's ancestor. Its channels and items say
// in attributes what later formats say in elements, and its names are in capitals by custom.
#include "parser/ascii.hpp"
#include "parser/details.hpp"
#include "parser/formats.hpp"
#include "parser/item.hpp"
#include "parser/text_construct.hpp"
#include "parser/xml_feed.hpp"

namespace tributary::parser {
namespace {

class CdfReader {
 public:
  explicit CdfReader(Reading& reading)
      : reading_(reading), walk_(reading), details_(reading, walk_, reading.feed.details) {}

  void read(Node node) {
    const Element root = walk_.root(node);
    Feed& feed = reading_.feed;
    add_page(root, details_.links());
    feed.details.updated = reading_.date(Walk::attribute(root, "LASTMOD"), node);
    children(root, 0);
    details_.finish();
    set_language_from_scope(reading_, root);
  }

 private:
  void add_page(const Element& element, LinkList& links) {
    std::string href =
        reading_.url(Walk::attribute(element, "HREF"), base_of(reading_, element.scope), element.node);
    if (!href.empty()) links.add({.href = std::move(href)}, 0);
  }

  void children(const Element& parent, int depth) {
    walk_.children(parent, [&](const Element& child) {
      const Meaning meaning = meaning_of(child);
      if (meaning.member == Member::item) {
        read_one(child);
      } else if (meaning.member == Member::channel) {
        // Channels inside are sections of the one channel.
        if (depth < 8) sections(child, depth + 1);
      } else if (child.is(Ns::plain, "a")) {
        add_page(child, details_.links());
      } else if (meaning.member == Member::logo && same_word(Walk::attribute(child, "STYLE"), "ICON")) {
        details_.read(child, {Member::icon});
      } else {
        details_.read(child, meaning);
      }
    });
  }

  void sections(const Element& channel, int depth) {
    walk_.children(channel, [&](const Element& child) {
      const Member member = meaning_of(child).member;
      if (member == Member::item) read_one(child);
      if (member == Member::channel && depth < 8) sections(child, depth + 1);
    });
  }

  void read_one(const Element& element) {
    if (!reading_.may_hold(reading_.feed.items.size(), sizeof(Item))) return;
    Item item;
    read_item(reading_, walk_, element, item);
    std::string href =
        reading_.url(Walk::attribute(element, "HREF"), base_of(reading_, element.scope), element.node);
    if (href.empty()) {
      walk_.children(element, [&](const Element& child) {
        if (href.empty() && child.is(Ns::plain, "a")) {
          href = reading_.url(Walk::attribute(child, "HREF"), base_of(reading_, child.scope), child.node);
        }
      });
    }
    if (!href.empty()) {
      item.links.insert(item.links.begin(), Link{.href = href});
      item.link = std::move(href);
    }
    if (const auto when = reading_.date(Walk::attribute(element, "LASTMOD"), element.node))
      item.updated = when;
    reading_.feed.items.push_back(std::move(item));
  }

  Reading& reading_;
  Walk walk_;
  DetailsReader details_;
};

}  // namespace

bool is_cdf(const Body& body) {
  if (!body.root || !same_word(body.root.local(), "channel")) return false;
  for (const NodeAttribute& attribute : body.root.attributes()) {
    for (const auto name : {"HREF", "BASE", "LASTMOD", "SELF"}) {
      if (same_word(attribute.name(), name)) return true;
    }
  }
  for (const Node child : body.root.children()) {
    for (const auto name : {"SCHEDULE", "ABSTRACT", "LOGO", "USERSCHEDULE"}) {
      if (same_word(child.name(), name)) return true;
    }
    for (const NodeAttribute& attribute : child.attributes()) {
      if (same_word(attribute.name(), "HREF")) return true;
    }
  }
  return false;
}

std::expected<void, std::string> read_cdf(Reading& reading, const Body& body) {
  reading.feed.format = "cdf";
  reading.feed_base = reading.document.base;
  for (const NodeAttribute& attribute : body.root.attributes()) {
    if (!same_word(attribute.name(), "HREF")) continue;
    const std::string page = resolve_url(reading.document.base, attribute.value());
    if (is_http_url(page)) reading.feed_base = page;
  }
  CdfReader(reading).read(body.root);
  return {};
}

}  // namespace tributary::parser
