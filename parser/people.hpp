#pragma once
#include <string_view>

#include "model/feed.hpp"
#include "parser/reading.hpp"
#include "parser/walk.hpp"

namespace tributary::parser {

/// `me@x.org (Ann)`, `Ann (me@x.org)`, `Ann <me@x.org>`, an address alone, or a name alone.
[[nodiscard]] Person split_person(std::string_view text);

/// A person element: Atom's with name, email and uri inside, or RSS's with text.
[[nodiscard]] Person read_person(Reading& reading, Walk& walk, const Element& element);

/// Adds someone who is not there yet.
void add_person(Reading& reading, std::vector<Person>& people, Person person);

}  // namespace tributary::parser
