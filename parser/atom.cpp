#include "parser/ascii.hpp"
#include "parser/details.hpp"
#include "parser/formats.hpp"
#include "parser/item.hpp"
#include "parser/xml_feed.hpp"

namespace tributary::parser {
namespace {

/// The URI that the root's name is in, as the root itself declares it.
std::string_view root_namespace(Node root) {
  const std::string_view prefix = root.prefix();
  return root.attribute(prefix.empty() ? "xmlns" : "xmlns:" + std::string(prefix));
}

std::string format_of(Node root) {
  if (is_atom_1_0(root_namespace(root))) return "atom-1.0";
  const std::string_view version = trimmed(root.attribute("version"));
  return version == "0.3" ? "atom-0.3" : "atom";
}

}  // namespace

bool is_atom(const Body& body) {
  if (!body.root) return false;
  const std::string_view name = body.root.local();
  // A feed is one in whatever namespace it claims; an entry is also what dictionaries and ledgers hold.
  return same_word(name, "feed") ||
         (same_word(name, "entry") && namespace_of(root_namespace(body.root)) != Ns::unknown);
}

std::expected<void, std::string> read_atom(Reading& reading, const Body& body) {
  reading.feed.format = format_of(body.root);
  reading.atom = true;
  look_ahead(reading, body.root, body.root);
  Walk walk(reading);
  const Element root = walk.root(body.root);
  walk.trust(root);
  if (same_word(root.local, "entry")) {
    add_item(reading, walk, root);
    set_language_from_scope(reading, root);
    return {};
  }
  DetailsReader details(reading, walk, reading.feed.details);
  DocumentReader document(reading, walk);
  walk.children(root, [&](const Element& child) {
    const Meaning meaning = meaning_of(child);
    if (meaning.member == Member::item) {
      add_item(reading, walk, child);
    } else if (!details.read(child, meaning)) {
      document.read(child, meaning.member);
    }
  });
  details.finish();
  document.finish();
  set_language_from_scope(reading, root);
  return {};
}

}  // namespace tributary::parser
