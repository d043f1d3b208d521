#pragma once
#include <chrono>

#include "model/feed.hpp"
#include "model/feed_memory.hpp"

namespace tributary::fetcher {

/// Counts the items that are new by their own dates. `parsed` is null when nothing changed: silence is
/// counted too. Returns how many new dated items there were.
int observe(Rhythm& rhythm, const Feed* parsed, Timestamp now);

/// Whether enough was seen to go by it.
[[nodiscard]] bool knows_habits(const Rhythm& rhythm, Timestamp now);

/// How many items are to be expected between two moments.
[[nodiscard]] double expected_items(const Rhythm& rhythm, Timestamp from, Timestamp to);

/// When to ask next: when the delay that unseen items would have gathered is worth a request. `usual` is what
/// a feed with a few items a day gets.
[[nodiscard]] std::chrono::seconds interval_by_rhythm(const Rhythm& rhythm, std::chrono::seconds usual,
                                                      std::chrono::seconds least, std::chrono::seconds most,
                                                      Timestamp now);

}  // namespace tributary::fetcher
