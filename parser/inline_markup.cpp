#include "parser/inline_markup.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "parser/ascii.hpp"
#include "parser/html_attributes.hpp"
#include "parser/text_construct.hpp"

namespace tributary::parser {
namespace {

constexpr std::array<std::string_view, 14> void_elements{"area",  "base",   "br",    "col",  "embed",
                                                         "hr",    "img",    "input", "link", "meta",
                                                         "param", "source", "track", "wbr"};
// Past this depth only text is kept: no reader shows such nesting, and every later stage would pay for it.
constexpr std::size_t deepest = 256;

void escape(std::string_view text, std::string& out, bool in_attribute) {
  const char* const end = text.data() + text.size();
  std::size_t written = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char* const found = find_first(text.data() + at, end, [](auto c) {
      return (c == std::uint8_t{'&'}) | (c == std::uint8_t{'<'}) | (c == std::uint8_t{'>'}) |
             (c == std::uint8_t{'"'});
    });
    at = static_cast<std::size_t>(found - text.data());
    if (at == text.size()) break;
    std::string_view reference;
    switch (text[at]) {
      case '&':
        reference = "&amp;";
        break;
      case '<':
        reference = "&lt;";
        break;
      case '>':
        reference = "&gt;";
        break;
      case '"':
        if (!in_attribute) continue;
        reference = "&quot;";
        break;
      default:
        continue;
    }
    out.append(text, written, at - written).append(reference);
    written = at + 1;
  }
  out.append(text, written);
}

class Writer {
 public:
  Writer(Reading& reading, Walk& walk, std::string_view base) : reading_(reading), walk_(walk), base_(base) {}

  std::string write(const Element& top) {
    escape(top.node.value(), out_, false);
    open_.push_back({top, {}, walk_.mark()});
    Node node = top.node.first_child();
    while (!open_.empty()) {
      if (!node) {
        const Open done = std::move(open_.back());
        open_.pop_back();
        if (open_.empty()) break;
        if (!done.name.empty()) out_.append("</").append(done.name).append(">");
        walk_.leave(done.mark);
        node = done.element.node.next_sibling();
        continue;
      }
      if (node.is_element()) {
        node = enter(node);
      } else {
        escape(node.value(), out_, false);
        node = node.next_sibling();
      }
    }
    return std::move(out_);
  }

 private:
  struct Open {
    Element element;
    std::string name;  // of the end tag; empty when no tag was written
    std::size_t mark;
  };

  /// Writes the start tag and gives the node to go on with.
  Node enter(Node node) {
    const std::size_t mark = walk_.mark();
    const Element element = walk_.enter(node, open_.back().element.scope);
    std::string name;
    if (open_.size() < deepest) name = tag_of(element);
    const bool is_void = std::ranges::find(void_elements, name) != void_elements.end();
    if (!name.empty()) {
      out_.append("<").append(name);
      attributes(element);
      out_ += '>';
    }
    if (is_void) name.clear();
    escape(node.value(), out_, false);
    open_.push_back({element, std::move(name), mark});
    return node.first_child();
  }

  static std::string tag_of(const Element& element) {
    // Inline markup is XHTML, or HTML whose author forgot its namespace; a name of another vocabulary must
    // not pass for it.
    if (element.ns == Ns::xhtml || element.ns == Ns::plain || element.ns == Ns::atom)
      return lowered(element.local);
    if (same_word(element.local, "svg") || same_word(element.local, "math")) return lowered(element.local);
    return {};
  }

  void attributes(const Element& element) {
    const std::string_view base = base_of(reading_, element.scope);
    for (const NodeAttribute& attribute : element.node.attributes()) {
      const std::string_view name = attribute.name();
      if (name == "xml:lang") {
        write_attribute("lang", attribute.value());
        continue;
      }
      if (name.starts_with("xmlns") || name.find(':') != std::string_view::npos) continue;
      write_attribute(name, base == base_ ? std::string(attribute.value())
                                          : rebased(html::attribute_of(name), attribute.value(), base));
    }
  }

  /// What the sanitiser would resolve against the base of the whole text, resolved against the element's own.
  std::string rebased(html::Attribute name, std::string_view value, std::string_view base) {
    switch (name) {
      case html::Attribute::data_src:
      case html::Attribute::data_lazy_src:
      case html::Attribute::data_original:
        return reading_.absolute(value, base);
      case html::Attribute::srcset:
      case html::Attribute::data_srcset:
      case html::Attribute::data_lazy_srcset:
        return reading_.spend(base.size() * (1 + std::ranges::count(value, ',')))
                   ? html::safe_srcset(value, base)
                   : std::string(value);
      default:
        return html::is_url(name) ? reading_.absolute(value, base) : std::string(value);
    }
  }

  void write_attribute(std::string_view name, std::string_view value) {
    out_.append(" ").append(name).append("=\"");
    escape(value, out_, true);
    out_ += '"';
  }

  Reading& reading_;
  Walk& walk_;
  std::string_view base_;
  std::string out_;
  std::vector<Open> open_;
};

/// The only child when it is a div with nothing but white space beside it.
Node lone_div(const Element& element) {
  if (!trimmed(element.node.value()).empty()) return {};
  Node only;
  for (const Node child : element.node.children()) {
    if (child.is_element()) {
      if (only) return {};
      only = child;
    } else if (!trimmed(child.value()).empty()) {
      return {};
    }
  }
  return same_word(only.local(), "div") ? only : Node();
}

}  // namespace

std::string inner_markup(Reading& reading, Walk& walk, const Element& element, bool unwrap) {
  reading.needs_space |= !element.node.keeps_space();
  const std::size_t mark = walk.mark();
  Element top = element;
  if (const auto div = unwrap ? lone_div(element) : Node()) top = walk.enter(div, element.scope);
  std::string html = Writer(reading, walk, base_of(reading, element.scope)).write(top);
  walk.leave(mark);
  return html;
}

}  // namespace tributary::parser
