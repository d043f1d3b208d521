#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "store/database.hpp"

namespace tributary::store {

/// Copies every row of every table of `from` into `to`, table by table in batches, each committed with its
/// place, so that what was interrupted goes on where it stood. Both have the current schema; `from` is the
/// caller's for writing and does not change meanwhile. Until all is there, `to` is marked as half moved
/// (is_half_moved). `progress` is told of each batch: rows in `to` and in `from`. Throws Failure, also when
/// `to` holds a store already. Returns the number of rows in `to`.
std::int64_t move_rows(Database& from, Database& to,
                       const std::function<void(std::int64_t done, std::int64_t all)>& progress);

/// Whether a move into this database was begun and is not done. `from`: where from.
[[nodiscard]] bool is_half_moved(Database& database, std::string& from);

}  // namespace tributary::store
