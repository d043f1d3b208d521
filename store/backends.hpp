#pragma once
#include <array>
#include <memory>
#include <string_view>

#include "store/database.hpp"
#include "store/postgresql_database.hpp"
#include "store/sqlite_database.hpp"
#include "store/store.hpp"

namespace tributary::store {

/// A kind of store. `open` gets the URL behind `scheme`, or the whole of it when `whole_url` is set.
struct Backend {
  std::string_view scheme;
  bool whole_url;
  Result<std::unique_ptr<Database>> (*open)(std::string_view, Access);
  std::unique_ptr<Wakeup> (*listen)(std::string_view) = nullptr;  ///< null: one process owns it
};

/// Asked in this order; the last one takes whatever has no scheme: a bare path.
inline constexpr std::array backends{
    Backend{"sqlite:", false, open_sqlite},
    Backend{"postgresql://", true, open_postgresql, listen_to_postgresql},
    Backend{"postgres://", true, open_postgresql, listen_to_postgresql},
    Backend{"", true, open_sqlite},
};

}  // namespace tributary::store
