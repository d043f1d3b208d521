#include "store/postgresql_database.hpp"

#include <libpq-fe.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "store/postgresql_wire.hpp"
#include "store/schema.hpp"

// Nothing is used here that only PostgreSQL itself has: ordinary tables and indexes, row locks, arrays as
// parameters, ON CONFLICT. Advisory locks, COPY and stored procedures stay out, as the distributed engines
// that speak the protocol have them differently or not at all (docs/postgresql.md).
namespace tributary::store {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 7> words{{
    {"{id}", "BIGINT"},
    {"{int}", "BIGINT"},
    {"{text}", "TEXT"},
    {"{blob}", "BYTEA"},
    {"{clustered}", ""},
    {"{skip_locked}", "FOR UPDATE SKIP LOCKED"},
    {"{any}", "ANY($1::bigint[])"},
}};

// A batch this large is on its way in one message; a larger one in several.
constexpr std::size_t most_bytes_at_once = 8 << 20;
constexpr std::size_t most_rows_at_once = 4096;
// Answers of a row are some 40 bytes, and a socket's buffer holds the answers of so many: neither side waits
// for the other.
constexpr std::size_t most_commands_under_way = 256;

constexpr std::string_view busy_for = "60s";  // how long a writer waits for another before it gives up

struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using ResultHandle = std::unique_ptr<PGresult, ClearResult>;

struct Finish {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
using Connection = std::unique_ptr<PGconn, Finish>;

std::string trimmed(const char* message) {
  std::string text = message ? message : "";
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return text;
}

/// SQLSTATE (PostgreSQL's appendix A) in words that an admin can act on.
Error explain(const std::string& where, const std::string& state, const std::string& message) {
  if (state == "53100") {
    return {ErrorKind::store, where,
            "the database server's disk is full: nothing of this step was stored. Free some space there and "
            "run again"};
  }
  if (state == "55P03" || state == "57014") {
    return {ErrorKind::store_busy, where,
            "another process has been writing for longer than " + std::string(busy_for) +
                ": nothing of this step was stored"};
  }
  if (state == "42501" || state == "25006") {
    return {ErrorKind::store, where, "this database user may not write there: " + message};
  }
  if (state.starts_with("28")) return {ErrorKind::store, where, "the server refuses this user: " + message};
  if (state.empty() || state.starts_with("08") || state.starts_with("57P")) {
    return {ErrorKind::store, where, "the connection to the database is lost: " + message};
  }
  return {ErrorKind::store, where, message + " (SQLSTATE " + state + ")"};
}

struct Value {
  wire::TypeId type = wire::unknown;
  std::string bytes = {};
  bool null = false;
};

/// Text without what PostgreSQL has no room for: U+0000, and bytes that are no UTF-8.
std::string storable(std::string_view text) {
  const auto is_plain = [](char c) { return static_cast<unsigned char>(c - 1) < 0x7f; };
  if (std::ranges::all_of(text, is_plain)) return std::string(text);
  std::string kept;
  icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())))
      .toUTF8String(kept);
  for (auto at = kept.find('\0'); at != std::string::npos; at = kept.find('\0', at))
    kept.replace(at, 1, "\uFFFD");
  return kept;
}

/// Parameters of one statement, collected.
class Collected : public Parameters {
 public:
  void integer(std::int64_t value) override { values.push_back({wire::int8, wire::integer(value)}); }
  void text(std::string_view value) override { values.push_back({wire::text, storable(value)}); }
  void blob(std::string_view value) override { values.push_back({wire::bytea, std::string(value)}); }
  void null() override { values.push_back({.null = true}); }

  std::vector<Value> values;
};

/// Parameters of many rows, one array a column.
class Columns : public Parameters {
 public:
  explicit Columns(std::string_view types) : types_(types) { clear(); }

  void integer(std::int64_t value) override { next().add(wire::integer(value)); }
  void text(std::string_view value) override { next().add(storable(value)); }
  void blob(std::string_view value) override { next().add(value); }
  void null() override { next().add_null(); }

  [[nodiscard]] std::size_t bytes() const {
    std::size_t sum = 0;
    for (const auto& column : columns_) sum += column.size();
    return sum;
  }
  /// The arrays as parameters. Their types are left to the casts of the statement.
  [[nodiscard]] std::vector<Value> values() {
    std::vector<Value> made;
    for (auto& column : columns_) made.push_back({wire::unknown, column.bytes()});
    return made;
  }
  void clear() {
    columns_.clear();
    for (const char type : types_) {
      columns_.emplace_back(type == 'i' ? wire::int8 : type == 't' ? wire::text : wire::bytea);
    }
    column_ = 0;
  }

