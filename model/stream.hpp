#pragma once
#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "model/feed.hpp"
#include "model/timestamp.hpp"

namespace tributary {

/// Which stream: all partners' items together, or those of one topic, partner or type.
struct StreamId {
  enum class Kind { all, topic, partner, type };
  Kind kind = Kind::all;
  std::string slug = {};  ///< of the topic, partner or type; empty for all
  friend auto operator<=>(const StreamId&, const StreamId&) = default;
};

/// Another partner's copy of the same story.
struct Copy {
  std::string partner = {};  ///< name
  std::string slug = {};     ///< of the partner
  std::string title = {};    ///< plain text
  std::string url = {};
};

/// A story as it is shown: the winning partner's item, with what the store knows of it. Everything a renderer
/// needs.
struct StreamEntry {
  std::string id = {};       ///< tag URI (RFC 4151), minted once, never changed
  std::string feed = {};     ///< FeedState::key of the winner
  std::string partner = {};  ///< the partner's configured name
  std::string partner_slug = {};
  std::string feed_url = {};  ///< where the partner's feed is asked
  FeedDetails source = {};    ///< what the partner's feed says of itself
  Item item = {};
  Timestamp published = {};
  Timestamp modified = {};
  Timestamp first_seen = {};
  std::string type = {};                 ///< "News", "Webinar" …; empty when none is configured
  std::vector<std::string> topics = {};  ///< slugs
  std::string licence = {};  ///< the item's own (an address or words), else the configured name; may be empty
  std::vector<Copy> also = {};  ///< ordered by partner name, then URL
};

/// RFC 6721: an entry that was published and is no more.
struct Tombstone {
  std::string id = {};
  Timestamp when = {};
  std::string comment = {};
};

/// What a page is made of. Newest first: `modified`, then first sight, then feed key and place in the
/// document.
struct Stream {
  StreamId id = {};
  std::vector<StreamEntry> entries = {};
  std::vector<Tombstone> tombstones = {};  ///< newest first
};

}  // namespace tributary
