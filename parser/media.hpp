#pragma once
#include "model/feed.hpp"
#include "parser/reading.hpp"
#include "parser/walk.hpp"

namespace tributary::parser {

/// What a media:content, or a media:group around several, adds to its item.
struct Media {
  std::vector<Enclosure> enclosures = {};
  std::vector<Thumbnail> thumbnails = {};
  std::optional<Text> title = {};
  std::optional<Text> description = {};
  std::vector<Category> categories = {};
};

/// Media RSS 1.5.1: elements inside a content speak of it alone, those of a group of all its contents.
[[nodiscard]] Media read_media(Reading& reading, Walk& walk, const Element& element);

[[nodiscard]] std::optional<Thumbnail> read_thumbnail(Reading& reading, const Element& element);

/// RSS's enclosure; nullopt without an address.
[[nodiscard]] std::optional<Enclosure> read_enclosure(Reading& reading, const Element& element);

/// Adds one; where its address is known already, fills what was missing there instead.
void add_enclosure(Reading& reading, std::vector<Enclosure>& enclosures, Enclosure enclosure);

/// media:credit, media:license and media:description, which may also stand in the item itself.
struct MediaNotes {
  std::string credit = {};
  std::string licence = {};
  std::string description = {};
  void read(Reading& reading, const Element& element);
  void give_to(Enclosure& enclosure) const;
};

}  // namespace tributary::parser
