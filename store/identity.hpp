#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/model.hpp"

namespace tributary::store {

/// 16 bytes of SHA-256 over the parts, each with its length: no two lists of parts give the same input.
[[nodiscard]] std::string hash_of(std::initializer_list<std::string_view> parts);

/// One spelling for the addresses of one page: fragment, tracking parameters, scheme (http or https), host
/// case, "www.", default port and a final slash are set aside. Empty when the URL isn't http(s).
[[nodiscard]] std::string canonical_url(std::string_view url);

/// What an item says, for telling a real change from a cosmetic one: title, text without tags, link and
/// enclosures, white space folded.
[[nodiscard]] std::string text_hash(const Item& item);

/// The names under which an item may be known within its feed, in the order in which they are trusted
/// (DESIGN.md, "Identity, dates, order").
struct Names {
  std::string identity = {};    ///< guid, else link, else text: hashed with the feed's key
  std::string link = {};        ///< empty when the item has none
  std::string title_date = {};  ///< empty when either is missing
};

/// The names of each item of a document, in its order. A guid that stands twice in the document is trusted
/// only together with the link.
[[nodiscard]] std::vector<Names> names_of(std::string_view feed_key, const std::vector<Item>& items);

/// The tag URI (RFC 4151) under which an item is published, minted from the site's host and the item's
/// identity.
[[nodiscard]] std::string entry_id(std::string_view site_url, std::string_view identity);

}  // namespace tributary::store
