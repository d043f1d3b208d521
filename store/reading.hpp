#pragma once
#include <cstdint>
#include <map>
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

/// Entries for a renderer, in the given order. What is no story's any more is left out.
[[nodiscard]] std::vector<StreamEntry> read_entries(Database& database, std::span<const Shown> shown);

/// The stream's newest that may enter its front document, newest first; while there are fewer than `limit`,
/// the backlog that otherwise goes to the archives fills the room.
[[nodiscard]] std::vector<Shown> newest(Database& database, std::int64_t stream, std::size_t limit);

/// The stream's newest tombstones, newest first.
[[nodiscard]] std::vector<Tombstone> read_tombstones(Database& database, std::int64_t stream,
                                                     std::size_t limit);

}  // namespace tributary::store
