#include "parser/html_tree.hpp"

namespace tributary::parser {

HtmlTree::HtmlTree(std::string_view html, Kind kind) {
  GumboOptions options = kGumboDefaultOptions;
  options.max_errors = 0;
  if (kind == Kind::fragment) options.fragment_context = GUMBO_TAG_DIV;
  output_.reset(gumbo_parse_with_options(&options, html.data(), html.size()));
}

void HtmlTree::Destroy::operator()(GumboOutput* output) const {
  gumbo_destroy_output(&kGumboDefaultOptions, output);
}

const GumboVector& children_of(const GumboNode& node) {
  static constexpr GumboVector none = {nullptr, 0, 0};
  switch (node.type) {
    case GUMBO_NODE_ELEMENT:
      return node.v.element.children;
    case GUMBO_NODE_DOCUMENT:
      return node.v.document.children;
    default:
      return none;
  }
}

}  // namespace tributary::parser