 private:
  wire::Array& next() {
    auto& column = columns_[column_];
    column_ = (column_ + 1) % columns_.size();
    return column;
  }
  std::string_view types_;
  std::vector<wire::Array> columns_;
  std::size_t column_ = 0;
};

/// A row of an answer that is whole in memory.
class AnswerRow : public Row {
 public:
  AnswerRow(const PGresult* result, int row) : result_(result), row_(row) {}
  [[nodiscard]] std::int64_t integer(int column) const override { return wire::to_integer(bytes(column)); }
  [[nodiscard]] std::string_view bytes(int column) const override {
    return {PQgetvalue(result_, row_, column), static_cast<std::size_t>(PQgetlength(result_, row_, column))};
  }
  [[nodiscard]] bool null(int column) const override { return PQgetisnull(result_, row_, column) != 0; }

 private:
  const PGresult* result_;
  int row_;
};

class PostgresqlDatabase;

class PostgresqlStatement final : public Statement {
 public:
  PostgresqlStatement(PostgresqlDatabase& database, std::string sql)
      : database_(database), sql_(std::move(sql)) {}

  bool next() override;
  void reset() noexcept override {
    result_.reset();
    row_ = -1;
    parameters_.values.clear();
  }

  [[nodiscard]] std::int64_t integer(int column) const override { return current().integer(column); }
  [[nodiscard]] std::string_view bytes(int column) const override { return current().bytes(column); }
  [[nodiscard]] bool null(int column) const override { return current().null(column); }

  void integer(std::int64_t value) override { parameters_.integer(value); }
  void text(std::string_view value) override { parameters_.text(value); }
  void blob(std::string_view value) override { parameters_.blob(value); }
  void null() override { parameters_.null(); }

 private:
  [[nodiscard]] AnswerRow current() const { return {result_.get(), row_}; }

  PostgresqlDatabase& database_;
  std::string sql_;
  Collected parameters_;
  ResultHandle result_;
  int row_ = -1;
};

class PostgresqlDatabase final : public Database {
 public:
  PostgresqlDatabase(std::string where, Connection connection, Access access)
      : where_(std::move(where)), connection_(std::move(connection)), access_(access) {
    greet();
  }

  void script(std::string_view sql) override {
    const ResultHandle result(PQexec(connection_.get(), std::string(sql).c_str()));
    check(result.get());
  }

  Statement& prepare(std::string_view sql) override {
    auto found = statements_.find(sql);
    if (found == statements_.end()) {
      found = statements_
                  .emplace(std::string(sql),
                           std::make_unique<PostgresqlStatement>(*this, replace_words(sql, words)))
                  .first;
    }
    return *found->second;
  }

  void insert(const Bulk& bulk, std::size_t rows, const BindRow& bind) override {
    if (rows == 0) return;
    const auto sql = insert_sql(bulk);
    Columns columns(bulk.types);
    for (std::size_t row = 0, waiting = 0; row < rows; ++row) {
      bind(row, columns);
      if (++waiting == most_rows_at_once || row + 1 == rows || columns.bytes() >= most_bytes_at_once) {
        ask(sql, columns.values());
        columns.clear();
        waiting = 0;
      }
    }
  }

  void repeat(std::string_view sql, std::size_t rows, const BindRow& bind) override {
    if (rows == 0) return;
    const auto statement = replace_words(sql, words);
    for (std::size_t row = 0; row < rows;) {
      // The names first: a statement is prepared in a round trip of its own, which the row of commands must
      // not hold.
      std::vector<std::pair<std::string, Collected>> commands;
      for (; row < rows && commands.size() < most_commands_under_way; ++row) {
        Collected parameters;
        bind(row, parameters);
        auto name = name_of(statement, parameters.values);
        commands.emplace_back(std::move(name), std::move(parameters));
      }
      send_all(commands);
    }
  }

  void look_up(std::string_view select, std::span<const std::int64_t> keys,
               const std::function<void(const Row&)>& each) override {
    const auto sql = replace_words(select, words);
    while (!keys.empty()) {
      const auto some = keys.first(std::min(keys.size(), most_rows_at_once));
      keys = keys.subspan(some.size());
      wire::Array array(wire::int8);
      for (const auto key : some) array.add(wire::integer(key));
      const auto result = ask(sql, {Value{wire::int8_array, array.bytes()}});
      for (int row = 0; row < PQntuples(result.get()); ++row) each(AnswerRow(result.get(), row));
    }
  }

