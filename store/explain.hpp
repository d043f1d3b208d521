#pragma once
#include <string_view>
#include <vector>

#include "store/database.hpp"
#include "store/feeds.hpp"
#include "store/settings.hpp"
#include "store/store.hpp"
#include "store/stories.hpp"

namespace tributary::store {

/// Store::explain. `feeds`, `streams` and `settings` are loaded; only reads.
[[nodiscard]] std::vector<Explanation> explain(Database& database, Feeds& feeds, StreamNumbers& streams,
                                               Settings& settings, std::string_view what);

}  // namespace tributary::store
