#pragma once
#include <vector>

#include "model/feed.hpp"
#include "parser/vocabulary.hpp"
#include "parser/walk.hpp"

namespace tributary::parser {

/// category, dc:subject, itunes:category and keywords, media:category: added unless it is there already.
void read_category(Reading& reading, Walk& walk, const Element& element, Member member,
                   std::vector<Category>& categories);
void add_category(Reading& reading, std::vector<Category>& categories, Category category);

}  // namespace tributary::parser
