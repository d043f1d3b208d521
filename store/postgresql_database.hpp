#pragma once
#include <memory>
#include <string_view>

#include "store/database.hpp"
#include "store/store.hpp"

namespace tributary::store {

/// Connects to the PostgreSQL database (or one of an engine that speaks its protocol) at `url`, a connection
/// URI of libpq's; with Access::write the tables are made or brought up to date. Any number of processes may
/// have it open: transactions that write wait for each other. A password is better kept out of the URL
/// (PGPASSWORD, PGPASSFILE); it is in no message either way.
[[nodiscard]] Result<std::unique_ptr<Database>> open_postgresql(std::string_view url, Access access);

/// NOTIFY and LISTEN, on a connection of its own. Null where it cannot be made, or the engine has none.
[[nodiscard]] std::unique_ptr<Wakeup> listen_to_postgresql(std::string_view url);

}  // namespace tributary::store
