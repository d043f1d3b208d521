#pragma once
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/error.hpp"
#include "model/timestamp.hpp"

/// The small layer of bound SQL that the store is written on: what SQLite and PostgreSQL share, and the few
/// things they do differently (bulk inserts, look-ups of many keys), so that the rules of the store are
/// written once for both.
///
/// SQL is written with $1, $2 … in the order of their first use.
namespace tributary::store {

/// How a database failure travels from the statement that met it to the door of the store, where it becomes a
/// value again. It can strike at any of a hundred steps and always ends the same way: roll back, report. So
/// inside store/ it is thrown.
struct Failure : std::exception {
  explicit Failure(Error what_failed) : error(std::move(what_failed)) {}
  [[nodiscard]] const char* what() const noexcept override { return error.detail.c_str(); }
  Error error;
};

/// One row of an answer. Columns count from 0. Views live until the next row.
class Row {
 public:
  virtual ~Row() = default;
  [[nodiscard]] virtual std::int64_t integer(int column) const = 0;    ///< 0 for null
  [[nodiscard]] virtual std::string_view bytes(int column) const = 0;  ///< of text or a blob; empty for null
  [[nodiscard]] virtual bool null(int column) const = 0;

  [[nodiscard]] std::string text(int column) const { return std::string(bytes(column)); }
  [[nodiscard]] Timestamp time(int column) const { return Timestamp(std::chrono::seconds(integer(column))); }
  [[nodiscard]] std::optional<Timestamp> optional_time(int column) const {
    return null(column) ? std::nullopt : std::optional(time(column));
  }
};

/// Values in the order of the statement's parameters. Text and blobs must live until the statement has run.
class Parameters {
 public:
  virtual ~Parameters() = default;
  virtual void integer(std::int64_t value) = 0;
  virtual void text(std::string_view value) = 0;
  virtual void blob(std::string_view value) = 0;
  virtual void null() = 0;

  void time(Timestamp value) { integer(value.time_since_epoch().count()); }
  void time(std::optional<Timestamp> value) { value ? time(*value) : null(); }
};

/// Marks a value to be bound as a blob where text would be meant.
struct Blob {
  std::string_view bytes;
};

class Statement : public Row, public Parameters {
 public:
  virtual bool next() = 0;  ///< runs, or goes on to the next row; false at the end
  virtual void reset() noexcept = 0;
};

/// An answer being read; frees its statement for others when it goes.
class Rows {
 public:
  explicit Rows(Statement& statement) : statement_(&statement) {}
  Rows(Rows&& other) noexcept : statement_(std::exchange(other.statement_, nullptr)) {}
  Rows& operator=(Rows&&) = delete;
  ~Rows() {
    if (statement_) statement_->reset();
  }
  bool next() { return statement_->next(); }
  const Row* operator->() const { return statement_; }
  const Row& operator*() const { return *statement_; }

 private:
  Statement* statement_;
};

/// A table that is written many rows at a time. `types` has a letter a column: i integer, t text, b blob.
struct Bulk {
  const char* table;
  const char* columns;  ///< separated by commas
  const char* types;
  const char* tail = "";  ///< "ON CONFLICT …"
};

/// A table as the database has it. `type` as in Bulk.
struct Table {
  struct Column {
    std::string name = {};
    char type = 'b';
  };
  std::string name = {};
  std::vector<Column> columns = {};
  std::vector<std::string> key = {};  ///< columns of the primary key, in its order
};

class Database {
 public:
  virtual ~Database() = default;

  /// Several statements without parameters.
  virtual void script(std::string_view sql) = 0;
  /// A prepared statement, kept for the next use. Only one answer of it can be read at a time.
  virtual Statement& prepare(std::string_view sql) = 0;

  using BindRow = std::function<void(std::size_t row, Parameters& parameters)>;
  virtual void insert(const Bulk& bulk, std::size_t rows, const BindRow& bind) = 0;
  /// An update or delete, run once a row.
  virtual void repeat(std::string_view sql, std::size_t rows, const BindRow& bind) = 0;
  /// `select` says `WHERE column = {any}`: asked for every key; answers come in any order.
  virtual void look_up(std::string_view select, std::span<const std::int64_t> keys,
                       const std::function<void(const Row&)>& each) = 0;

  [[nodiscard]] virtual bool shared()
      const = 0;  ///< others may write too: what was read in one transaction may be old in the next
  virtual void begin_reading() = 0;  ///< a consistent snapshot
  virtual void begin_writing() = 0;  ///< waits for other writers
  /// A transaction that writes beside others: only to rows that it has locked itself ({skip_locked}).
  virtual void begin_claiming() = 0;
  /// Tells those who listen that something was committed. A wake-up only: it may fail, and nobody is told.
  virtual void announce() noexcept = 0;
  virtual void commit() = 0;
  virtual void rollback() noexcept = 0;

  /// Brings the schema up to date; fails when it is newer than this program knows.
  virtual void migrate() = 0;

  /// Gives a little of the room that is free in the database back to the disk, where the engine does not see
  /// to it by itself; outside transactions. True: there is more.
  virtual bool give_back_some() { return false; }

  /// The store's tables, in any order.
  virtual std::vector<Table> tables() = 0;

  /// Where a person would look: the file, or the URL without its password.
  [[nodiscard]] virtual const std::string& where() const = 0;

  template <typename... Values>
  Rows run(std::string_view sql, const Values&... values) {
    Statement& statement = prepare(sql);
    (bind(statement, values), ...);
    return Rows(statement);
  }
  template <typename... Values>
  void execute(std::string_view sql, const Values&... values) {
    auto rows = run(sql, values...);
    while (rows.next()) {
    }
  }

 private:
  static void bind(Parameters& to, std::int64_t value) { to.integer(value); }
  static void bind(Parameters& to, int value) { to.integer(value); }
  static void bind(Parameters& to, bool value) { to.integer(value ? 1 : 0); }
  static void bind(Parameters& to, std::string_view value) { to.text(value); }
  static void bind(Parameters& to, const std::string& value) { to.text(value); }
  static void bind(Parameters& to, const char* value) { to.text(value); }
  static void bind(Parameters& to, Blob value) { to.blob(value.bytes); }
  static void bind(Parameters& to, Timestamp value) { to.time(value); }
  static void bind(Parameters& to, std::optional<Timestamp> value) { to.time(value); }
  template <typename Integer>
    requires std::is_integral_v<Integer>
  static void bind(Parameters& to, Integer value) {
    to.integer(static_cast<std::int64_t>(value));
  }
};

/// Everything or nothing: what was not committed is rolled back.
class Transaction {
 public:
  enum class Kind { read, write, claim };
  Transaction(Database& database, Kind kind);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  Database& database_;
  bool open_ = true;
};

/// `sql` with {any} and the column types of the schema ({id}, {int}, {text}, {blob}, {clustered}) in a
/// backend's words.
[[nodiscard]] std::string replace_words(std::string_view sql,
                                        std::span<const std::pair<std::string_view, std::string_view>> words);

}  // namespace tributary::store
