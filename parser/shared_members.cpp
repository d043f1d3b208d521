#include "parser/shared_members.hpp"

#include <string>
#include <utility>

#include "parser/ascii.hpp"
#include "parser/categories.hpp"
#include "parser/images.hpp"
#include "parser/people.hpp"

namespace tributary::parser {
namespace {

/// An identifier is kept as sent; only a relative reference is made absolute.
std::string identifier(Reading& reading, std::string_view sent, std::string_view base) {
  if (sent.empty() || split_url(sent).scheme) return std::string(sent);
  return reading.absolute(sent, base);
}

}  // namespace

bool Seen::take(Reading& reading, const Element& element, Meaning meaning, Keep keep) {
  std::uint8_t& rank = ranks_[static_cast<std::size_t>(meaning.member)];
  if (rank == meaning.rank && meaning.rank == 0) {
    reading.warn("duplicate-element",
                 "\"" + std::string(element.local) + "\" says again what may be said once", element.node);
  }
  if (rank < meaning.rank || (rank == meaning.rank && keep == Keep::first)) return false;
  rank = meaning.rank;
  return true;
}

TextRule rule_for(const Reading& reading, const Element& element, Member member) {
  // RSS's names for a description or a content keep RSS's rules inside Atom too.
  const bool atom_names_it =
      member != Member::description && (member != Member::content || same_word(element.local, "content"));
  if (atom_names_it && (element.ns == Ns::atom || (element.ns == Ns::plain && reading.atom)))
    return TextRule::atom;
  if (member == Member::body) return TextRule::xhtml;
  if (member == Member::description || member == Member::content) return TextRule::markup;
  // Only RSS leaves it open what a text is: in Atom a module's text is plain unless it says otherwise.
  return reading.atom ? TextRule::atom : TextRule::guess;
}

template <typename Target>
void SharedMembers<Target>::read_text_member(std::optional<Text>& member, const Element& element,
                                             Meaning meaning, Seen::Keep keep) {
  auto text = read_text(reading_, walk_, element, rule_for(reading_, element, meaning.member));
  if (text && seen_.take(reading_, element, meaning, keep)) member = std::move(text);
}

template <typename Target>
void SharedMembers<Target>::read_id(const Element& element, Meaning meaning) {
  const std::string sent = value_of(element);
  if (sent.empty() || !seen_.take(reading_, element, meaning, Seen::Keep::last)) return;
  std::string_view base = base_of(reading_, element.scope);
  if constexpr (requires { target_.id_is_permalink; }) {
    if (same_word(element.local, "guid")) {
      target_.id_is_permalink = !same_word(Walk::attribute(element, "isPermaLink"), "false");
      // A guid that is no permalink is a word of its own, not a reference.
      if (!*target_.id_is_permalink) base = {};
    } else {
      target_.id_is_permalink.reset();
    }
  }
  target_.id = identifier(reading_, sent, base);
}

template <typename Target>
void SharedMembers<Target>::read_about(const Element& element) {
  if (!target_.id.empty()) return;
  target_.id = identifier(reading_, walk_.rdf_attribute(element, "about"), base_of(reading_, element.scope));
}

template <typename Target>
void SharedMembers<Target>::read_date(std::optional<Timestamp>& member, const Element& element,
                                      Meaning meaning) {
  std::string scratch;
  const auto when = reading_.date(text_inside(element, scratch), element.node);
  if (when && seen_.take(reading_, element, meaning, Seen::Keep::last)) member = when;
}

template <typename Target>
void SharedMembers<Target>::read_people(std::vector<Person>& people, const Element& element) {
  const auto read_one = [&](const Element& each) {
    add_person(reading_, people, read_person(reading_, walk_, each));
  };
  if (!walk_.contained(element, read_one)) read_one(element);
}

template <typename Target>
void SharedMembers<Target>::read_publisher(const Element& element, Meaning meaning) {
  Person person = read_person(reading_, walk_, element);
  meaning.member = Member::publisher;
  if (!person.empty() && seen_.take(reading_, element, meaning, Seen::Keep::first))
    target_.publisher = std::move(person);
}

template <typename Target>
void SharedMembers<Target>::read_image_member(const Element& element, Meaning meaning) {
  Image image = meaning.member == Member::image ? read_image(reading_, walk_, element) : Image{};
  if (meaning.member != Member::image) image.url = image_address(reading_, element);
  meaning.member = Member::image;
  if (image.empty()) return;
  // One without an address still says what the other is called.
  if (image.url.empty()) {
    image.url = target_.image.url;
  } else if (target_.image.url.empty()) {
    target_.image.url = image.url;
  }
  if (seen_.take(reading_, element, meaning, Seen::Keep::first)) target_.image = std::move(image);
}

template <typename Target>
bool SharedMembers<Target>::read(const Element& element, Meaning meaning) {
  switch (meaning.member) {
    case Member::title:
      read_text_member(target_.title, element, meaning, Seen::Keep::first);
      return true;
    case Member::rights:
      read_text_member(target_.rights, element, meaning, Seen::Keep::last);
      return true;
    case Member::link:
      links_.read(reading_, element);
      // The iTunes way of 2005 to name a cover.
      if (element.ns == Ns::itunes && same_word(Walk::attribute(element, "rel"), "image"))
        read_image_member(element, {Member::itunes_image, 3});
      return true;
    case Member::license:
      links_.read_license(reading_, walk_, element);
      return true;
    case Member::id:
      read_id(element, meaning);
      return true;
    case Member::published:
      read_date(target_.published, element, meaning);
      return true;
    case Member::updated:
      read_date(target_.updated, element, meaning);
      return true;
    case Member::created:
      read_date(target_.created, element, meaning);
      return true;
    case Member::author:
      read_people(target_.authors, element);
      return true;
    case Member::contributor:
      read_people(target_.contributors, element);
      return true;
    case Member::publisher:
    case Member::owner:
      read_publisher(element, meaning);
      return true;
    case Member::category:
    case Member::itunes_category:
    case Member::keywords:
    case Member::media_category:
      if (!walk_.contained(element, [&](const Element& each) {
            read_category(reading_, walk_, each, meaning.member, target_.categories);
          }))
        read_category(reading_, walk_, element, meaning.member, target_.categories);
      return true;
    case Member::image:
    case Member::itunes_image:
    case Member::thumbnail:
      read_image_member(element, meaning);
      return true;
    default:
      return false;
  }
}

template <typename Target>
void SharedMembers<Target>::finish() {
  target_.link = links_.page();
}

template class SharedMembers<FeedDetails>;
template class SharedMembers<Item>;

}  // namespace tributary::parser
