#include "parser/html_elements.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>

namespace tributary::parser::html {
namespace {

constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

constexpr auto keep = Policy::keep;
constexpr auto unwrap = Policy::unwrap;
constexpr auto remove = Policy::remove;

constexpr std::uint32_t block = is_special | closes_p | is_block;
constexpr std::uint32_t heading = block | is_heading;

struct Row {
  Tag tag;
  Traits traits;
};

// Allowed are HTML's elements for text, lists, tables, figures, images, audio and video, and links. dialog
// and canvas are shown by a script only, so what they hold is kept without them; main belongs to the page
// around.
constexpr std::array rows{
    Row{Tag::a, {"a", keep, is_formatting}},
    Row{Tag::abbr, {"abbr", keep, 0}},
    Row{Tag::acronym, {"acronym", keep, 0}},
    Row{Tag::address, {"address", keep, block}},
    Row{Tag::applet, {"applet", remove, is_special | is_scope | is_marker | is_hard}},
    Row{Tag::area, {"area", keep, is_special | is_void}},
    Row{Tag::article, {"article", keep, block}},
    Row{Tag::aside, {"aside", keep, block}},
    Row{Tag::audio, {"audio", keep, 0}},
    Row{Tag::b, {"b", keep, is_formatting}},
    Row{Tag::base, {"base", unwrap, is_special | is_void}},
    Row{Tag::basefont, {"basefont", unwrap, is_special | is_void}},
    Row{Tag::bdi, {"bdi", keep, 0}},
    Row{Tag::bdo, {"bdo", keep, 0}},
    Row{Tag::bgsound, {"bgsound", unwrap, is_special | is_void}},
    Row{Tag::big, {"big", keep, is_formatting}},
    Row{Tag::blink, {"blink", unwrap, 0}},
    Row{Tag::blockquote, {"blockquote", keep, block}},
    Row{Tag::body, {"body", unwrap, is_special}},
    Row{Tag::br, {"br", keep, is_special | is_void}},
    Row{Tag::button, {"button", unwrap, is_special | is_hard}},
    Row{Tag::canvas, {"canvas", unwrap, 0}},
    Row{Tag::caption, {"caption", keep, is_special | is_scope | is_marker | is_block}},
    Row{Tag::center, {"center", keep, block}},
    Row{Tag::cite, {"cite", keep, 0}},
    Row{Tag::code, {"code", keep, is_formatting}},
    Row{Tag::col, {"col", keep, is_special | is_void}},
    Row{Tag::colgroup, {"colgroup", keep, is_special | is_table_part}},
    Row{Tag::data, {"data", keep, 0}},
    Row{Tag::datalist, {"datalist", unwrap, 0}},
    Row{Tag::dd, {"dd", keep, is_special | is_implied_end | is_block}},
    Row{Tag::del, {"del", keep, 0}},
    Row{Tag::details, {"details", keep, block}},
    Row{Tag::dfn, {"dfn", keep, 0}},
    Row{Tag::dialog, {"dialog", unwrap, closes_p | is_block | is_newer}},
    Row{Tag::dir, {"dir", keep, block}},
    Row{Tag::div, {"div", keep, block}},
    Row{Tag::dl, {"dl", keep, block}},
    Row{Tag::dt, {"dt", keep, is_special | is_implied_end | is_block}},
    Row{Tag::em, {"em", keep, is_formatting}},
    Row{Tag::embed, {"embed", remove, is_special | is_void}},
    Row{Tag::fieldset, {"fieldset", unwrap, block}},
    Row{Tag::figcaption, {"figcaption", keep, block}},
    Row{Tag::figure, {"figure", keep, block}},
    Row{Tag::font, {"font", keep, is_formatting}},
    Row{Tag::footer, {"footer", keep, block}},
    Row{Tag::form, {"form", unwrap, is_special | is_hard | is_block}},
    Row{Tag::frame, {"frame", unwrap, is_special}},
    Row{Tag::frameset, {"frameset", unwrap, is_special}},
    Row{Tag::h1, {"h1", keep, heading}},
    Row{Tag::h2, {"h2", keep, heading}},
    Row{Tag::h3, {"h3", keep, heading}},
    Row{Tag::h4, {"h4", keep, heading}},
    Row{Tag::h5, {"h5", keep, heading}},
    Row{Tag::h6, {"h6", keep, heading}},
    Row{Tag::head, {"head", unwrap, is_special}},
    Row{Tag::header, {"header", keep, block}},
    Row{Tag::hgroup, {"hgroup", keep, block}},
    Row{Tag::hr, {"hr", keep, is_special | is_void | closes_p | is_block}},
    Row{Tag::html, {"html", unwrap, is_special | is_scope | is_hard}},
    Row{Tag::i, {"i", keep, is_formatting}},
    Row{Tag::iframe, {"iframe", remove, is_special | is_raw}},
    Row{Tag::image, {"image", unwrap, is_hard}},
    Row{Tag::img, {"img", keep, is_special | is_void}},
    Row{Tag::input, {"input", unwrap, is_special | is_void}},
    Row{Tag::ins, {"ins", keep, 0}},
    Row{Tag::isindex, {"isindex", unwrap, is_hard}},
    Row{Tag::kbd, {"kbd", keep, 0}},
    Row{Tag::keygen, {"keygen", unwrap, is_special | is_void}},
    Row{Tag::label, {"label", unwrap, 0}},
    Row{Tag::legend, {"legend", unwrap, is_block}},
    Row{Tag::li, {"li", keep, is_special | is_implied_end | is_block}},
    Row{Tag::link, {"link", unwrap, is_special | is_void}},
    Row{Tag::listing, {"listing", unwrap, block | is_hard}},
    Row{Tag::main, {"main", unwrap, block | is_newer}},
    Row{Tag::map, {"map", keep, 0}},
    Row{Tag::mark, {"mark", keep, 0}},
    Row{Tag::marquee, {"marquee", unwrap, is_special | is_scope | is_marker | is_hard}},
    Row{Tag::math, {"math", remove, is_hard}},
    Row{Tag::menu, {"menu", keep, block}},
    Row{Tag::menuitem, {"menuitem", unwrap, is_hard}},
    Row{Tag::meta, {"meta", unwrap, is_special | is_void}},
    Row{Tag::meter, {"meter", keep, 0}},
    Row{Tag::nav, {"nav", keep, block}},
    Row{Tag::nobr, {"nobr", unwrap, is_formatting | is_hard}},
    Row{Tag::noembed, {"noembed", unwrap, is_special | is_raw}},
    Row{Tag::noframes, {"noframes", unwrap, is_special | is_raw}},
    Row{Tag::noscript, {"noscript", remove, is_special}},
    Row{Tag::object, {"object", remove, is_special | is_scope | is_marker}},
    Row{Tag::ol, {"ol", keep, block}},
    Row{Tag::optgroup, {"optgroup", unwrap, is_hard | is_implied_end}},
    Row{Tag::option, {"option", unwrap, is_hard | is_implied_end | is_block}},
    Row{Tag::output, {"output", unwrap, 0}},
    Row{Tag::p, {"p", keep, block | is_implied_end}},
    Row{Tag::param, {"param", unwrap, is_special | is_void}},
    Row{Tag::picture, {"picture", keep, 0}},
    Row{Tag::plaintext, {"plaintext", unwrap, block | is_hard}},
    Row{Tag::pre, {"pre", keep, block}},
    Row{Tag::progress, {"progress", keep, 0}},
    Row{Tag::q, {"q", keep, 0}},
    Row{Tag::rb, {"rb", unwrap, is_implied_end | is_hard}},
    Row{Tag::rp, {"rp", keep, is_implied_end}},
    Row{Tag::rt, {"rt", keep, is_implied_end}},
    Row{Tag::rtc, {"rtc", unwrap, is_implied_end | is_hard}},
    Row{Tag::ruby, {"ruby", keep, 0}},
    Row{Tag::s, {"s", keep, is_formatting}},
    Row{Tag::samp, {"samp", keep, 0}},
    Row{Tag::script, {"script", remove, is_special | is_raw}},
    Row{Tag::search, {"search", unwrap, block | is_newer}},
    Row{Tag::section, {"section", keep, block}},
    Row{Tag::select, {"select", unwrap, is_special | is_hard}},
    Row{Tag::small, {"small", keep, is_formatting}},
    Row{Tag::source, {"source", keep, is_special | is_void}},
    Row{Tag::span, {"span", keep, 0}},
    Row{Tag::strike, {"strike", keep, is_formatting}},
    Row{Tag::strong, {"strong", keep, is_formatting}},
    Row{Tag::style, {"style", remove, is_special | is_raw}},
    Row{Tag::sub, {"sub", keep, 0}},
    Row{Tag::summary, {"summary", keep, block}},
    Row{Tag::sup, {"sup", keep, 0}},
    Row{Tag::svg, {"svg", remove, is_hard}},
    Row{Tag::table, {"table", keep, block | is_scope | is_table_part}},
    Row{Tag::tbody, {"tbody", keep, is_special | is_table_part}},
    Row{Tag::td, {"td", keep, is_special | is_scope | is_marker | is_block}},
    Row{Tag::template_, {"template", remove, is_special | is_scope | is_marker | is_hard}},
    Row{Tag::textarea, {"textarea", unwrap, is_special | is_rcdata}},
    Row{Tag::tfoot, {"tfoot", keep, is_special | is_table_part}},
    Row{Tag::th, {"th", keep, is_special | is_scope | is_marker | is_block}},
    Row{Tag::thead, {"thead", keep, is_special | is_table_part}},
    Row{Tag::time, {"time", keep, 0}},
    Row{Tag::title, {"title", unwrap, is_special | is_rcdata}},
    Row{Tag::tr, {"tr", keep, is_special | is_table_part | is_block}},
    Row{Tag::track, {"track", keep, is_special | is_void}},
    Row{Tag::tt, {"tt", keep, is_formatting}},
    Row{Tag::u, {"u", keep, is_formatting}},
    Row{Tag::ul, {"ul", keep, block}},
    Row{Tag::var, {"var", keep, 0}},
    Row{Tag::video, {"video", keep, 0}},
    Row{Tag::wbr, {"wbr", keep, is_special | is_void}},
    Row{Tag::xmp, {"xmp", unwrap, block | is_raw}},
};

constexpr auto tag_count = static_cast<std::size_t>(Tag::count);
static_assert(rows.size() == tag_count - 1);
static_assert([] {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (static_cast<std::size_t>(rows[i].tag) != i + 1) return false;
  }
  return true;
}());

constexpr auto by_tag = [] {
  std::array<Traits, tag_count> table{};
  for (const Row& row : rows) table[static_cast<std::size_t>(row.tag)] = row.traits;
  return table;
}();

constexpr std::array<std::string_view, static_cast<std::size_t>(Attribute::count)> attribute_names{
    // clang-format off
    "", "abbr", "align", "alt", "axis", "border", "cellpadding", "cellspacing", "char", "charoff", "cite", "class", "clear",
    "color", "colspan", "compact", "controls", "coords", "datetime", "default", "dir", "face", "frame", "headers", "height",
    "high", "href", "hreflang", "hspace", "kind", "label", "lang", "longdesc", "loop", "low", "max", "media", "min", "muted",
    "nohref", "noshade", "nowrap", "open", "optimum", "poster", "preload", "rel", "rev", "reversed", "rowspan", "rules",
    "scope", "shape", "size", "sizes", "span", "src", "srclang", "srcset", "start", "summary", "title", "type", "valign",
    "value", "vspace", "width",
    "style", "data-src", "data-lazy-src", "data-original", "data-srcset", "data-lazy-srcset",
    // clang-format on
};
static_assert(attribute_names.back() == "data-lazy-srcset");

constexpr std::size_t slots = 512;  // 2^9, two to three times the names: probes stay short

constexpr std::size_t hash(std::string_view name) {
  std::uint64_t h = name.size();
  // Letters of both cases are the same here; a comparison decides.
  for (const char c : name) h = std::rotl(h, 5) ^ (static_cast<unsigned char>(c) | 0x20u);
  return (h * 0x9E3779B97F4A7C15u) >> 55;
}

constexpr bool same(std::string_view lower_case, std::string_view name) {
  if (lower_case.size() != name.size()) return false;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (lower(name[i]) != lower_case[i]) return false;
  }
  return true;
}

