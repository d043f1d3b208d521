#pragma once
#include <string>
#include <string_view>

#include "fetcher/fetcher.hpp"

namespace tributary::fetcher {

/// Nothing but white space (and a byte order mark).
[[nodiscard]] bool is_blank(std::string_view body);

/// Whether the document is a web page: its first element, comments and declarations aside, is one that only
/// HTML begins with. A feed that is sent as text/html is none.
[[nodiscard]] bool looks_like_html(std::string_view body);

/// What a page that came instead of a feed seems to be.
struct Page {
  bool challenge = false;  ///< a bot wall
  bool login = false;
  bool parked = false;     ///< of a domain broker
  bool feed_link = false;  ///< it names a feed of its site
  std::string words = {};  ///< which wall
};

[[nodiscard]] Page look_at(const Answer& answer);

}  // namespace tributary::fetcher
