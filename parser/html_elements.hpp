#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

/// What the sanitiser has to know of HTML's elements and attributes: two tables, and nothing else knows a
/// name.
namespace tributary::parser::html {

/// Elements with a rule of their own, in the tree construction of HTML or in parse-contract.md. Every other
/// name is Tag::unknown: an ordinary element that loses its tags and keeps its content.
enum class Tag : std::uint8_t {
  unknown,
  // clang-format off
  a, abbr, acronym, address, applet, area, article, aside, audio, b, base, basefont, bdi, bdo, bgsound, big, blink,
  blockquote, body, br, button, canvas, caption, center, cite, code, col, colgroup, data, datalist, dd, del, details,
  dfn, dialog, dir, div, dl, dt, em, embed, fieldset, figcaption, figure, font, footer, form, frame, frameset, h1, h2,
  h3, h4, h5, h6, head, header, hgroup, hr, html, i, iframe, image, img, input, ins, isindex, kbd, keygen, label,
  legend, li, link, listing, main, map, mark, marquee, math, menu, menuitem, meta, meter, nav, nobr, noembed, noframes,
  noscript, object, ol, optgroup, option, output, p, param, picture, plaintext, pre, progress, q, rb, rp, rt, rtc, ruby,
  s, samp, script, search, section, select, small, source, span, strike, strong, style, sub, summary, sup, svg, table,
  tbody, td, template_, textarea, tfoot, th, thead, time, title, tr, track, tt, u, ul, var, video, wbr, xmp,
  // clang-format on
  count
};

/// What becomes of an element.
enum class Policy : std::uint8_t {
  unwrap,  ///< its tags go, its content stays
  keep,
  remove  ///< goes with everything inside
};

// Roles in tree construction (HTML, section 13.2). A bit each, so that one table row says all.
enum Role : std::uint32_t {
  is_void = 1u << 0,
  is_special = 1u << 1,      ///< "special" category: stops the walks of li, dd, dt and of unmatched end tags
  is_formatting = 1u << 2,   ///< may be opened again by the list of active formatting elements
  closes_p = 1u << 3,        ///< an open p ends where it starts
  is_scope = 1u << 4,        ///< "in scope" stops here
  is_marker = 1u << 5,       ///< formatting elements are not carried over it
  is_implied_end = 1u << 6,  ///< its end tag may be left out
  is_heading = 1u << 7,
  is_raw = 1u << 8,          ///< its content is text without references, up to its end tag
  is_rcdata = 1u << 9,       ///< the same, with references
  is_table_part = 1u << 10,  ///< holds nothing but certain elements and white space
  is_block = 1u << 11,       ///< starts a line of its own, for plain text
  is_hard = 1u << 12,        ///< tree construction beyond what the linear path does itself
  is_newer = 1u << 13,       ///< a block that gumbo 0.10 does not take for one
};

struct Traits {
  std::string_view name = {};
  Policy policy = Policy::unwrap;
  std::uint32_t roles = 0;
  [[nodiscard]] constexpr bool is(std::uint32_t role) const { return (roles & role) != 0; }
};

extern const std::array<Traits, static_cast<std::size_t>(Tag::count)> all_traits;
[[nodiscard]] inline const Traits& traits(Tag tag) {
  return all_traits[static_cast<std::size_t>(tag)];
}

/// The element of that name, in any case of ASCII letters.
[[nodiscard]] Tag tag_of(std::string_view name);

/// True for a name of HTML's elements, present or past, and for svg and math.
[[nodiscard]] bool is_html_element(std::string_view name);

/// Attributes that are kept, or that say something that the sanitiser must know.
enum class Attribute : std::uint8_t {
  unknown,
  // clang-format off
  abbr, align, alt, axis, border, cellpadding, cellspacing, char_, charoff, cite, class_, clear, color, colspan, compact,
  controls, coords, datetime, default_, dir, face, frame, headers, height, high, href, hreflang, hspace, kind, label, lang,
  longdesc, loop, low, max, media, min, muted, nohref, noshade, nowrap, open, optimum, poster, preload, rel, rev, reversed,
  rowspan, rules, scope, shape, size, sizes, span, src, srclang, srcset, start, summary, title, type, valign, value, vspace,
  width,
  // read, never written
  style, data_src, data_lazy_src, data_original, data_srcset, data_lazy_srcset,
  // clang-format on
  count
};

[[nodiscard]] std::string_view name_of(Attribute attribute);
[[nodiscard]] Attribute attribute_of(std::string_view name);
[[nodiscard]] constexpr bool is_url(Attribute attribute) {
  return attribute == Attribute::href || attribute == Attribute::src || attribute == Attribute::cite ||
         attribute == Attribute::poster || attribute == Attribute::longdesc;
}
[[nodiscard]] constexpr bool is_kept(Attribute attribute) {
  return attribute != Attribute::unknown && attribute < Attribute::style;
}

}  // namespace tributary::parser::html
