#pragma once
#include "fetcher/fetcher.hpp"

namespace tributary::fetcher {

/// Enters a visit into FeedMemory::history. `next` is what after() made of `before`; `parsed` is the new
/// document, null for a 304, a body that was known, or a failure.
void remember(FeedState& next, const FeedState& before, const Answer& answer, const Feed* parsed,
              Timestamp now);

/// The week of FeedWeek::week that a moment is in, in UTC.
[[nodiscard]] int week_number(Timestamp when);

/// How many items a week the feed has brought of late, by what was watched; nullopt: too little is known.
[[nodiscard]] std::optional<double> items_a_week(const FeedState& state, Timestamp now);

}  // namespace tributary::fetcher
