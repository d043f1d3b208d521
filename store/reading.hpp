#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/stream.hpp"
#include "store/database.hpp"
#include "store/feeds.hpp"

namespace tributary::store {

/// A story, and the copy of it that is shown.
struct Shown {
  std::int64_t story = 0, item = 0;
};

/// Entries for a renderer, in the given order. What is no story's any more is left out. `feeds`: all of them
/// as they are in memory; where nobody holds them, the few that are named are read.
[[nodiscard]] std::vector<StreamEntry> read_entries(Database& database, Feeds* feeds,
                                                    std::span<const Shown> shown);

/// The stream's newest that may enter its front document, newest first; while there are fewer than `limit`,
/// the backlog that otherwise goes to the archives fills the room.
[[nodiscard]] std::vector<Shown> newest(Database& database, std::int64_t stream, std::size_t limit);

/// The same as entries.
[[nodiscard]] std::vector<StreamEntry> read_newest(Database& database, Feeds* feeds, std::int64_t stream,
                                                   std::size_t limit);

/// The stories of a stream ordered by `modified` with it in [from, until), of whatever class, newest first.
[[nodiscard]] std::vector<Shown> modified_between(Database& database, std::int64_t stream, Timestamp from,
                                                  Timestamp until, std::size_t limit);
/// The nearest `modified` in such a stream before a moment, and from it on.
[[nodiscard]] std::optional<Timestamp> modified_before(Database& database, std::int64_t stream,
                                                       Timestamp moment);
[[nodiscard]] std::optional<Timestamp> modified_from(Database& database, std::int64_t stream,
                                                     Timestamp moment);

/// The stream's newest tombstones, newest first; more than `limit` when many went in the same week.
[[nodiscard]] std::vector<Tombstone> read_tombstones(Database& database, std::int64_t stream,
                                                     std::size_t limit);

}  // namespace tributary::store
