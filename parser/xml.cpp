#include "parser/xml.hpp"

#include <utility>

namespace tributary::parser {
namespace {

// An element takes 64 bytes, be it four bytes in the document: one made of nothing but tags is noticed when
// it costs more than it should.
std::size_t budget_for(std::size_t text) {
  return 4 * text + (std::size_t{1} << 20U);
}

}  // namespace

XmlTree::XmlTree(Reading& reading, DecodedText decoded, bool keep_space)
    : decoded_(std::move(decoded)), text_(decoded_.text()), size_(reading.document.bytes.size()) {
  const TreeResult result = decoded_.letters.illegal ? TreeResult::broken : read(true, keep_space);
  if (result != TreeResult::whole) {
    repair(reading, keep_space, result == TreeResult::too_large);
    return;
  }
  has_only_plain_letters_ = !decoded_.letters.odd && !tree_.has_odd_references();
  if (const Node second = tree_.root().next_sibling())
    reading.damaged("not-well-formed", "something stands beside the root element", place_of(second));
}

Node XmlTree::root() const {
  const Node first = tree_.root();
  for (Node node = first; node && first.next_sibling(); node = node.next_sibling()) {
    if (node.name() == "rss" || node.name() == "feed" || node.name() == "rdf:RDF") return node;
  }
  return first;
}

void XmlTree::repair(Reading& reading, bool keep_space, bool is_too_large) {
  // Half of the budget for elements.
  const RepairLimits bounded{.nodes = size_ / 32 + 1000};
  for (const bool bound : {false, true}) {
    if (bound < is_too_large) continue;
    places_ = {};
    repaired_ = repair_xml(reading, decoded_.text(), places_, bound ? bounded : RepairLimits{});
    text_ = repaired_;
    if (read(false, keep_space) != TreeResult::too_large) return;
  }
}

TreeResult XmlTree::read(bool strict, bool keep_space) {
  return tree_.read(text_, {.strict = strict,
                            .own_text = repaired_.data(),
                            .keep_space = keep_space,
                            .most_memory = budget_for(size_)});
}

Place XmlTree::place_of(Node node) const {
  if (!node.is_element()) return {};
  const auto tag = static_cast<std::size_t>(node.name().data() - text_.data()) - 1;  // where its "<" is
  const auto offset = places_.before(tag);
  return offset ? counter_.at(decoded_.text(), *offset) : Place{};
}

}  // namespace tributary::parser
