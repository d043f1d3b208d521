// XML feeds, whole or damaged: no crash and sound output; and what the parser's own reader takes for
// well-formed is the tree that pugixml makes of it.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <pugixml.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/feed.hpp"
#include "parser/tree.hpp"
#include "parser/utf8.hpp"

namespace parser = tributary::parser;

namespace {

/// Neither control characters, which the reader is never given, nor references but those of XML itself, which
/// the two decode alike.
bool is_plain(std::string_view text) {
  if (std::ranges::any_of(text, [](unsigned char c) {
        return (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7F;
      }))
    return false;
  for (auto at = text.find('&'); at != std::string_view::npos; at = text.find('&', at + 1)) {
    const auto rest = text.substr(at);
    constexpr std::string_view known[] = {"&lt;", "&gt;", "&amp;", "&quot;", "&apos;"};
    if (std::ranges::none_of(known, [&](std::string_view each) { return rest.starts_with(each); }))
      return false;
  }
  return parser::is_utf8(text);
}

/// One element after the other, each with its attributes and texts; those that only comments part are one.
std::string written(parser::Node root) {
  std::string out;
  std::vector<parser::Node> open;
  const auto begin = [&](parser::Node element) {
    out.append("<").append(element.name());
    for (const auto& each : element.attributes())
      out.append(" ").append(each.name()).append("=").append(each.value());
    out.append(">").append(element.value());
    open.push_back(element.first_child());
  };
  begin(root);
  while (!open.empty()) {
    const parser::Node next = open.back();
    if (!next) {
      open.pop_back();
      out.append("</>");
      continue;
    }
    open.back() = next.next_sibling();
    if (next.is_element()) {
      begin(next);
    } else {
      out.append(next.value());
    }
  }
  return out;
}

std::string written(pugi::xml_node root) {
  std::string out;
  std::vector<pugi::xml_node> open;
  const auto begin = [&](pugi::xml_node element) {
    out.append("<").append(element.name());
    for (const auto& each : element.attributes())
      out.append(" ").append(each.name()).append("=").append(each.value());
    out.append(">");
    open.push_back(element.first_child());
  };
  begin(root);
  while (!open.empty()) {
    const pugi::xml_node next = open.back();
    if (!next) {
      open.pop_back();
      out.append("</>");
      continue;
    }
    open.back() = next.next_sibling();
    if (next.type() == pugi::node_element) {
      begin(next);
    } else {
      out.append(next.value());
    }
  }
  return out;
}

void reads_as_pugixml_does(std::string_view text) {
  if (!is_plain(text)) return;
  parser::Tree tree;
  if (tree.read(text, {.keep_space = true}) != parser::TreeResult::whole) return;
  pugi::xml_document document;
  const auto result = document.load_buffer(text.data(), text.size(),
                                           pugi::parse_default | pugi::parse_ws_pcdata, pugi::encoding_utf8);
  require(static_cast<bool>(result), "what is no XML was taken for well-formed");
  require_equal("another tree than pugixml's", written(tree.root()), written(document.document_element()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  reads_as_pugixml_does(bytes);
  const auto feed = parser::parse({.bytes = bytes, .name = "fuzz", .base = "https://example.org/news/"});
  if (feed) require_sound(*feed);
  return 0;
}
