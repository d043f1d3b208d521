#include "parser/html_allowed.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>

namespace tributary::parser {
namespace {

using Rules = std::unordered_map<std::string_view, ElementRule>;

const Rules& elements() {
  static const Rules rules = [] {
    Rules made;
    for (const std::string_view name :
         {"a",        "abbr",    "acronym",    "address", "article", "aside",  "audio",  "b",    "bdi",
          "bdo",      "big",     "blockquote", "br",      "caption", "center", "cite",   "code", "col",
          "colgroup", "data",    "dd",         "del",     "details", "dfn",    "dir",    "div",  "dl",
          "dt",       "em",      "figcaption", "figure",  "font",    "footer", "h1",     "h2",   "h3",
          "h4",       "h5",      "h6",         "header",  "hgroup",  "hr",     "i",      "img",  "ins",
          "kbd",      "li",      "main",       "mark",    "menu",    "nav",    "nobr",   "ol",   "p",
          "picture",  "pre",     "q",          "rb",      "rp",      "rt",     "rtc",    "ruby", "s",
          "samp",     "section", "small",      "source",  "span",    "strike", "strong", "sub",  "summary",
          "sup",      "table",   "tbody",      "td",      "tfoot",   "th",     "thead",  "time", "tr",
          "track",    "tt",      "u",          "ul",      "var",     "video",  "wbr"}) {
      made.emplace(name, ElementRule::keep);
    }
    for (const std::string_view name :
         {"script", "style", "applet", "object", "embed", "iframe", "noscript", "svg", "math", "template",
          "noembed", "noframes", "frame", "frameset", "xmp", "plaintext", "head", "title", "select"}) {
      made.emplace(name, ElementRule::remove);
    }
    return made;
  }();
  return rules;
}

template <std::size_t N>
bool one_of(std::string_view name, const std::array<std::string_view, N>& names) {
  return std::ranges::find(names, name) != names.end();
}

}  // namespace

ElementRule element_rule(std::string_view name) {
  const auto found = elements().find(name);
  return found == elements().end() ? ElementRule::unwrap : found->second;
}

AttributeRule attribute_rule(std::string_view element, std::string_view attribute) {
  // Neither id nor name: an element that carries one becomes a property of the page's document ("DOM
  // clobbering").
  static constexpr std::array<std::string_view, 38> kept{
      "abbr",    "align", "alt",     "axis",     "border",   "cellpadding", "cellspacing", "char",
      "charoff", "class", "clear",   "cols",     "colspan",  "compact",     "coords",      "datetime",
      "dir",     "frame", "headers", "height",   "hreflang", "hspace",      "label",       "lang",
      "nowrap",  "rel",   "rev",     "reversed", "rows",     "rowspan",     "rules",       "scope",
      "shape",   "span",  "start",   "summary",  "title",    "type"};
  static constexpr std::array<std::string_view, 12> kept_too{"valign",   "vspace", "width",   "sizes",
                                                             "size",     "media",  "kind",    "srclang",
                                                             "controls", "loop",   "preload", "muted"};
  if (attribute == "src" || attribute == "cite" || attribute == "poster" || attribute == "longdesc")
    return AttributeRule::url;
  if (attribute == "href") return element == "a" ? AttributeRule::url : AttributeRule::drop;
  if (attribute == "srcset") return AttributeRule::srcset;
  if (attribute == "value")
    return element == "data" || element == "li" ? AttributeRule::keep : AttributeRule::drop;
  if (attribute == "open") return element == "details" ? AttributeRule::keep : AttributeRule::drop;
  if (attribute == "color" || attribute == "face")
    return element == "font" ? AttributeRule::keep : AttributeRule::drop;
  return one_of(attribute, kept) || one_of(attribute, kept_too) ? AttributeRule::keep : AttributeRule::drop;
}

}  // namespace tributary::parser
