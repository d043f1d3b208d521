#include <array>
#include <utility>

#include "parser/ascii.hpp"
#include "parser/details.hpp"
#include "parser/formats.hpp"
#include "parser/item.hpp"
#include "parser/xml_feed.hpp"

namespace tributary::parser {
namespace {

constexpr std::array versions{
    std::pair{std::string_view("0.90"), std::string_view("rss-0.90")},
    std::pair{std::string_view("0.91"), std::string_view("rss-0.91")},
    std::pair{std::string_view("0.92"), std::string_view("rss-0.92")},
    std::pair{std::string_view("0.93"), std::string_view("rss-0.93")},
    std::pair{std::string_view("0.94"), std::string_view("rss-0.94")},
};

/// RDF's dialects tell themselves by their namespace, wherever on the way to the channel it is declared.
std::string format_by_namespace(Node root) {
  for (const Node node : {root, root.first_child()}) {
    for (const NodeAttribute& attribute : node.attributes()) {
      if (!attribute.name().starts_with("xmlns")) continue;
      const std::string uri = lowered(attribute.value());
      if (uri.find("/rdf/simple/0.9") != std::string::npos) return "rss-0.90";
      if (uri.find("purl.org/rss/1.0") != std::string::npos && uri.find("modules") == std::string::npos)
        return "rss-1.0";
    }
  }
  return "rss";
}

std::string format_of_rss(Node root) {
  std::string_view version;
  for (const NodeAttribute& attribute : root.attributes()) {
    if (same_word(attribute.name(), "version")) version = trimmed(attribute.value());
  }
  for (const auto& [number, format] : versions) {
    if (version == number) return std::string(format);
  }
  if (version.empty()) return format_by_namespace(root);
  return version.starts_with("2") ? "rss-2.0" : "rss";
}

class RssReader {
 public:
  explicit RssReader(Reading& reading)
      : reading_(reading),
        walk_(reading),
        details_(reading, walk_, reading.feed.details),
        document_(reading, walk_) {}

  void read(Node node) {
    const Element root = walk_.root(node);
    walk_.trust(root);
    if (same_word(root.local, "channel")) {
      details_.read_about(root);
    } else if (same_word(root.local, "item")) {
      add_item(reading_, walk_, root);
      return;
    }
    children(root);
    details_.finish();
    document_.finish();
    set_language_from_scope(reading_, root);
    set_language_from_scope(reading_, {.scope = channel_scope_});
  }

 private:
  /// Of the root, of a channel, or of RSS 1.1's items: feeds mix them up, and no reader loses anything by
  /// taking each at any of the places.
  void children(const Element& parent) {
    walk_.children(parent, [&](const Element& child) {
      const Meaning meaning = meaning_of(child);
      switch (meaning.member) {
        case Member::channel:
          if (depth_++ < 2) {
            channel_scope_ = child.scope;
            children(child);
            details_.read_about(child);
          }
          --depth_;
          return;
        case Member::items:
          if (depth_++ < 2) children(child);
          --depth_;
          return;
        case Member::item:
          add_item(reading_, walk_, child);
          return;
        default:
          if (!details_.read(child, meaning)) document_.read(child, meaning.member);
      }
    });
  }

  Reading& reading_;
  Walk walk_;
  DetailsReader details_;
  DocumentReader document_;
  Scope channel_scope_;
  int depth_ = 0;
};

/// Where the channel's own elements are.
Node channel_of(Node root) {
  if (same_word(root.local(), "channel")) return root;
  for (const Node child : root.children()) {
    if (same_word(child.local(), "channel")) return child;
  }
  return root;
}

}  // namespace

bool is_rss(const Body& body) {
  if (!body.root) return false;
  const std::string_view name = body.root.local();
  if (same_word(name, "rss") || same_word(name, "channel")) return true;
  if (same_word(name, "item")) return body.root.child("title") || body.root.child("link");
  // RDF is much else besides: a feed has a channel or items, or says at least that it is RSS.
  if (!same_word(name, "rdf")) return false;
  if (format_by_namespace(body.root) != "rss") return true;
  for (const Node child : body.root.children()) {
    if (same_word(child.local(), "channel") || same_word(child.local(), "item")) return true;
  }
  return false;
}

std::expected<void, std::string> read_rss(Reading& reading, const Body& body) {
  reading.feed.format =
      same_word(body.root.local(), "rdf") ? format_by_namespace(body.root) : format_of_rss(body.root);
  look_ahead(reading, body.root, channel_of(body.root));
  RssReader(reading).read(body.root);
  return {};
}

}  // namespace tributary::parser
