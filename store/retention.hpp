#pragma once
#include <cstdint>
#include <span>

#include "store/database.hpp"
#include "store/settings.hpp"
#include "store/stories.hpp"

/// What becomes of old items (`retention:` of feeds.yaml). An item past its time is abridged: its text, its
/// pictures and its former versions go, while its title, link, dates, identity and place stay. So nothing
/// returns as new, nothing leaves a page, and most of the room is free again.
///
/// Only what is behind the readers is abridged: a story that closed pages of all its streams hold, that these
/// pages were published with, and that no front document shows. What isn't there yet is looked at again
/// later.
namespace tributary::store {

/// A step that takes milliseconds, whatever the size of the store; true when there is more to do at once.
bool abridge_some(Database& database, const StreamNumbers& streams, Settings& settings, Timestamp now);

/// Notes that items were given a text again by their feeds, so that their turn comes again.
void retain_again(Database& database, std::span<const std::int64_t> items, Timestamp now);

}  // namespace tributary::store
