#include "parser/categories.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "parser/ascii.hpp"
#include "parser/text_construct.hpp"

namespace tributary::parser {
namespace {

constexpr std::string_view itunes_scheme = "http://www.itunes.com/";
constexpr std::string_view media_scheme = "http://search.yahoo.com/mrss/category_schema";

void read_keywords(Reading& reading, const Element& element, std::vector<Category>& categories) {
  const std::string_view scheme = element.ns == Ns::itunes ? itunes_scheme : std::string_view();
  const std::string value = value_of(element);
  std::string_view rest = value;
  while (!rest.empty() && reading.may_grow(categories.size(), element.node)) {
    const auto comma = rest.find(',');
    const std::string_view word = trimmed(rest.substr(0, comma));
    if (!word.empty())
      add_category(reading, categories, {.term = std::string(word), .scheme = std::string(scheme)});
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
  }
}

/// An itunes:category holds its subcategories; two levels are Apple's limit, and one more does no harm.
void read_itunes(Reading& reading, Walk& walk, const Element& element, std::vector<Category>& categories,
                 int depth) {
  std::string term = repaired(Walk::attribute(element, "text"));
  if (term.empty() && !has_elements(element.node)) term = value_of(element);
  if (!term.empty())
    add_category(reading, categories, {.term = std::move(term), .scheme = std::string(itunes_scheme)});
  if (depth == 2) return;
  walk.children(element, [&](const Element& child) {
    if (child.is(Ns::itunes, "category")) read_itunes(reading, walk, child, categories, depth + 1);
  });
}

}  // namespace

void add_category(Reading& reading, std::vector<Category>& categories, Category category) {
  if (category == Category{} || !reading.may_grow(categories.size())) return;
  if (std::ranges::find(categories, category) != categories.end()) return;
  categories.push_back(std::move(category));
}

void read_category(Reading& reading, Walk& walk, const Element& element, Member member,
                   std::vector<Category>& categories) {
  if (member == Member::keywords) return read_keywords(reading, element, categories);
  if (member == Member::itunes_category) return read_itunes(reading, walk, element, categories, 0);
  if (element.is(Ns::plain, "categories")) {
    walk.children(element, [&](const Element& child) {
      if (child.is(Ns::plain, "category")) read_category(reading, walk, child, Member::category, categories);
    });
    return;
  }
  Category category;
  category.term = repaired(Walk::attribute(element, "term"));
  if (category.term.empty()) category.term = value_of(element);
  category.scheme = Walk::attribute(element, "scheme");
  if (category.scheme.empty()) category.scheme = Walk::attribute(element, "domain");
  category.label = repaired(Walk::attribute(element, "label"));
  if (member == Member::media_category && category.scheme.empty() && !category.term.empty())
    category.scheme = media_scheme;
  add_category(reading, categories, std::move(category));
}

}  // namespace tributary::parser