  [[nodiscard]] bool shared() const override { return true; }

  void begin_reading() override { begin("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"); }

  /// Writers take turns at one row: each sees all that those before it committed, so that the rules of the
  /// store hold between processes as they do within one.
  void begin_writing() override {
    begin("BEGIN ISOLATION LEVEL READ COMMITTED");
    const auto turn = ask("SELECT version FROM tributary_schema WHERE id = 1 FOR UPDATE", {});
    const auto version = PQntuples(turn.get()) == 1 ? AnswerRow(turn.get(), 0).integer(0) : 0;
    if (version != known_version()) throw Failure(other_version(version));
  }

  void begin_claiming() override { begin("BEGIN ISOLATION LEVEL READ COMMITTED"); }

  void announce() noexcept override {
    // Outside of any transaction: an engine without NOTIFY refuses the statement, and nothing else.
    const ResultHandle ignored(PQexec(connection_.get(), "NOTIFY tributary"));
  }

  void commit() override { script("COMMIT"); }
  void rollback() noexcept override {
    if (PQtransactionStatus(connection_.get()) != PQTRANS_IDLE) {
      const ResultHandle ignored(PQexec(connection_.get(), "ROLLBACK"));
    }
  }

  void migrate() override {
    // Two processes that start on an empty database at once: one makes the table, the other finds it made.
    make_version_table();
    script("BEGIN ISOLATION LEVEL READ COMMITTED");
    try {
      const auto turn = ask("SELECT version FROM tributary_schema WHERE id = 1 FOR UPDATE", {});
      const auto version = AnswerRow(turn.get(), 0).integer(0);
      if (version > known_version()) throw Failure(other_version(version));
      for (auto next = static_cast<std::size_t>(version); next < migrations().size(); ++next) {
        script(replace_words(migrations()[next], words));
      }
      ask("UPDATE tributary_schema SET version = $1 WHERE id = 1",
          {Value{wire::int8, wire::integer(known_version())}});
      commit();
    } catch (...) {
      rollback();
      throw;
    }
  }

  std::vector<Table> tables() override {
    const auto columns =
        ask("SELECT table_name::text, column_name::text, data_type::text FROM information_schema.columns "
            "WHERE table_schema = current_schema() AND table_name <> 'tributary_schema' "
            "ORDER BY table_name, ordinal_position",
            {});
    std::vector<Table> all;
    for (int row = 0; row < PQntuples(columns.get()); ++row) {
      const AnswerRow column(columns.get(), row);
      if (all.empty() || all.back().name != column.bytes(0)) all.push_back({.name = column.text(0)});
      const auto type = column.bytes(2);
      all.back().columns.push_back({column.text(1), type == "bigint" ? 'i' : type == "text" ? 't' : 'b'});
    }
    const auto keys =
        ask("SELECT k.table_name::text, k.column_name::text FROM information_schema.table_constraints c "
            "JOIN information_schema.key_column_usage k ON k.constraint_name = c.constraint_name AND "
            "k.table_schema = c.table_schema AND k.table_name = c.table_name "
            "WHERE c.constraint_type = 'PRIMARY KEY' AND c.table_schema = current_schema() "
            "ORDER BY k.table_name, k.ordinal_position",
            {});
    for (int row = 0; row < PQntuples(keys.get()); ++row) {
      const AnswerRow part(keys.get(), row);
      const auto table = std::ranges::find(all, part.text(0), &Table::name);
      if (table != all.end()) table->key.push_back(part.text(1));
    }
    return all;
  }

  /// A reader changes nothing, so it needs the schema as it is now.
  void require_current_schema() {
    const auto table = ask("SELECT to_regclass('tributary_schema') IS NOT NULL", {});
    if (AnswerRow(table.get(), 0).integer(0) == 0) {
      throw Failure({ErrorKind::store_missing, where_, "there is nothing in it yet: run `tributary update` first"});
    }
    const auto row = ask("SELECT version FROM tributary_schema WHERE id = 1", {});
    const auto version = PQntuples(row.get()) == 1 ? AnswerRow(row.get(), 0).integer(0) : 0;
    if (version != known_version()) throw Failure(other_version(version));
  }

  [[nodiscard]] const std::string& where() const override { return where_; }

  /// Runs a statement, prepared at its first use. The answer's values are in binary format.
  ResultHandle ask(const std::string& sql, const std::vector<Value>& values) {
    const auto name = name_of(sql, values);
    const Message message(values);
    ResultHandle result(PQexecPrepared(connection_.get(), name.c_str(), message.count(),
                                       message.values.data(), message.lengths.data(), message.formats.data(),
                                       1));
    check(result.get());
    return result;
  }

