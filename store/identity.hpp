#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/feed.hpp"

/// Who an item is, within its feed: its id; without one its link; without both its text. An id (or link)
/// counts only while it is unique in each document: where two items share one, the next thing they differ in
/// is added.
namespace tributary::store {

/// Numbers are kept in the store.
enum class IdentityRule {
  id = 0,
  link = 1,
  text = 2,
  id_and_link = 3,
  id_link_and_title = 4,
  link_and_title = 5,
};
[[nodiscard]] std::string_view to_string(IdentityRule rule);

/// SHA-256 of the feed's key and the identity, shortened to 128 bits: a function of them alone, the same in
/// every store.
using Key = std::array<std::uint8_t, 16>;

/// The key as the number under which the table `known` holds it.
[[nodiscard]] std::int64_t known_number(const Key& key);

/// The entry id of the item with this key: a tag URI (RFC 4151), e.g.
/// "tag:partners.example.org,2026:entry/3f2a…".
[[nodiscard]] std::string entry_id(std::string_view host, const Key& key);
/// The key in an entry id of ours, whatever its host; false for any other text.
[[nodiscard]] bool key_of_entry_id(std::string_view id, std::string_view& host, Key& key);
/// The host that entry ids are minted for: of the site's URL, reduced to what RFC 4151 allows.
[[nodiscard]] std::string authority_of(std::string_view site_url);

/// An item of a document with its identities, from the plainest to the most exact.
struct Candidate {
  const Item* item = nullptr;
  int place = 0;  ///< in the document
  std::vector<std::int64_t> addresses =
      {};                  ///< hashes of canonical URLs that name this item and no other of the document
  std::string title = {};  ///< plain
  int level = 0;           ///< which of the identities holds
  IdentityRule rule = IdentityRule::id;
  Key key = {};
};

/// The document's items, each once: of several with the same identity on the most exact level the last
/// updated one is kept. `level` of each is the plainest on which it is unique in this document.
[[nodiscard]] std::vector<Candidate> candidates(const Feed& feed, std::string_view feed_key);

/// Hashes of the canonical URLs of the item's page: what it calls canonical (rel="canonical"), then its link.
/// Front pages and the feed's own page say nothing of an item.
[[nodiscard]] std::vector<std::int64_t> addresses_of(const Item& item, std::string_view own_page);

/// Sets `level`, `rule` and `key` of the candidate. Returns false when there is no such level.
bool identify(Candidate& candidate, std::string_view feed_key, int level);

/// The key that an item known by these members has on a level: for items taken in before their id turned out
/// to be shared.
[[nodiscard]] Key key_on_level(const Item& item, std::string_view feed_key, int level);

}  // namespace tributary::store
