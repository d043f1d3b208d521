#pragma once
#include <cstdint>
#include <map>
#include <set>
#include <string_view>

#include "store/database.hpp"
#include "store/settings.hpp"
#include "store/store.hpp"
#include "store/stories.hpp"

/// The history of each stream in closed pages. What enters a stream is first noted in the table `arrival`;
/// here it joins the stream's open page, and an open page that is full is closed: it gets a number, and its
/// stories are never on another page. All that enters between two calls counts as having entered at once, the
/// oldest first, so that the open page holds the newest.
namespace tributary::store {

/// Works off a part of the table `arrival`; false when nothing is left there.
bool close_some_pages(Database& database, const StreamNumbers& streams, Settings& settings, Timestamp now);

/// Makes a closed page show these copies of stories that it holds (story → item).
void show_on_page(Database& database, std::int64_t stream, std::int64_t page,
                  const std::map<std::int64_t, std::int64_t>& items);

[[nodiscard]] Unpublished read_unpublished(Database& database, const StreamNumbers& streams,
                                           const Settings& settings, std::string_view publisher);
void mark_published(Database& database, Settings& settings, const Unpublished& what,
                    std::string_view publisher, std::string_view made_with, Timestamp now);

/// The stories in a stream's front document, if it holds `limit`.
[[nodiscard]] std::set<std::int64_t> stories_in_front(Database& database, std::int64_t stream,
                                                      std::size_t limit);

// `feeds`: as for read_entries.
[[nodiscard]] FrontDocument read_front(Database& database, Feeds* feeds, std::int64_t stream,
                                       std::size_t limit);
[[nodiscard]] ClosedPage read_page(Database& database, Feeds* feeds, const StreamId& id, std::int64_t stream,
                                   std::uint32_t number);

}  // namespace tributary::store
