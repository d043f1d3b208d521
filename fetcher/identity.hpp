#pragma once
#include "model/feed.hpp"
#include "model/feed_memory.hpp"

namespace tributary::fetcher {

[[nodiscard]] FeedIdentity identity_of(const FeedDetails& details);

}  // namespace tributary::fetcher
