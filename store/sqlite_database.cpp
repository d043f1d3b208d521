#include "store/sqlite_database.hpp"

#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <system_error>
#include <vector>

#include "store/lock.hpp"
#include "store/schema.hpp"
#include "store/sqlite_file.hpp"

namespace tributary::store {
namespace {

using namespace std::chrono_literals;

constexpr int application = 0x54726962;  // "Trib", PRAGMA application_id
constexpr auto patience = 10s;  // DESIGN.md, "The store": for another owner, and for a lock of SQLite's own
constexpr std::int64_t small_file =
    32 << 20;  // bytes; up to here every page is looked at when a store is opened

// 16 KiB: an item of 2 kB lies in its row instead of in overflow pages. Such pages need 57 % of the file and
// two thirds of the CPU that 4 KiB pages need. The log goes back into the file at 64 MiB instead of 16: keys
// are hashes, so a page that was written is soon written again, and an import is a fifth faster.
constexpr std::string_view settings_of_a_writer =
    "PRAGMA page_size=16384; PRAGMA auto_vacuum=INCREMENTAL; PRAGMA journal_mode=WAL; PRAGMA "
    "synchronous=NORMAL; PRAGMA "
    "wal_autocheckpoint=4096; PRAGMA cache_size=-65536;"
    "PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY;";

constexpr std::array<std::pair<std::string_view, std::string_view>, 7> words{{
    {"{id}", "INTEGER"},  // the row's own number
    {"{int}", "INTEGER"},
    {"{text}", "TEXT"},
    {"{blob}", "BLOB"},
    {"{clustered}", "WITHOUT ROWID"},
    {"{skip_locked}", ""},
    {"{any}", "$1"},
}};

ErrorKind kind_of(int code) {
  switch (code & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return ErrorKind::store_damaged;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return ErrorKind::store_busy;
    default:
      return ErrorKind::store;
  }
}

/// The log's index is a file that SQLite maps into memory: where there is no room for it, SQLite tells of a
/// failure to read or write, and the disk has to be asked.
bool has_no_room(const std::string& file) {
  constexpr std::uintmax_t a_few_pages = 64 << 10;
  std::error_code fault;
  const auto space = std::filesystem::space(std::filesystem::absolute(file).parent_path(), fault);
  return !fault && space.available < a_few_pages;
}

std::string advice(int code, const std::string& file) {
  if ((code & 0xff) == SQLITE_IOERR && has_no_room(file)) code = SQLITE_FULL;
  switch (code & 0xff) {
    case SQLITE_FULL:
      return "the disk is full: nothing of this step was stored, what was there before is kept. Free some "
             "space and run again";
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return "the file or its folder is read-only for this user. Nothing was changed";
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return "the database is damaged: this step was not stored. Put a backup in its place, or move it away "
             "to begin anew";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "another program holds a lock on it for longer than 10 s";
    case SQLITE_CANTOPEN:
      return "it cannot be opened: look at the folder's permissions";
    case SQLITE_IOERR:
      return "it cannot be read or written (a failing disk, or a limit on the size of files): nothing of "
             "this step was stored";
    default:
      return {};
  }
}

class SqliteStatement final : public Statement {
 public:
  SqliteStatement(sqlite3* connection, const std::string& where, std::string_view sql)
      : connection_(connection), where_(where) {
    if (sqlite3_prepare_v3(connection, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                           &handle_, nullptr) != SQLITE_OK) {
      fail();
    }
  }
  ~SqliteStatement() override { sqlite3_finalize(handle_); }
  SqliteStatement(const SqliteStatement&) = delete;
  SqliteStatement& operator=(const SqliteStatement&) = delete;

  bool next() override {
    const int code = sqlite3_step(handle_);
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    fail();
  }
  void reset() noexcept override {
    sqlite3_reset(handle_);
    parameter_ = 0;
  }

  [[nodiscard]] std::int64_t integer(int column) const override { return number(column); }
  [[nodiscard]] std::int64_t number(int column) const { return sqlite3_column_int64(handle_, column); }
  [[nodiscard]] std::string_view bytes(int column) const override {
    const auto* data = static_cast<const char*>(sqlite3_column_blob(handle_, column));
    return data ? std::string_view(data, static_cast<std::size_t>(sqlite3_column_bytes(handle_, column)))
                : std::string_view();
  }
  [[nodiscard]] bool null(int column) const override {
    return sqlite3_column_type(handle_, column) == SQLITE_NULL;
  }

