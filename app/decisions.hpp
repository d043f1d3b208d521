#pragma once
#include <cstddef>
#include <filesystem>
#include <string>

#include "config/config.hpp"
#include "store/store.hpp"

// What an admin decides of held feeds. A SQLite store belongs to one process: where another one has it, the
// decision is left in a file beside it, which that process watches, and the next one reads.
namespace tributary::app {

/// Whether a name on the command line means this feed: its URL, slug or name.
[[nodiscard]] bool means(const std::string& word, const FeedState& state, const config::Config& config);

/// The file of a SQLite store; empty for a store that many processes share.
[[nodiscard]] std::filesystem::path store_file(const config::Config& config);
/// Whether a living process other than this one has that file for writing now.
[[nodiscard]] bool is_owned_by_another(const config::Config& config);

/// Where decisions wait for the store's owner; empty for a store that many processes share.
[[nodiscard]] std::filesystem::path decisions_file(const config::Config& config);

/// Applies what waits there, and says how many feeds it was about. What names no held feed is passed over.
[[nodiscard]] Result<std::size_t> take_decisions(const config::Config& config, store::Store& store,
                                                 Timestamp now);

}  // namespace tributary::app
