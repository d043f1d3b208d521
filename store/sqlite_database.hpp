#pragma once
#include <memory>
#include <string_view>

#include "store/database.hpp"
#include "store/store.hpp"

namespace tributary::store {

/// Opens (and with Access::write makes) the SQLite file at `path`.
[[nodiscard]] Result<std::unique_ptr<Database>> open_sqlite(std::string_view path, Access access);

}  // namespace tributary::store