  void integer(std::int64_t value) override { check(sqlite3_bind_int64(handle_, ++parameter_, value)); }
  void text(std::string_view value) override {
    // A null pointer would bind NULL.
    check(sqlite3_bind_text64(handle_, ++parameter_, value.data() ? value.data() : "", value.size(),
                              SQLITE_STATIC, SQLITE_UTF8));
  }
  void blob(std::string_view value) override {
    check(sqlite3_bind_blob64(handle_, ++parameter_, value.data() ? value.data() : "", value.size(),
                              SQLITE_STATIC));
  }
  void null() override { check(sqlite3_bind_null(handle_, ++parameter_)); }

 private:
  void check(int code) const {
    if (code != SQLITE_OK) fail();
  }
  [[noreturn]] void fail() const {
    const int code = sqlite3_extended_errcode(connection_);
    auto detail = advice(code, where_);
    if (detail.empty()) detail = sqlite3_errmsg(connection_);
    throw Failure({kind_of(code), where_, detail});
  }

  sqlite3* connection_;
  const std::string& where_;
  sqlite3_stmt* handle_ = nullptr;
  int parameter_ = 0;
};

struct Close {
  void operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }
};
using Connection = std::unique_ptr<sqlite3, Close>;

class SqliteDatabase final : public Database {
 public:
  SqliteDatabase(std::string file, std::optional<OwnershipLock> lock, Connection connection)
      : file_(std::move(file)), lock_(std::move(lock)), connection_(std::move(connection)) {}

  void script(std::string_view sql) override {
    char* message = nullptr;
    if (sqlite3_exec(connection_.get(), std::string(sql).c_str(), nullptr, nullptr, &message) != SQLITE_OK) {
      const int code = sqlite3_extended_errcode(connection_.get());
      auto detail = advice(code, file_);
      if (detail.empty()) detail = message ? message : "unknown failure";
      sqlite3_free(message);
      throw Failure({kind_of(code), file_, detail});
    }
  }

  Statement& prepare(std::string_view sql) override { return prepared(sql); }

  void insert(const Bulk& bulk, std::size_t rows, const BindRow& bind) override {
    if (rows == 0) return;
    repeat(insert_sql(bulk), rows, bind);
  }

  void repeat(std::string_view sql, std::size_t rows, const BindRow& bind) override {
    if (rows == 0) return;
    auto& statement = prepared(sql);
    const Rows resetting(statement);
    for (std::size_t row = 0; row < rows; ++row) {
      bind(row, statement);
      while (statement.next()) {
      }
      statement.reset();
    }
  }

  void look_up(std::string_view select, std::span<const std::int64_t> keys,
               const std::function<void(const Row&)>& each) override {
    if (keys.empty()) return;
    auto& statement = prepared(select);
    const Rows resetting(statement);
    for (const auto key : keys) {
      static_cast<Parameters&>(statement).integer(key);
      while (statement.next()) each(statement);
      statement.reset();
    }
  }