/// Open addressing over the names of a table; slot 0 of the value is "none".
template <typename NameOf>
constexpr std::array<std::uint8_t, slots> index_names(std::size_t count, NameOf name) {
  std::array<std::uint8_t, slots> index{};
  for (std::size_t i = 1; i < count; ++i) {
    std::size_t slot = hash(name(i));
    while (index[slot] != 0) slot = (slot + 1) % slots;
    index[slot] = static_cast<std::uint8_t>(i);
  }
  return index;
}

constexpr auto tag_index = index_names(tag_count, [](std::size_t i) { return by_tag[i].name; });
constexpr auto attribute_index =
    index_names(attribute_names.size(), [](std::size_t i) { return attribute_names[i]; });

template <typename NameOf>
std::size_t look_up(const std::array<std::uint8_t, slots>& index, std::string_view name, NameOf name_at) {
  for (std::size_t slot = hash(name);; slot = (slot + 1) % slots) {
    const std::size_t found = index[slot];
    if (found == 0 || same(name_at(found), name)) return found;
  }
}

}  // namespace

const std::array<Traits, tag_count> all_traits = by_tag;

Tag tag_of(std::string_view name) {
  if (name.empty() || name.size() > 10) return Tag::unknown;
  return static_cast<Tag>(look_up(tag_index, name, [](std::size_t i) { return by_tag[i].name; }));
}

bool is_html_element(std::string_view name) {
  static constexpr std::array<std::string_view, 5> others{"multicol", "nextid", "slot", "spacer", "command"};
  return tag_of(name) != Tag::unknown ||
         std::ranges::any_of(others, [&](std::string_view other) { return same(other, name); });
}

std::string_view name_of(Attribute attribute) {
  return attribute_names[static_cast<std::size_t>(attribute)];
}

Attribute attribute_of(std::string_view name) {
  if (name.size() < 3 || name.size() > 16) return Attribute::unknown;
  return static_cast<Attribute>(
      look_up(attribute_index, name, [](std::size_t i) { return attribute_names[i]; }));
}

}  // namespace tributary::parser::html
