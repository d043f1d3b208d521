#include "parser/media.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "parser/categories.hpp"
#include "parser/html_text.hpp"
#include "parser/images.hpp"
#include "parser/numbers.hpp"
#include "parser/text_construct.hpp"

namespace tributary::parser {
namespace {

std::string address(Reading& reading, const Element& element, std::string_view attribute) {
  return reading.url(Walk::attribute(element, attribute), base_of(reading, element.scope), element.node);
}

std::string as_plain(const Text& text) {
  return text.type == Text::Type::text ? text.plain : plain_text(text.html);
}

template <typename T>
void append(std::vector<T>& to, std::vector<T>&& from) {
  std::ranges::move(from, std::back_inserter(to));
}

// Groups hold contents, and some feeds put groups into groups: more is no media RSS.
constexpr int deepest = 4;

Media read_nested(Reading& reading, Walk& walk, const Element& element, int depth) {
  Media media;
  MediaNotes notes;
  if (element.is(Ns::media, "content")) {
    Enclosure own{.url = address(reading, element, "url"),
                  .type = std::string(Walk::attribute(element, "type"))};
    own.length = whole_number(Walk::attribute(element, "fileSize"));
    if (!own.url.empty()) media.enclosures.push_back(std::move(own));
  }
  walk.children(element, [&](const Element& child) {
    if (child.ns != Ns::media) return;
    if (child.local == "title") {
      media.title = read_text(reading, walk, child, TextRule::guess);
    } else if (child.local == "description") {
      media.description = read_text(reading, walk, child, TextRule::markup);
      if (media.description) notes.read(reading, child);
    } else if (child.local == "category") {
      read_category(reading, walk, child, Member::media_category, media.categories);
    } else if (child.local == "keywords") {
      read_category(reading, walk, child, Member::keywords, media.categories);
    } else if (child.local == "thumbnail") {
      auto thumbnail = read_thumbnail(reading, child);
      if (thumbnail && reading.may_grow(media.thumbnails.size()))
        media.thumbnails.push_back(std::move(*thumbnail));
    } else if ((child.local == "content" || child.local == "group") && depth < deepest) {
      Media inner = read_nested(reading, walk, child, depth + 1);
      append(media.enclosures, std::move(inner.enclosures));
      append(media.thumbnails, std::move(inner.thumbnails));
      for (auto& category : inner.categories) add_category(reading, media.categories, std::move(category));
      if (!media.title) media.title = std::move(inner.title);
      if (!media.description) media.description = std::move(inner.description);
    } else {
      notes.read(reading, child);
    }
  });
  for (auto& enclosure : media.enclosures) {
    if (enclosure.title.empty() && media.title) enclosure.title = as_plain(*media.title);
    notes.give_to(enclosure);
  }
  return media;
}

}  // namespace

void MediaNotes::read(Reading& reading, const Element& element) {
  if (element.ns != Ns::media) return;
  if (element.local == "credit") {
    if (credit.empty()) credit = value_of(element);
  } else if (element.local == "license") {
    if (licence.empty()) licence = address(reading, element, "href");
    if (licence.empty()) licence = value_of(element);
  } else if (element.local == "description") {
    const std::string value = value_of(element);
    if (!description.empty()) return;
    const auto text = make_text(reading, value, TextRule::guess, {}, {});
    if (text) description = as_plain(*text);
  }
}

void MediaNotes::give_to(Enclosure& enclosure) const {
  if (enclosure.credit.empty()) enclosure.credit = credit;
  if (enclosure.licence.empty()) enclosure.licence = licence;
  if (enclosure.description.empty()) enclosure.description = description;
}

Media read_media(Reading& reading, Walk& walk, const Element& element) {
  return read_nested(reading, walk, element, 0);
}

std::optional<Thumbnail> read_thumbnail(Reading& reading, const Element& element) {
  Thumbnail thumbnail{.url = image_address(reading, element)};
  if (thumbnail.url.empty()) return std::nullopt;
  thumbnail.width = pixels(Walk::attribute(element, "width"));
  thumbnail.height = pixels(Walk::attribute(element, "height"));
  return thumbnail;
}

std::optional<Enclosure> read_enclosure(Reading& reading, const Element& element) {
  std::string scratch;
  Enclosure enclosure{.url = address(reading, element, "url")};
  if (enclosure.url.empty()) enclosure.url = address(reading, element, "href");
  if (enclosure.url.empty()) {
    const std::string_view text = text_inside(element, scratch);
    // Some feeds write the address as text; a text that is none must not become one by a base.
    if (is_http_url(text)) enclosure.url = reading.url(text, {});
  }
  if (enclosure.url.empty()) return std::nullopt;
  enclosure.type = Walk::attribute(element, "type");
  enclosure.length = whole_number(Walk::attribute(element, "length"));
  enclosure.title = repaired(Walk::attribute(element, "title"));
  return enclosure;
}

void add_enclosure(Reading& reading, std::vector<Enclosure>& enclosures, Enclosure enclosure) {
  if (!reading.may_grow(enclosures.size())) return;
  const auto same = std::ranges::find(enclosures, enclosure.url, &Enclosure::url);
  if (same == enclosures.end()) {
    enclosures.push_back(std::move(enclosure));
    return;
  }
  if (same->type.empty()) same->type = std::move(enclosure.type);
  if (!same->length) same->length = enclosure.length;
  if (same->title.empty()) same->title = std::move(enclosure.title);
  if (same->credit.empty()) same->credit = std::move(enclosure.credit);
  if (same->licence.empty()) same->licence = std::move(enclosure.licence);
  if (same->description.empty()) same->description = std::move(enclosure.description);
}

}  // namespace tributary::parser
