#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "model/feed.hpp"
#include "parser/reading.hpp"
#include "parser/walk.hpp"

namespace tributary::parser {

/// Gathers the links of a feed or an item, and picks its own page: RSS's link first, then the first alternate
/// link that is HTML (or names no type), then the first alternate of another type.
class LinkList {
 public:
  explicit LinkList(std::vector<Link>& links) : links_(links) {}

  /// link, atom:link, itunes:link: by its href, or by its text.
  void read(Reading& reading, const Element& element);
  /// A licence by its rdf:resource, its href or its text (RFC 4946; the creativeCommons modules).
  void read_license(Reading& reading, const Walk& walk, const Element& element);
  void add(Link link, int rank);

  /// "" when there is none; valid until the next link is added.
  [[nodiscard]] std::string_view page() const {
    return page_ == none ? std::string_view() : std::string_view(links_[page_].href);
  }

 private:
  static constexpr std::size_t none = static_cast<std::size_t>(-1);
  std::vector<Link>& links_;
  std::size_t page_ = none;  // its place in links_
  int page_rank_ = 9;
};

/// The first link with that relation, by its short name or by IANA's URI for it; "" when there is none.
[[nodiscard]] std::string link_with(const std::vector<Link>& links, std::string_view rel);
[[nodiscard]] bool has_relation(const Link& link, std::string_view rel);

}  // namespace tributary::parser
