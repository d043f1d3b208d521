#pragma once
#include <array>
#include <memory>
#include <string_view>

#include "store/store.hpp"

namespace tributary::store {

/// A kind of store: the scheme of its URLs, and how one is opened. `location` is the URL without "scheme:".
struct Backend {
  std::string_view scheme;
  Result<std::unique_ptr<Store>> (*open)(std::string_view location, Access access);
};

[[nodiscard]] Result<std::unique_ptr<Store>> open_sqlite(std::string_view location, Access access);

/// The first one also takes a bare path.
inline constexpr std::array backends{Backend{"sqlite", open_sqlite}};

}  // namespace tributary::store
