#pragma once
#include <array>
#include <span>
#include <string_view>

namespace tributary::publisher {

/// A file of publisher/{assets,templates,strings}, built into the binary (publisher/embed.cmake).
struct Asset {
  std::string_view name;  ///< "templates/page.mustache"
  std::string_view bytes;
};

[[nodiscard]] std::span<const Asset> assets();
/// nullptr when there is none of that name.
[[nodiscard]] const Asset* find_asset(std::string_view name);

}  // namespace tributary::publisher