  [[nodiscard]] bool shared() const override { return false; }
  void begin_reading() override { script("BEGIN"); }
  void begin_writing() override { script("BEGIN IMMEDIATE"); }
  void begin_claiming() override { begin_writing(); }
  void announce() noexcept override {}
  void commit() override { script("COMMIT"); }
  void rollback() noexcept override {
    // After a full disk or an I/O error SQLite has rolled back by itself.
    if (sqlite3_get_autocommit(connection_.get()) == 0) {
      sqlite3_exec(connection_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
    }
  }

  void migrate() override {
    const auto all = migrations();
    const auto version = schema_known();
    if (version == static_cast<std::int64_t>(all.size())) return;
    if (version > 0) back_up(version);
    begin_writing();
    try {
      for (auto next = static_cast<std::size_t>(version); next < all.size(); ++next) {
        script(replace_words(all[next], words));
      }
      script("PRAGMA user_version=" + std::to_string(all.size()) +
             ";PRAGMA application_id=" + std::to_string(application));
      commit();
    } catch (...) {
      rollback();
      throw;
    }
  }

  /// New items take the room that is free, so a part of the file stays so; the rest goes a few pages at a
  /// time, as VACUUM would hold the store for as long as it takes to copy all of it. Files from before this
  /// was set keep their size, and fill up what is free.
  bool give_back_some() override {
    constexpr std::int64_t at_a_time = 64, least = 256, part = 16;
    constexpr std::int64_t incremental = 2;
    if (pragma("auto_vacuum") != incremental) return false;
    const auto spare = pragma("freelist_count") - std::max(least, pragma("page_count") / part);
    if (spare <= 0) return false;
    script("PRAGMA incremental_vacuum(" + std::to_string(std::min(spare, at_a_time)) + ")");
    return spare > at_a_time;
  }

  std::vector<Table> tables() override {
    std::vector<Table> all;
    auto rows =
        run("SELECT t.name, c.name, c.type, c.pk FROM sqlite_schema t JOIN pragma_table_info(t.name) c "
            "WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' ORDER BY t.name, c.cid");
    std::vector<std::pair<std::int64_t, std::string>> key;
    const auto finish_key = [&] {
      std::ranges::sort(key);
      for (auto& [place, column] : key) all.back().key.push_back(std::move(column));
      key.clear();
    };
    while (rows.next()) {
      if (all.empty() || all.back().name != rows->bytes(0)) {
        if (!all.empty()) finish_key();
        all.push_back({.name = rows->text(0)});
      }
      const auto type = rows->bytes(2);
      all.back().columns.push_back({rows->text(1), type == "INTEGER" ? 'i' : type == "TEXT" ? 't' : 'b'});
      if (rows->integer(3) > 0) key.emplace_back(rows->integer(3), rows->text(1));
    }
    if (!all.empty()) finish_key();
    return all;
  }

  /// The schema's version; fails when it is newer than this program.
  std::int64_t schema_known() {
    const auto all = migrations();
    const auto version = pragma("user_version");
    if (version > static_cast<std::int64_t>(all.size())) {
      throw Failure({ErrorKind::store, file_,
                     "the store was made by a newer Tributary (schema " + std::to_string(version) +
                         ", this one knows " + std::to_string(all.size()) +
                         "). Nothing was changed; run the newer program"});
    }
    return version;
  }

  /// A reader changes nothing, so it needs the schema as it is now.
  void require_current_schema() {
    const auto version = schema_known();
    if (version == 0)
      throw Failure({ErrorKind::store, file_, "there is nothing in it yet: run `tributary update` first"});
    if (version < static_cast<std::int64_t>(migrations().size())) {
      throw Failure(
          {ErrorKind::store, file_,
           "the store was made by an older Tributary: run `tributary update` once to bring it up to date"});
    }
  }

  /// Until it is known to be whole, not even its own log is written back into it.
  void keep_log_on_close(bool keep) {
    sqlite3_db_config(connection_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, keep ? 1 : 0, nullptr);
  }

  [[nodiscard]] const std::string& where() const override { return file_; }

  std::int64_t pragma(const std::string& name) {
    SqliteStatement statement(connection_.get(), file_, "PRAGMA " + name);
    return statement.next() ? statement.number(0) : 0;
  }

  /// Looks whether this is a store and a whole one, before anything is changed. What the header's page count
  /// cannot tell is looked for in a small file on every page; in a large one where it costs little: the roots
  /// and ends of all tables.
  void examine() {
    const auto tables = count_tables();
    if (tables == 0) return;
    if (pragma("application_id") != application) {
      throw Failure({ErrorKind::store, file_,
                     "is a database of another program's, not a store of Tributary's. Nothing was changed; "
                     "name another file"});
    }
    if (pragma("page_count") * pragma("page_size") <= small_file) {
      SqliteStatement check(connection_.get(), file_, "PRAGMA quick_check(1)");
      if (check.next() && check.bytes(0) != "ok") {
        throw Failure(
            {ErrorKind::store_damaged, file_,
             "the database is damaged (" + std::string(check.bytes(0)) +
                 "). Nothing was changed; put a backup in its place, or move it away to begin anew"});
      }
      return;
    }
    std::vector<std::string> names;
    {
      SqliteStatement list(connection_.get(), file_, "SELECT name FROM sqlite_schema WHERE type = 'table'");
      while (list.next()) names.emplace_back(list.bytes(0));
    }
    for (const auto& name : names) {
      SqliteStatement ends(connection_.get(), file_, "SELECT * FROM \"" + name + "\" LIMIT 1");
      ends.next();
    }
  }

  std::int64_t count_tables() {
    SqliteStatement count(connection_.get(), file_, "SELECT count(*) FROM sqlite_schema");
    return count.next() ? count.number(0) : 0;
  }

  /// The cached statements go first: a connection with open statements stays open.
  ~SqliteDatabase() override { statements_.clear(); }

 private:
  SqliteStatement& prepared(std::string_view sql) {
    auto found = statements_.find(sql);
    if (found == statements_.end()) {
      found = statements_
                  .emplace(std::string(sql), std::make_unique<SqliteStatement>(connection_.get(), file_,
                                                                               replace_words(sql, words)))
                  .first;
    }
    return *found->second;
  }

  static std::string insert_sql(const Bulk& bulk) {
    std::string sql = std::string("INSERT INTO ") + bulk.table + " (" + bulk.columns + ") VALUES (";
    for (std::size_t i = 0; i < std::string_view(bulk.types).size(); ++i) {
      sql += (i > 0 ? ", $" : "$") + std::to_string(i + 1);
    }
    return sql + ") " + bulk.tail;
  }

  void back_up(std::int64_t version) {
    const auto copy = file_ + ".schema-" + std::to_string(version) + ".backup";
    std::error_code ignored;
    std::filesystem::remove(copy, ignored);
    SqliteStatement statement(connection_.get(), file_, "VACUUM INTO $1");
    static_cast<Parameters&>(statement).text(copy);
    statement.next();
  }

  const std::string file_;
  std::optional<OwnershipLock> lock_;  // let go after the connection
  Connection connection_;
  std::map<std::string, std::unique_ptr<SqliteStatement>, std::less<>> statements_;
};

std::string percent_encoded(const std::string& path) {
  static constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '%' || c == '?' || c == '#' || byte < 0x20) {
      out += {'%', digits[byte >> 4], digits[byte & 15]};
    } else {
      out += c;
    }
  }
  return out;
}

