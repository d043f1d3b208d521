#pragma once
#include "store/database.hpp"
#include "store/feeds.hpp"
#include "store/settings.hpp"
#include "store/store.hpp"
#include "store/stories.hpp"

namespace tributary::store {

/// Makes the store's feeds those of the catalogue and places anew what the difference touches, in the running
/// transaction.
void apply_catalogue(Database& database, Feeds& feeds, StreamNumbers& streams, Settings& settings,
                     const Catalogue& catalogue, Timestamp now);

}  // namespace tributary::store
