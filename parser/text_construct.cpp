#include "parser/text_construct.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "parser/ascii.hpp"
#include "parser/base64.hpp"
#include "parser/html_text.hpp"
#include "parser/inline_markup.hpp"
#include "parser/sanitiser.hpp"

namespace tributary::parser {
namespace {

/// Depth first without recursion: a document may be nested 100,000 deep.
void append_all_text(Node top, std::string& out) {
  Node node = top;
  out += node.value();
  while (true) {
    if (node.first_child()) {
      node = node.first_child();
    } else {
      while (node != top && !node.next_sibling()) node = node.parent();
      if (node == top) return;
      node = node.next_sibling();
    }
    out += node.value();
  }
}

/// What a type attribute means, without its parameters.
enum class Kind { text, html, xhtml, xml, binary };

Kind kind_of(std::string_view type) {
  type = trimmed(type.substr(0, type.find(';')));
  if (type.empty() || same_word(type, "text") || same_word(type, "text/plain")) return Kind::text;
  if (same_word(type, "html") || same_word(type, "text/html")) return Kind::html;
  if (same_word(type, "xhtml") || same_word(type, "application/xhtml+xml")) return Kind::xhtml;
  const std::string name = lowered(type);
  if (name.ends_with("+xml") || name.ends_with("/xml")) return Kind::xml;
  // A word that is no media type at all ("plain", "escaped") says nothing; RFC 4287 section 4.1.3.3 asks for
  // text then.
  if (name.starts_with("text/") || name.find('/') == std::string::npos) return Kind::text;
  // Containers of Atom 0.3 hold elements of their own, never base64.
  if (name.starts_with("multipart/")) return Kind::xml;
  return Kind::binary;
}

void finish(Text& text, const Reading& reading, std::string_view value, Text::Type type,
            std::string_view base, Sanitiser::Prepared prepared) {
  text.type = type;
  if (type == Text::Type::text) {
    text.plain = std::string(value);
  } else if (reading.options.sanitise) {
    text.html = Sanitiser::clean(value, base, prepared);
  }
}

std::optional<Text> make_text(Reading& reading, std::string_view value, TextRule rule, std::string_view lang,
                              std::string_view base, Sanitiser::Prepared prepared) {
  value = trimmed(value);
  if (value.empty()) return std::nullopt;
  Text text;
  text.lang = language_tag(lang);
  if (reading.spend(base.size())) text.base = std::string(base);
  const bool html = rule == TextRule::markup || (rule == TextRule::guess && has_markup(value));
  finish(text, reading, value, html ? Text::Type::html : Text::Type::text, base, prepared);
  return text;
}

/// Some publishers put escaped markup for type="html", or text, into a bare XHTML div; it is still escaped
/// markup, or text.
bool is_div_around_text(Node node) {
  Node only;
  for (const Node child : node.children()) {
    if (child.is_element() && !only) {
      only = child;
    } else if (child.is_element() || !trimmed(child.value()).empty()) {
      return false;
    }
  }
  if (!only || !trimmed(node.value()).empty() || has_elements(only)) return false;
  return same_word(only.local(), "div");
}

/// RSS 0.93 and Media RSS let an element say of itself whether it is markup.
TextRule stated_rule(const Element& element, TextRule rule) {
  const std::string_view type = Walk::attribute(element, "type");
  if (type.empty()) return rule;
  if (same_word(type, "text/plain") || same_word(type, "text") || same_word(type, "plain"))
    return TextRule::guess;
  return kind_of(type) == Kind::html ? TextRule::markup : rule;
}

/// RFC 4287 section 3.1.1.3 requires a div around type="xhtml"; in Atom 0.3 a div is the author's own.
bool has_required_div(const Reading& reading, const Element& element) {
  if (reading.feed.format == "atom-1.0") return true;
  return reading.feed.format != "atom-0.3" && same_word(Walk::attribute(element, "type"), "xhtml");
}

}  // namespace

bool has_elements(Node node) {
  return std::ranges::any_of(node.children(), &Node::is_element);
}

std::string_view text_inside(const Element& element, std::string& scratch) {
  const Node first = element.node.first_child();
  if (!first) return trimmed(element.node.value());
  if (element.node.value().empty() && !first.next_sibling() && first.is_text()) return trimmed(first.value());
  scratch.clear();
  append_all_text(element.node, scratch);
  return trimmed(scratch);
}

std::string value_of(const Element& element) {
  std::string scratch;
  return repaired(text_inside(element, scratch));
}

std::string language_tag(std::string_view lang) {
  std::string tag(trimmed(lang));
  // Thirty-five letters are what RFC 5646 section 4.4.1 expects; a tag goes into every text, so one without
  // end would make a large feed of a small document.
  constexpr std::size_t longest_tag = 100;
  if (tag.size() > longest_tag) return {};
  std::ranges::replace(tag, '_', '-');
  return tag;
}

std::string_view base_of(const Reading& reading, const Scope& scope) {
  return scope.base != nullptr ? std::string_view(*scope.base) : std::string_view(reading.feed_base);
}

std::optional<Text> make_text(Reading& reading, std::string_view value, TextRule rule, std::string_view lang,
                              std::string_view base) {
  return make_text(reading, value, rule, lang, base, Sanitiser::Prepared::no);
}

std::optional<Text> read_text(Reading& reading, Walk& walk, const Element& element, TextRule rule) {
  std::string_view base = base_of(reading, element.scope);
  if (!reading.spend(base.size())) base = {};
  std::string scratch;
  std::string mended;
  if (rule == TextRule::markup || rule == TextRule::guess) rule = stated_rule(element, rule);
  const auto prepared = reading.has_only_plain_letters ? Sanitiser::Prepared::yes : Sanitiser::Prepared::no;
  const auto with_good_letters = [&](std::string_view value) {
    return reading.has_only_plain_letters ? all_trimmed(value) : repaired(value, mended);
  };
  const auto as_rss = [&](std::string_view value) {
    return make_text(reading, with_good_letters(trimmed(value)), rule, element.scope.lang, base, prepared);
  };
  const auto inline_markup = [&]() -> std::optional<Text> {
    const bool unwrap = rule == TextRule::atom && has_required_div(reading, element);
    const std::string markup = inner_markup(reading, walk, element, unwrap);
    const std::string_view value = with_good_letters(trimmed(markup));
    if (value.empty()) return std::nullopt;
    Text text{.lang = language_tag(element.scope.lang), .base = std::string(base)};
    finish(text, reading, value, Text::Type::xhtml, base, prepared);
    return text;
  };

  if (rule == TextRule::xhtml) return inline_markup();
  if (rule != TextRule::atom) {
    if (has_elements(element.node) && !is_div_around_text(element.node)) return inline_markup();
    return as_rss(text_inside(element, scratch));
  }

  const std::string_view src = Walk::attribute(element, "src");
  if (!src.empty()) {
    const std::string url = reading.url(src, base, element.node);
    if (url.empty()) return std::nullopt;
    return Text{.lang = language_tag(element.scope.lang), .base = std::string(base), .src = url};
  }
  Kind kind = kind_of(Walk::attribute(element, "type"));
  const std::string_view mode = Walk::attribute(element, "mode");
  // Atom 0.3 section 3.1.2: the markup is in the character data, so it is HTML's to read.
  if ((kind == Kind::xhtml || kind == Kind::xml) && same_word(mode, "escaped") && !has_elements(element.node))
    kind = Kind::html;
  // Elements are no base64, whatever the attributes say.
  const bool in_base64 =
      (same_word(mode, "base64") || (mode.empty() && kind == Kind::binary)) && !has_elements(element.node);
  if (in_base64) {
    const std::string_view sent = text_inside(element, scratch);
    const auto decoded = decode_base64(sent);
    const std::string value = decoded ? repaired(trimmed(*decoded)) : std::string(sent);
    const bool body = same_word(element.local, "content") || same_word(element.local, "summary");
    const TextRule as = kind == Kind::html || body ? TextRule::markup : TextRule::guess;
    return make_text(reading, value, as, element.scope.lang, base);
  }
  if (kind == Kind::xhtml || kind == Kind::xml || has_elements(element.node)) {
    const bool only_wrapped = (kind == Kind::html || kind == Kind::text) && is_div_around_text(element.node);
    if (!only_wrapped) return inline_markup();
  }
  const std::string_view value = with_good_letters(text_inside(element, scratch));
  if (value.empty()) return std::nullopt;
  Text text{.lang = language_tag(element.scope.lang), .base = std::string(base)};
  finish(text, reading, value, kind == Kind::html ? Text::Type::html : Text::Type::text, base, prepared);
  return text;
}

}  // namespace tributary::parser
