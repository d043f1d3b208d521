#pragma once
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "model/feed_memory.hpp"
#include "model/timestamp.hpp"

namespace tributary {

/// DESIGN.md, "The command line": the states of a feed that `status` shows.
enum class FeedStatus { ok, quiet, late, failing, blocked, moved, gone, held, disabled };
[[nodiscard]] std::string_view to_string(FeedStatus status);
/// nullopt for an unknown name.
[[nodiscard]] std::optional<FeedStatus> feed_status_from(std::string_view name);

/// What is remembered of a feed between two fetches.
struct FeedState {
  std::string key = {};  ///< minted at first sight (the URL of then), never changed: items hang on it
  std::string configured_url = {};  ///< as in feeds.yaml now
  std::string url = {};             ///< where it is asked: configured_url, or where a permanent redirect led
  std::string name = {};
  FeedStatus status = FeedStatus::ok;

  // Conditional requests (RFC 9110 section 13): sent back byte for byte.
  std::string etag = {};
  std::string last_modified = {};
  std::string body_hash =
      {};  ///< SHA-256 in hex of the last body that was parsed; an equal one need not be parsed again

  std::optional<Timestamp> last_fetch = {};    ///< an answer came, or failed to
  std::optional<Timestamp> last_success = {};  ///< 200 with a feed, or 304
  std::optional<Timestamp> next_fetch = {};    ///< unset: due now
  std::optional<Timestamp> not_before = {};    ///< a running Retry-After, which even --force respects
  int last_status = 0;                         ///< HTTP status; 0 when there was no answer
  int consecutive_failures = 0;
  std::string last_error = {};  ///< in words that an admin can act on; empty after a success

  // What the feed itself asks for, kept because a 304 does not repeat it.
  std::optional<int> ttl = {};                               ///< minutes
  std::optional<std::chrono::seconds> update_interval = {};  ///< sy:*
  unsigned skip_hours = 0;                                   ///< bit 0..23: that hour (UTC) is skipped
  unsigned skip_days = 0;                                    ///< bit 0 (Sunday) … 6

  std::chrono::seconds learned_interval{0};  ///< what the feed's rhythm suggests; 0: nothing learned yet
  FeedMemory memory = {};                    ///< kept as one text, to_text(memory)
  std::size_t items = 0;                     ///< known items; kept by the store, ignored when saved
};

}  // namespace tributary
