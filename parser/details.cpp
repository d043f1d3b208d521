#include "parser/details.hpp"

#include <utility>

#include "parser/ascii.hpp"
#include "parser/images.hpp"

namespace tributary::parser {

void DetailsReader::read_language(const Element& element, Meaning meaning) {
  std::string tag = language_tag(value_of(element));
  if (!tag.empty() && shared_.seen().take(reading_, element, meaning, Seen::Keep::last))
    details_.language = std::move(tag);
}

void DetailsReader::read_generator(const Element& element, Meaning meaning) {
  Generator generator{.name = value_of(element), .version = std::string(Walk::attribute(element, "version"))};
  std::string_view uri = Walk::attribute(element, "uri");
  if (uri.empty()) uri = Walk::attribute(element, "url");
  const std::string_view resource = walk_.rdf_attribute(element, "resource");
  if (uri.empty()) uri = resource;
  generator.uri = reading_.url(uri, base_of(reading_, element.scope), element.node);
  // RSS 1.0's generatorAgent has no other name than its address.
  if (generator.name.empty() && !resource.empty()) generator.name = generator.uri;
  if (!generator.empty() && shared_.seen().take(reading_, element, meaning, Seen::Keep::last))
    details_.generator = std::move(generator);
}

bool DetailsReader::read(const Element& element, Meaning meaning) {
  const auto subtitle = [&](std::uint8_t rank) {
    shared_.read_text_member(details_.subtitle, element, {Member::subtitle, rank}, Seen::Keep::last);
  };
  switch (meaning.member) {
    // One member with many names: the feed's own description first, then the modules', iTunes' subtitle
    // before its summary.
    case Member::description: {
      auto text = read_text(reading_, walk_, element, rule_for(reading_, element, Member::description));
      const Meaning as{Member::subtitle, meaning.rank};
      if (text && shared_.seen().take(reading_, element, as, Seen::Keep::last))
        details_.subtitle = std::move(text);
      return true;
    }
    case Member::subtitle:
      subtitle(meaning.rank);
      return true;
    case Member::itunes_subtitle:
      subtitle(meaning.rank);
      return true;
    case Member::summary:
      if (meaning.rank > 0) subtitle(meaning.rank + 1);
      return true;
    case Member::language:
      read_language(element, meaning);
      return true;
    case Member::generator:
      read_generator(element, meaning);
      return true;
    case Member::icon:
      details_.icon = image_address(reading_, element);
      return true;
    case Member::logo:
      details_.logo = image_address(reading_, element);
      return true;
    default:
      return shared_.read(element, meaning);
  }
}

void DetailsReader::finish() {
  shared_.finish();
  details_.self = link_with(details_.links, "self");
  details_.hub = link_with(details_.links, "hub");
  details_.next = link_with(details_.links, "next");
}

FeedDetails read_source(Reading& reading, Walk& walk, const Element& element) {
  FeedDetails details;
  DetailsReader reader(reading, walk, details);
  bool structured = false;
  bool has_children = false;
  walk.children(element, [&](const Element& child) {
    has_children = true;
    structured |= reader.read(child, meaning_of(child));
  });
  reader.finish();
  // Elements of modules alone are no title either, unless they stand inside a text.
  if (structured || (has_children && trimmed(element.node.value()).empty())) return details;

  const std::string_view base = base_of(reading, element.scope);
  details.title = make_text(reading, value_of(element), TextRule::guess, element.scope.lang, base);
  // RSS 2.0: url "links to the XMLization of the source".
  details.self = reading.url(Walk::attribute(element, "url"), base, element.node);
  if (details.self.empty()) details.self = reading.url(Walk::attribute(element, "href"), base, element.node);
  if (!details.self.empty()) details.links.push_back({.href = details.self, .rel = "self"});
  details.link = details.self;
  return details;
}

}  // namespace tributary::parser
