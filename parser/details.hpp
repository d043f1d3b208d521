#pragma once
#include <string>

#include "parser/shared_members.hpp"

namespace tributary::parser {

/// Reads the children of a feed, of RSS's channel or of atom:source, one at a time. Items are the caller's.
class DetailsReader {
 public:
  DetailsReader(Reading& reading, Walk& walk, FeedDetails& details)
      : shared_(reading, walk, details), reading_(reading), walk_(walk), details_(details) {}
  /// False when the element says nothing of a feed.
  bool read(const Element& element, Meaning meaning);
  void read_about(const Element& element) { shared_.read_about(element); }
  /// Once all children were read: the members that follow from several of them.
  void finish();
  [[nodiscard]] LinkList& links() { return shared_.links(); }

 private:
  void read_language(const Element& element, Meaning meaning);
  void read_generator(const Element& element, Meaning meaning);

  SharedMembers<FeedDetails> shared_;
  Reading& reading_;
  Walk& walk_;
  FeedDetails& details_;
};

/// Reads what only a whole document says: ttl, skipHours, skipDays, sy:*, RFC 5005 and RFC 6721.
class DocumentReader {
 public:
  DocumentReader(Reading& reading, Walk& walk) : reading_(reading), walk_(walk) {}
  void read(const Element& element, Member member);
  void finish();

 private:
  void read_skip(const Element& element, Member member);
  void read_deleted(const Element& element);

  Reading& reading_;
  Walk& walk_;
  std::string period_;
  std::string frequency_;
};

/// atom:source with its members, or RSS's source, which is a name and an address.
[[nodiscard]] FeedDetails read_source(Reading& reading, Walk& walk, const Element& element);

}  // namespace tributary::parser