 private:
  /// Parameters as libpq takes them.
  struct Message {
    explicit Message(const std::vector<Value>& from) {
      for (const auto& value : from) {
        values.push_back(value.null ? nullptr : value.bytes.data());
        lengths.push_back(static_cast<int>(value.bytes.size()));
        formats.push_back(1);
      }
    }
    [[nodiscard]] int count() const { return static_cast<int>(values.size()); }
    std::vector<const char*> values;
    std::vector<int> lengths, formats;
  };

  static std::int64_t known_version() { return static_cast<std::int64_t>(migrations().size()); }

  [[nodiscard]] Error other_version(std::int64_t version) const {
    if (version > known_version()) {
      return {ErrorKind::store, where_,
              "the store was made by a newer Tributary (schema " + std::to_string(version) +
                  ", this one knows " + std::to_string(known_version()) +
                  "). Nothing was changed; run the newer program"};
    }
    return {ErrorKind::store, where_,
            "the store was made by an older Tributary: run `tributary update` once to bring it up to date"};
  }

  void greet() {
    const auto* encoding = PQparameterStatus(connection_.get(), "server_encoding");
    if (encoding && std::string_view(encoding) != "UTF8") {
      throw Failure({ErrorKind::store, where_,
                     "the database's encoding is " + std::string(encoding) +
                         ", and it must be UTF8: createdb -E UTF8"});
    }
    PQsetClientEncoding(connection_.get(), "UTF8");
    PQsetNoticeProcessor(connection_.get(), [](void*, const char*) {}, nullptr);
    script("SET lock_timeout = '" + std::string(busy_for) + "'");
    if (access_ == Access::read) script("SET default_transaction_read_only = on");
  }

  /// A server that was restarted between two transactions costs nothing: both begin anew.
  void reconnect_if_lost() {
    if (PQstatus(connection_.get()) != CONNECTION_BAD) return;
    PQreset(connection_.get());
    if (PQstatus(connection_.get()) != CONNECTION_OK) {
      throw Failure(explain(where_, "08006", trimmed(PQerrorMessage(connection_.get()))));
    }
    names_.clear();
    greet();
  }

  /// That a connection has ended shows only when it is used; nothing was done on it yet, so it is done on a
  /// new one.
  void begin(std::string_view sql) {
    reconnect_if_lost();
    try {
      script(sql);
    } catch (const Failure&) {
      if (PQstatus(connection_.get()) != CONNECTION_BAD) throw;
      reconnect_if_lost();
      script(sql);
    }
  }

  void make_version_table() {
    static constexpr const char* make =
        "CREATE TABLE IF NOT EXISTS tributary_schema (id BIGINT PRIMARY KEY, version BIGINT NOT NULL)";
    const ResultHandle made(PQexec(connection_.get(), make));
    // "IF NOT EXISTS" is no lock: of two that make it at once, one is told that it is there.
    if (PQresultStatus(made.get()) != PGRES_COMMAND_OK) script(make);
    script("INSERT INTO tributary_schema (id, version) VALUES (1, 0) ON CONFLICT (id) DO NOTHING");
  }

  void check(const PGresult* result) {
    const auto status = PQresultStatus(result);
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return;
    const auto* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const auto* primary = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    throw Failure(
        explain(where_, state ? state : "", primary ? primary : trimmed(PQerrorMessage(connection_.get()))));
  }

  /// The prepared statement for these types. A null has none, so a column that may be null makes two.
  std::string name_of(const std::string& sql, const std::vector<Value>& values) {
    std::string key = sql;
    std::vector<Oid> types;
    for (const auto& value : values) {
      types.push_back(value.type);
      key += '\0' + std::to_string(value.type);
    }
    const auto [place, fresh] = names_.try_emplace(std::move(key), "s" + std::to_string(names_.size()));
    if (!fresh) return place->second;
    const ResultHandle prepared(PQprepare(connection_.get(), place->second.c_str(), sql.c_str(),
                                          static_cast<int>(types.size()), types.data()));
    try {
      check(prepared.get());
    } catch (...) {
      names_.erase(place);
      throw;
    }
    return place->second;
  }

