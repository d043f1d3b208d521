#include "parser/sanitiser.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "parser/html_allowed.hpp"
#include "parser/html_limits.hpp"
#include "parser/html_tree.hpp"
#include "parser/html_urls.hpp"
#include "parser/parser.hpp"

// The tree that the HTML5 parser makes is walked without recursion and written anew; only names of the allow
// list are ever written, so nothing of the input's own markup reaches the output. Dropping tags can leave a
// text that reads to another tree (a link in a link, say): so the result is read and written again until it
// stays the same.

namespace tributary::parser {
namespace {

bool is_void(GumboTag tag) {
  switch (tag) {
    case GUMBO_TAG_BR:
    case GUMBO_TAG_COL:
    case GUMBO_TAG_HR:
    case GUMBO_TAG_IMG:
    case GUMBO_TAG_SOURCE:
    case GUMBO_TAG_TRACK:
    case GUMBO_TAG_WBR:
      return true;
    default:
      return false;
  }
}

/// Control characters, which neither XML nor a reader can do with, are left out.
void escape(std::string_view text, bool in_attribute, std::string& out) {
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        if (in_attribute) {
          out += "&quot;";
        } else {
          out += '"';
        }
        break;
      default:
        if (static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t') out += c;
    }
  }
}

using Attributes = std::vector<std::pair<std::string_view, std::string_view>>;

Attributes attributes_of(const GumboElement& element) {
  Attributes attributes;
  attributes.reserve(element.attributes.length);
  for (unsigned i = 0; i < element.attributes.length; ++i) {
    const auto* attribute = static_cast<const GumboAttribute*>(element.attributes.data[i]);
    attributes.emplace_back(attribute->name, attribute->value);
  }
  return attributes;
}

std::string_view value_of(const Attributes& attributes, std::string_view name) {
  const auto found = std::ranges::find(attributes, name, &Attributes::value_type::first);
  return found == attributes.end() ? std::string_view() : found->second;
}

bool has(const Attributes& attributes, std::string_view name) {
  return std::ranges::find(attributes, name, &Attributes::value_type::first) != attributes.end();
}

/// An image of at most one pixel each way counts readers and shows nothing.
bool is_tracking_pixel(const Attributes& attributes) {
  const auto tiny = [&](std::string_view name) {
    std::string_view value = value_of(attributes, name);
    if (value.ends_with("px")) value.remove_suffix(2);
    return value == "0" || value == "1";
  };
  return tiny("width") && tiny("height");
}

/// Pages that load images late put a stand-in into src and the image's address elsewhere.
void use_real_source(Attributes& attributes) {
  const std::string_view src = value_of(attributes, "src");
  if (!src.empty() && !src.starts_with("data:")) return;
  for (const std::string_view name :
       {"data-src", "data-lazy-src", "data-original", "data-orig-file", "data-actualsrc"}) {
    const std::string_view real = value_of(attributes, name);
    if (real.empty()) continue;
    std::erase_if(attributes, [](const auto& attribute) { return attribute.first == "src"; });
    attributes.insert(attributes.begin(), {"src", real});
    break;
  }
  for (const std::string_view name : {"data-srcset", "data-lazy-srcset"}) {
    const std::string_view real = value_of(attributes, name);
    if (!real.empty() && !has(attributes, "srcset")) attributes.emplace_back("srcset", real);
  }
}

void write_attribute(std::string_view name, std::string_view value, std::string& out) {
  out.append(" ").append(name).append("=\"");
  escape(value, true, out);
  out += '"';
}

void write_attributes(std::string_view element, const Attributes& attributes, std::string_view base,
                      std::string& out) {
  for (const auto& [name, value] : attributes) {
    switch (attribute_rule(element, name)) {
      case AttributeRule::drop:
        break;
      case AttributeRule::keep:
        write_attribute(name, value, out);
        break;
      case AttributeRule::url:
        if (const auto url = safe_url(value, base)) write_attribute(name, *url, out);
        break;
      case AttributeRule::srcset:
        if (const auto set = safe_srcset(value, base); !set.empty()) write_attribute(name, set, out);
        break;
    }
  }
}

/// Writes the start tag; false when the element goes with everything inside.
bool write_start(const GumboElement& element, std::string_view name, std::string_view base,
                 std::string& out) {
  Attributes attributes = attributes_of(element);
  if (element.tag == GUMBO_TAG_IMG) {
    use_real_source(attributes);
    if (is_tracking_pixel(attributes)) return false;
  }
  out.append("<").append(name);
  write_attributes(name, attributes, base, out);
  out += '>';
  return true;
}

struct Open {
  const GumboNode* node;
  unsigned next_child;
  std::string_view end_tag;  // name of the tag to close; empty when its own tags are not written
};

std::string written(const HtmlTree& tree, std::string_view base) {
  std::string out;
  std::vector<Open> stack{{tree.root(), 0, {}}};
  while (!stack.empty()) {
    Open& top = stack.back();
    const GumboVector& children = children_of(*top.node);
    if (top.next_child >= children.length) {
      if (!top.end_tag.empty()) out.append("</").append(top.end_tag).append(">");
      stack.pop_back();
      continue;
    }
    const auto* node = static_cast<const GumboNode*>(children.data[top.next_child++]);
    if (node->type == GUMBO_NODE_TEXT || node->type == GUMBO_NODE_WHITESPACE ||
        node->type == GUMBO_NODE_CDATA) {
      const std::string_view text = node->v.text.text;
      // A line end right behind <pre> is dropped when it is read: one more keeps it.
      if (top.end_tag == "pre" && top.next_child == 1 && text.starts_with('\n')) out += '\n';
      escape(text, false, out);
      continue;
    }
    if (node->type != GUMBO_NODE_ELEMENT) continue;
    const GumboElement& element = node->v.element;
    if (element.tag_namespace != GUMBO_NAMESPACE_HTML) continue;
    const std::string_view name = gumbo_normalized_tagname(element.tag);
    const ElementRule rule = element.tag == GUMBO_TAG_UNKNOWN ? ElementRule::unwrap : element_rule(name);
    if (rule == ElementRule::remove) continue;
    if (rule == ElementRule::unwrap) {
      stack.push_back({node, 0, {}});
      continue;
    }
    if (!write_start(element, name, base, out)) continue;
    if (!is_void(element.tag)) stack.push_back({node, 0, name});
  }
  return out;
}

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

bool is_plain(std::string_view html) {
  return std::ranges::none_of(html, [](char c) {
    return c == '<' || c == '&' || c == '>' ||
           (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t');
  });
}

}  // namespace

SafeHtml Sanitiser::clean(std::string_view html, std::string_view base) {
  html = trimmed(html);
  if (is_plain(html)) return SafeHtml(std::string(html));
  const std::string limited = within_limits(html);
  std::string result(trimmed(written(HtmlTree(limited, HtmlTree::Kind::fragment), base)));
  // Two rounds settle all that was seen; what does not settle is shown as text rather than trusted.
  for (int round = 0; round < 5; ++round) {
    const std::string bounded = within_limits(result);
    std::string again(trimmed(written(HtmlTree(bounded, HtmlTree::Kind::fragment), base)));
    if (again == result) return SafeHtml(std::move(result));
    result = std::move(again);
  }
  std::string text;
  escape(result, false, text);
  return SafeHtml(std::move(text));
}

SafeHtml sanitise(std::string_view html, std::string_view base) {
  return Sanitiser::clean(html, base);
}

}  // namespace tributary::parser
