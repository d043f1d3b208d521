#pragma once
#include <array>
#include <cstdint>
#include <optional>

#include "parser/links.hpp"
#include "parser/reading.hpp"
#include "parser/text_construct.hpp"
#include "parser/vocabulary.hpp"
#include "parser/walk.hpp"

namespace tributary::parser {

/// Which of several elements for one member is kept: the lower rank (vocabulary.hpp), and of equals the first
/// or the last.
class Seen {
 public:
  enum class Keep { first, last };
  Seen() { ranks_.fill(unseen); }
  /// True when this element's value is to be taken. A repetition in the feed's own vocabulary adds
  /// duplicate-element.
  [[nodiscard]] bool take(Reading& reading, const Element& element, Meaning meaning, Keep keep);
  [[nodiscard]] bool has(Member member) const { return ranks_[static_cast<std::size_t>(member)] != unseen; }

 private:
  static constexpr std::uint8_t unseen = 255;
  std::array<std::uint8_t, member_count> ranks_;
};

/// The text rule for an element of this meaning, by its vocabulary and by the format of the document.
[[nodiscard]] TextRule rule_for(const Reading& reading, const Element& element, Member member);

/// The members that a feed and an item share; Target is FeedDetails or Item.
template <typename Target>
class SharedMembers {
 public:
  SharedMembers(Reading& reading, Walk& walk, Target& target)
      : reading_(reading), walk_(walk), target_(target), links_(target.links) {}

  /// True when the element was one of the shared members.
  bool read(const Element& element, Meaning meaning);
  /// rdf:about: an id where no element gives one.
  void read_about(const Element& element);
  void finish();

  [[nodiscard]] LinkList& links() { return links_; }
  [[nodiscard]] Seen& seen() { return seen_; }

  /// A text member, kept by rank.
  void read_text_member(std::optional<Text>& member, const Element& element, Meaning meaning,
                        Seen::Keep keep);

 private:
  void read_id(const Element& element, Meaning meaning);
  void read_date(std::optional<Timestamp>& member, const Element& element, Meaning meaning);
  void read_people(std::vector<Person>& people, const Element& element);
  void read_publisher(const Element& element, Meaning meaning);
  void read_image_member(const Element& element, Meaning meaning);

  Reading& reading_;
  Walk& walk_;
  Target& target_;
  LinkList links_;
  Seen seen_;
};

}  // namespace tributary::parser
