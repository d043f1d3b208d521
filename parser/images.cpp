#include "parser/images.hpp"

#include <array>

#include "parser/ascii.hpp"
#include "parser/numbers.hpp"
#include "parser/text_construct.hpp"

namespace tributary::parser {

std::string image_address(Reading& reading, const Element& element) {
  std::string scratch;
  std::string_view reference;
  for (const auto name : {"href", "url", "src"}) {
    if (reference.empty()) reference = Walk::attribute(element, name);
  }
  if (reference.empty()) reference = text_inside(element, scratch);
  return reading.url(reference, base_of(reading, element.scope), element.node);
}

Image read_image(Reading& reading, Walk& walk, const Element& element) {
  Image image;
  bool structured = false;
  walk.children(element, [&](const Element& child) {
    if (child.ns != Ns::plain && child.ns != Ns::atom && child.ns != Ns::dc) return;
    structured = true;
    const auto named = [&](std::string_view name) { return same_word(child.local, name); };
    const auto address = [&] {
      std::string scratch;
      return reading.url(text_inside(child, scratch), base_of(reading, child.scope), child.node);
    };
    std::string scratch;
    if (named("url")) {
      image.url = address();
    } else if (named("title")) {
      image.title = value_of(child);
    } else if (named("link")) {
      image.link = address();
    } else if (named("description")) {
      image.description = value_of(child);
    } else if (named("width")) {
      image.width = pixels(text_inside(child, scratch));
    } else if (named("height")) {
      image.height = pixels(text_inside(child, scratch));
    }
  });
  if (!structured) image.url = image_address(reading, element);
  return image;
}

}  // namespace tributary::parser