Connection connect(const std::string& file, Access access, bool immutable) {
  const int flags =
      access == Access::write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
  const auto uri =
      "file:" + percent_encoded(std::filesystem::absolute(file).string()) + (immutable ? "?immutable=1" : "");
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(
      uri.c_str(), &raw, flags | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  Connection connection(raw);
  if (code != SQLITE_OK) {
    auto detail = advice(code, file);
    if (detail.empty()) detail = sqlite3_errstr(code);
    throw Failure({kind_of(code), file, detail});
  }
  sqlite3_busy_timeout(raw, static_cast<int>(std::chrono::milliseconds(patience).count()));
  return connection;
}

std::unique_ptr<SqliteDatabase> open_for_reading(const std::string& file) {
  // A database with a write-ahead log needs a file beside it even for reading. Where none can be made (a
  // read-only folder) and nobody can be writing either, the file is read as one that does not change.
  const auto folder = std::filesystem::absolute(file).parent_path();
  const bool nothing_can_change =
      ::access(folder.c_str(), W_OK) != 0 && !std::filesystem::exists(file + "-wal");
  auto database =
      std::make_unique<SqliteDatabase>(file, std::nullopt, connect(file, Access::read, nothing_can_change));
  database->examine();
  database->require_current_schema();
  return database;
}

std::unique_ptr<SqliteDatabase> open_for_writing(const std::string& file) {
  std::error_code fault;
  const auto folder = std::filesystem::absolute(file).parent_path();
  std::filesystem::create_directories(folder, fault);
  if (fault)
    throw Failure({ErrorKind::store, folder.string(), "the folder cannot be made: " + fault.message()});
  auto lock = OwnershipLock::take(file + ".lock", patience);
  if (!lock) throw Failure(lock.error());
  if (const auto checked = check_sqlite_file(file); !checked) throw Failure(checked.error());
  auto database = std::make_unique<SqliteDatabase>(file, std::optional(std::move(*lock)),
                                                   connect(file, Access::write, false));
  database->keep_log_on_close(true);
  database->examine();
  database->schema_known();
  database->keep_log_on_close(false);
  database->script(settings_of_a_writer);
  database->migrate();
  return database;
}

}  // namespace

Result<std::unique_ptr<Database>> open_sqlite(std::string_view path, Access access) {
  const std::string file(path);
  try {
    if (access == Access::write) return open_for_writing(file);
    if (!std::filesystem::exists(file)) {
      return std::unexpected(
          Error{ErrorKind::store_missing, file, "there is no store yet: run `tributary update` first"});
    }
    if (const auto checked = check_sqlite_file(file); !checked) return std::unexpected(checked.error());
    return open_for_reading(file);
  } catch (const Failure& failure) {
    return std::unexpected(failure.error);
  } catch (const std::filesystem::filesystem_error& fault) {
    return std::unexpected(Error{ErrorKind::store, file, fault.code().message()});
  }
}

}  // namespace tributary::store
