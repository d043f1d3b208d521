#pragma once
#include <string>

#include "model/feed.hpp"
#include "parser/reading.hpp"
#include "parser/walk.hpp"

namespace tributary::parser {

/// RSS's image with its elements, or one that is an address alone.
[[nodiscard]] Image read_image(Reading& reading, Walk& walk, const Element& element);

/// itunes:image, media:thumbnail, CDF's LOGO: the address in an attribute, or as text.
[[nodiscard]] std::string image_address(Reading& reading, const Element& element);

}  // namespace tributary::parser
