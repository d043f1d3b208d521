#include "parser/people.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "parser/ascii.hpp"
#include "parser/text_construct.hpp"

namespace tributary::parser {
namespace {

bool is_local_letter(char c) {
  return is_alpha(c) || is_digit(c) ||
         std::string_view("!#$%&'*+-/=?^_`{|}~.").find(c) != std::string_view::npos;
}

bool is_domain_letter(char c) {
  return is_alpha(c) || is_digit(c) || c == '-' || c == '.';
}

struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// The first mail address in the text: something, '@', and a domain with a dot in it.
std::optional<Span> find_address(std::string_view text) {
  for (auto at = text.find('@'); at != std::string_view::npos; at = text.find('@', at + 1)) {
    Span span{at, at + 1};
    while (span.begin > 0 && is_local_letter(text[span.begin - 1])) --span.begin;
    while (span.end < text.size() && is_domain_letter(text[span.end])) ++span.end;
    while (text[span.end - 1] == '.' || text[span.end - 1] == '-') --span.end;
    const std::string_view domain = text.substr(at + 1, span.end > at ? span.end - at - 1 : 0);
    if (span.begin < at && domain.find('.') != std::string_view::npos && domain.front() != '.') return span;
  }
  return std::nullopt;
}

bool closes(char open, char close) {
  return (open == '(' && close == ')') || (open == '<' && close == '>') || (open == '[' && close == ']') ||
         (open == '"' && close == '"');
}

std::string without_brackets(std::string_view name) {
  name = trimmed(name);
  while (name.size() >= 2 && closes(name.front(), name.back()))
    name = trimmed(name.substr(1, name.size() - 2));
  // A bracket that is never closed: "ann@example.org (Ann".
  if (!name.empty() && (name.front() == '(' || name.front() == '<') &&
      name.find(name.front() == '(' ? ')' : '>') == std::string_view::npos)
    name = trimmed(name.substr(1));
  return std::string(name);
}

}  // namespace

Person split_person(std::string_view text) {
  text = trimmed(text);
  const auto found = find_address(text);
  if (!found) return {.name = std::string(text)};
  Person person{.email = std::string(text.substr(found->begin, found->end - found->begin))};
  std::string_view before = trimmed(text.substr(0, found->begin));
  std::string_view after = trimmed(text.substr(found->end));
  if (before.size() >= 7 && starts_with_word(before.substr(before.size() - 7), "mailto:")) {
    before = trimmed(before.substr(0, before.size() - 7));
  }
  // What a mailto URL wants of the mail ("?subject=…") is no part of the name.
  if (after.starts_with('?'))
    after = trimmed(after.substr(std::min(after.find_first_of(" )>\""), after.size())));
  // The address's own brackets go with it.
  if (!before.empty() && !after.empty() && closes(before.back(), after.front())) {
    before = trimmed(before.substr(0, before.size() - 1));
    after = trimmed(after.substr(1));
  }
  // "ann@example.org - Ann", "Ann, ann@example.org": what stood between them belongs to neither.
  constexpr std::string_view between = ",;:|-";
  while (!before.empty() && between.find(before.back()) != std::string_view::npos)
    before = trimmed(before.substr(0, before.size() - 1));
  while (!after.empty() && between.find(after.front()) != std::string_view::npos)
    after = trimmed(after.substr(1));
  person.name = without_brackets(before);
  if (const std::string rest = without_brackets(after); !rest.empty()) {
    person.name += person.name.empty() ? rest : " " + rest;
  }
  if (same_word(person.name, person.email)) person.name.clear();
  return person;
}

Person read_person(Reading& reading, Walk& walk, const Element& element) {
  Person person;
  bool structured = false;
  walk.children(element, [&](const Element& child) {
    const bool known = child.ns == Ns::atom || child.ns == Ns::plain || child.ns == Ns::itunes;
    if (!known) return;
    const auto named = [&](std::string_view name) { return same_word(child.local, name); };
    if (named("name")) {
      structured = true;
      person.name = value_of(child);
    } else if (named("email")) {
      structured = true;
      person.email = value_of(child);
      if (starts_with_word(person.email, "mailto:")) person.email.erase(0, 7);
    } else if (named("uri") || named("url") || named("homepage")) {
      structured = true;
      std::string scratch;
      person.uri = reading.url(text_inside(child, scratch), base_of(reading, child.scope), child.node);
    }
  });
  return structured ? person : split_person(value_of(element));
}

void add_person(Reading& reading, std::vector<Person>& people, Person person) {
  if (person.empty() || !reading.may_grow(people.size()) || std::ranges::find(people, person) != people.end())
    return;
  people.push_back(std::move(person));
}

}  // namespace tributary::parser
