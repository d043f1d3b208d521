#pragma once
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "store/database.hpp"
#include "store/feeds.hpp"

/// Which process asks a feed, where several share a store. A lease is a time until which nobody else does; it
/// ends early with the delivery that it was for, and late with its process: then the feed goes to another.
namespace tributary::store {

/// Leases those of the feeds (by id) that nobody has leased at `now` and, with `due_only`, that are still
/// due; a feed that another process is just claiming is passed over, not waited for. Returns their rows as
/// they are now.
[[nodiscard]] std::vector<FeedRow> lease(Database& database, std::span<const std::int64_t> feeds,
                                         std::string_view worker, Timestamp now, Timestamp until,
                                         bool due_only);

/// All of the worker's running leases end at `until` instead.
void renew_leases(Database& database, std::string_view worker, Timestamp now, Timestamp until);

void end_leases(Database& database, std::span<const std::int64_t> feeds);
void end_leases_of(Database& database, std::string_view worker);

}  // namespace tributary::store
