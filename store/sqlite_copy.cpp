#include <sqlite3.h>

#include <memory>

#include "store/backends.hpp"
#include "store/sqlite_database.hpp"
#include "store/sqlite_file.hpp"

namespace tributary::store {
namespace {

struct Close {
  void operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }
};
using Connection = std::unique_ptr<sqlite3, Close>;

Connection connect(const std::string& file, int flags) {
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(file.c_str(), &raw, flags, nullptr);
  Connection connection(raw);
  if (code != SQLITE_OK) return {};
  sqlite3_busy_timeout(raw, 10'000);
  return connection;
}

}  // namespace

Result<void> copy_sqlite(const std::string& from, const std::filesystem::path& file) {
  // Says in its words what is missing or damaged.
  if (const auto sound = open_sqlite(from, Access::read); !sound) return std::unexpected(sound.error());
  const auto failed = [&](const char* words) {
    return std::unexpected(Error{ErrorKind::store, from, std::string("cannot be copied: ") + words});
  };
  const auto source = connect(from, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX);
  const auto target =
      connect(file.string(), SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX);
  if (!source || !target) return failed("a file cannot be opened");
  auto* backup = sqlite3_backup_init(target.get(), "main", source.get(), "main");
  if (backup == nullptr) return failed(sqlite3_errmsg(target.get()));
  // All pages in one step: one read transaction, so what the owner writes meanwhile is not in it.
  sqlite3_backup_step(backup, -1);
  if (sqlite3_backup_finish(backup) != SQLITE_OK) return failed(sqlite3_errmsg(target.get()));
  return {};
}

}  // namespace tributary::store
