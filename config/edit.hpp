#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "model/error.hpp"
#include "model/site.hpp"

/// Changes of feeds.yaml that leave every other byte as it was: comments, order, indentation, line ends.
namespace tributary::config {

/// The text with these feeds put behind the last one, written as the file writes its feeds (block or flow,
/// indentation, line ends, blank lines between). Of a Partner everything is written that differs from the
/// default; an empty name or slug is left out. `file` is where the text stands: paths in it are relative to
/// its folder. ErrorKind::config when the file can't be read as YAML, holds one of the addresses already, or
/// the change would bring a fault with it; ErrorKind::usage when an address is none.
[[nodiscard]] Result<std::string> add_feeds(std::string_view yaml, const std::filesystem::path& file,
                                            const std::vector<Partner>& feeds);
[[nodiscard]] Result<std::string> add_feed(std::string_view yaml, const std::filesystem::path& file,
                                           const Partner& feed);

/// The same for topics.
[[nodiscard]] Result<std::string> add_topics(std::string_view yaml, const std::filesystem::path& file,
                                             const std::vector<Topic>& topics);

/// The text without the feed that has this address, slug or name (in that order; as written). Comments inside
/// the entry go with it, those above it stay. ErrorKind::usage when there is no such feed, or more than one
/// of that name.
[[nodiscard]] Result<std::string> remove_feed(std::string_view yaml, const std::filesystem::path& file,
                                              std::string_view which);

/// The text with another address for the feed that has the address `from`: it has moved. Errors are those of
/// add_feed and remove_feed.
[[nodiscard]] Result<std::string> change_feed_url(std::string_view yaml, const std::filesystem::path& file,
                                                  std::string_view from, std::string_view to);

/// A unified diff (three lines of context), empty when nothing changed.
[[nodiscard]] std::string unified_diff(std::string_view before, std::string_view after,
                                       std::string_view name);

/// Replaces the file's content by rename, so that nobody sees half of it; what it is a symbolic link to is
/// replaced, and keeps its permissions. ErrorKind::config when the file doesn't hold `before` any more.
[[nodiscard]] Result<void> save(const std::filesystem::path& file, std::string_view before,
                                std::string_view after);

}  // namespace tributary::config
