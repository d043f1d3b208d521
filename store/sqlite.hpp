#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace tributary::store {

/// What SQLite said. Thrown inside this folder only, and caught at the door of each public function.
class SqliteError : public std::runtime_error {
 public:
  SqliteError(int extended_code, const std::string& message)
      : std::runtime_error(message), code(extended_code) {}
  int code;  ///< extended result code
};

/// A prepared statement. Values are bound, never pasted into the SQL.
class Statement {
 public:
  Statement(sqlite3* database, std::string_view sql);

  /// Starts anew: what was bound and read before is forgotten.
  Statement& start();
  Statement& bind(std::int64_t value);
  Statement& bind(std::string_view text);  ///< borrowed until the next start()
  Statement& bind_blob(std::string_view bytes);
  Statement& bind_null();
  template <typename T>
  Statement& bind_optional(const std::optional<T>& value) {
    return value ? bind(*value) : bind_null();
  }

  [[nodiscard]] bool step();  ///< true when a row is there
  void run();                 ///< steps to the end

  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] std::string text(int column) const;
  [[nodiscard]] std::string_view view(int column) const;  ///< until the next step() or start()
  [[nodiscard]] bool is_null(int column) const;

 private:
  struct Finalise {
    void operator()(sqlite3_stmt* statement) const;
  };
  std::unique_ptr<sqlite3_stmt, Finalise> statement_;
  int next_ = 1;
};

class Database {
 public:
  enum class Mode { read, write, read_immutable };
  Database(const std::filesystem::path& file, Mode mode);

  void execute(const std::string& sql);
  [[nodiscard]] Statement prepare(std::string_view sql) const { return {handle_.get(), sql}; }
  [[nodiscard]] std::int64_t last_row() const;
  [[nodiscard]] std::int64_t integer(const std::string& sql) const;

 private:
  struct Close {
    void operator()(sqlite3* handle) const;
  };
  std::unique_ptr<sqlite3, Close> handle_;
};

/// Rolls back unless committed.
class Transaction {
 public:
  explicit Transaction(Database& database) : database_(database) { database_.execute("BEGIN IMMEDIATE"); }
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  Database& database_;
  bool open_ = true;
};

}  // namespace tributary::store
