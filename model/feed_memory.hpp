#pragma once
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/timestamp.hpp"

namespace tributary {

/// When a feed publishes, learned from its items' dates. Old observations fade, so that a new rhythm shows
/// within weeks.
struct Rhythm {
  std::array<double, 24> hours = {};     ///< weight of items by hour of the day, UTC
  std::array<double, 7> days = {};       ///< the same by weekday, 0 = Sunday
  double watched = 0;                    ///< days behind these weights, faded like them
  std::optional<Timestamp> since = {};   ///< when watching began
  std::optional<Timestamp> until = {};   ///< how far it has been counted
  std::optional<Timestamp> newest = {};  ///< date of the newest item seen
  friend bool operator==(const Rhythm&, const Rhythm&) = default;
};

/// What a feed says it is. Where most of it changes at once, someone else may have taken the feed over.
struct FeedIdentity {
  std::string id = {}, title = {}, language = {}, link_host = {}, generator = {};
  [[nodiscard]] bool empty() const {
    return id.empty() && title.empty() && language.empty() && link_host.empty() && generator.empty();
  }
  friend bool operator==(const FeedIdentity&, const FeedIdentity&) = default;
};

/// Our WebSub subscription to a feed (W3C WebSub).
struct Subscription {
  enum class State { none, requested, active, denied, broken };
  State state = State::none;
  std::string hub = {};
  std::string topic = {};
  std::string token = {};   ///< the callback is site.url + "websub/" + token
  std::string secret = {};  ///< never logged
  std::optional<Timestamp> lease_until = {};
  std::optional<Timestamp> next_try = {};
  std::optional<Timestamp> last_delivery = {};
  int failures = 0;
  friend bool operator==(const Subscription&, const Subscription&) = default;
};

/// A week of a feed's year: what came, and what failed.
struct FeedWeek {
  int week = 0;  ///< counted from the Monday before 1970-01-01
  unsigned items = 0;
  unsigned failures = 0;
  friend bool operator==(const FeedWeek&, const FeedWeek&) = default;
};

/// How a feed has fared: for people, nothing is decided by it.
struct FeedHistory {
  std::optional<Timestamp> since = {};  ///< when the feed came into the state that it is in
  /// The last fetches, oldest first, a letter each: n news, s the same document, u unchanged (304), f failed,
  /// b blocked, h held, g gone.
  std::string fetches = {};
  std::uint64_t requests = 0;        ///< answered or failed, ever
  std::uint64_t not_modified = 0;    ///< of them 304
  std::uint64_t bytes = 0;           ///< received for it, before decompression
  std::string faults = {};           ///< of the last document: a line each, "LINE:COLUMN CODE WORDS", the first few
  std::vector<FeedWeek> weeks = {};  ///< the last year's that have something, oldest first
  std::string told = {};             ///< the state that the admin was told of last
  friend bool operator==(const FeedHistory&, const FeedHistory&) = default;
};

/// What the fetcher remembers of a feed besides what `status` shows. A store keeps it as one text.
struct FeedMemory {
  Rhythm rhythm = {};
  FeedIdentity identity = {};
  Subscription push = {};
  std::optional<Timestamp> last_whole = {};  ///< the last whole document that came (200), be it new or not
  bool etag_distrusted = false;              ///< it stayed the same while items were added: not sent any more
  bool last_modified_distrusted = false;     ///< the same of Last-Modified
  std::string redirect_to =
      {};  ///< a permanent redirect that asked for patience: asked when not_before is over
  std::string archive_next = {};  ///< the RFC 5005 page to be walked next; empty: nothing left
  std::size_t archive_pages = 0;  ///< pages walked so far in this walk
  bool archive_whole = false;     ///< the walk goes to the feed's beginning, not only to what is known
  std::string pages_asked =
      {};  ///< numbers of items whose own page was asked for, as they were missing; the last few
  FeedHistory history = {};
  friend bool operator==(const FeedMemory&, const FeedMemory&) = default;
};

/// One line per known thing, "name value", values percent-encoded where needed; empty for a FeedMemory{}.
[[nodiscard]] std::string to_text(const FeedMemory& memory);

/// Reads what to_text wrote, in this version or another: names it doesn't know are passed over, what cannot
/// be read keeps its default.
[[nodiscard]] FeedMemory feed_memory_from(std::string_view text);

}  // namespace tributary
