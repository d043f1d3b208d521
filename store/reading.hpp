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

/// Stories, by number, as entries for a renderer, in the given order. Numbers that are no story's any more
/// are left out.
[[nodiscard]] std::vector<StreamEntry> read_entries(Database& database,
                                                    std::span<const std::int64_t> stories);

/// The numbers of a stream's newest stories, newest first.
[[nodiscard]] std::vector<std::int64_t> newest_stories(Database& database, std::int64_t stream,
                                                       std::size_t limit);

}  // namespace tributary::store