  /// One round trip for many commands (libpq's pipeline mode).
  void send_all(const std::vector<std::pair<std::string, Collected>>& commands) {
    PQenterPipelineMode(connection_.get());
    std::optional<Error> failure;
    for (const auto& [name, parameters] : commands) {
      const Message message(parameters.values);
      if (PQsendQueryPrepared(connection_.get(), name.c_str(), message.count(), message.values.data(),
                              message.lengths.data(), message.formats.data(), 1) == 0) {
        failure = explain(where_, "08006", trimmed(PQerrorMessage(connection_.get())));
        break;
      }
    }
    PQpipelineSync(connection_.get());
    for (bool synced = false; !synced && PQstatus(connection_.get()) == CONNECTION_OK;) {
      const ResultHandle result(PQgetResult(connection_.get()));
      if (!result) continue;  // the end of one command's answer
      synced = PQresultStatus(result.get()) == PGRES_PIPELINE_SYNC;
      if (synced || failure) continue;
      try {
        check(result.get());
      } catch (const Failure& refused) {
        failure = refused.error;
      }
    }
    PQexitPipelineMode(connection_.get());
    if (failure) throw Failure(*failure);
    if (PQstatus(connection_.get()) != CONNECTION_OK) {
      throw Failure(explain(where_, "08006", trimmed(PQerrorMessage(connection_.get()))));
    }
  }

  /// INSERT … SELECT … FROM unnest(arrays). Where the batch itself has a key twice, ON CONFLICT DO UPDATE
  /// would refuse it: the last one counts then, and of DO NOTHING the first, as if the rows had come one by
  /// one.
  static std::string insert_sql(const Bulk& bulk) {
    const std::string_view types = bulk.types, tail = bulk.tail;
    std::string arrays;
    for (std::size_t i = 0; i < types.size(); ++i) {
      arrays += (i > 0 ? ", $" : "$") + std::to_string(i + 1) +
                (types[i] == 'i'   ? "::bigint[]"
                 : types[i] == 't' ? "::text[]"
                                   : "::bytea[]");
    }
    const std::string columns = bulk.columns;
    const std::string into = std::string("INSERT INTO ") + bulk.table + " (" + columns + ") ";
    const auto open = tail.find('('), close = tail.find(')');
    if (open == std::string_view::npos || close == std::string_view::npos) {
      return into + "SELECT * FROM unnest(" + arrays + ") " + std::string(tail);
    }
    const std::string key(tail.substr(open + 1, close - open - 1));
    const bool last_counts = tail.find("DO UPDATE") != std::string_view::npos;
    return into + "SELECT DISTINCT ON (" + key + ") " + columns + " FROM unnest(" + arrays +
           ") WITH ORDINALITY AS batch (" + columns + ", ordinal) ORDER BY " + key + ", ordinal" +
           (last_counts ? " DESC " : " ") + std::string(tail);
  }

  const std::string where_;
  Connection connection_;
  Access access_;
  std::map<std::string, std::string> names_;  // statement and types → its name on this connection
  std::map<std::string, std::unique_ptr<PostgresqlStatement>, std::less<>> statements_;
};

bool PostgresqlStatement::next() {
  if (!result_) {
    result_ = database_.ask(sql_, parameters_.values);
    row_ = -1;
  }
  return ++row_ < PQntuples(result_.get());
}

struct FreeOptions {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};

/// The URL for messages: without a password.
std::string without_password(const std::string& url) {
  char* fault = nullptr;
  const std::unique_ptr<PQconninfoOption, FreeOptions> options(PQconninfoParse(url.c_str(), &fault));
  if (!options) {
    const std::string why = trimmed(fault);
    PQfreemem(fault);
    throw Failure({ErrorKind::config, "postgresql", "is no address of a database: " + why});
  }
  std::map<std::string, std::string> given;
  for (const auto* option = options.get(); option->keyword; ++option) {
    if (option->val) given[option->keyword] = option->val;
  }
  std::string shown = "postgresql://";
  if (given.contains("user")) shown += given["user"] + "@";
  shown += given["host"];
  if (given.contains("port")) shown += ":" + given["port"];
  return shown + "/" + given["dbname"];
}

}  // namespace

Result<std::unique_ptr<Database>> open_postgresql(std::string_view url, Access access) {
  try {
    const std::string address(url);
    const auto where = without_password(address);
    Connection connection(PQconnectdb(address.c_str()));
    if (PQstatus(connection.get()) != CONNECTION_OK) {
      return std::unexpected(
          Error{ErrorKind::store, where, "cannot be reached: " + trimmed(PQerrorMessage(connection.get()))});
    }
    auto database = std::make_unique<PostgresqlDatabase>(where, std::move(connection), access);
    if (access == Access::write) {
      database->migrate();
    } else {
      database->require_current_schema();
    }
    return database;
  } catch (const Failure& failure) {
    return std::unexpected(failure.error);
  }
}

}  // namespace tributary::store
