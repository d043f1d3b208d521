#include "store/move.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <optional>
#include <string_view>
#include <vector>

#include "store/hash.hpp"
#include "store/schema.hpp"

// The tables are asked of the database, not listed here: what a later schema adds moves by itself. Rows go in
// the order of their keys, so the highest key of the target is the place where an interrupted move goes on. A
// table whose key has text goes whole, in one transaction: two databases may order text differently, and such
// tables are small.
namespace tributary::store {
namespace {

constexpr std::int64_t rows_at_once = 1000;
constexpr const char* mark = "move";  // row of `meta` in the target: fingerprint and name of the source

struct Cell {
  bool null = false;
  std::int64_t integer = 0;
  std::string bytes = {};
};
using Cells = std::vector<Cell>;

std::string joined(const std::vector<std::string>& words) {
  std::string all;
  for (const auto& word : words) all += (all.empty() ? "" : ", ") + word;
  return all;
}

/// In the order in which the schema makes them: what a table refers to stands before it.
std::vector<Table> tables_in_order(Database& database) {
  std::string schema;
  for (const auto step : migrations()) schema += step;
  auto tables = database.tables();
  const auto place = [&](const Table& table) {
    return std::min(schema.find("CREATE TABLE " + table.name + " "),
                    schema.find("CREATE TABLE " + table.name + "("));
  };
  // Other programs may have tables and views in the same database.
  std::erase_if(tables, [&](const Table& table) { return place(table) == std::string::npos; });
  std::ranges::sort(tables, {}, [&](const Table& table) { return std::pair(place(table), table.name); });
  return tables;
}

/// One table on its way.
class Passage {
 public:
  Passage(const Table& table, Database& from, Database& to) : table_(table), from_(from), to_(to) {
    for (const auto& column : table.columns) {
      names_.push_back(column.name);
      types_ += column.type;
    }
    for (const auto& name : table.key) {
      const auto at = std::ranges::find(names_, name) - names_.begin();
      key_.push_back(static_cast<std::size_t>(at));
      if (types_[key_.back()] != 'i') by_place_ = false;
    }
    columns_ = joined(names_);
    keys_ = joined(table.key);
    bulk_ = {.table = table_.name.c_str(), .columns = columns_.c_str(), .types = types_.c_str()};
  }
  // The bulk refers to members.
  Passage(const Passage&) = delete;
  Passage& operator=(const Passage&) = delete;

  void go(const std::function<void(std::int64_t)>& progress) {
    if (!by_place_) {
      whole(progress);
      return;
    }
    auto last = highest();
    while (true) {
      const auto rows = after(last);
      if (rows.empty()) return;
      Transaction step(to_, Transaction::Kind::write);
      put(rows);
      step.commit();
      last.clear();
      for (const auto column : key_) last.push_back(rows.back()[column].integer);
      progress(static_cast<std::int64_t>(rows.size()));
      if (std::ssize(rows) < rows_at_once) return;
    }
  }

 private:
  /// The key of the last row that the target has; empty: none.
  std::vector<std::int64_t> highest() {
    std::string order;
    for (const auto& name : table_.key) order += (order.empty() ? "" : ", ") + name + " DESC";
    auto rows = to_.run("SELECT " + keys_ + " FROM " + table_.name + " ORDER BY " + order + " LIMIT 1");
    std::vector<std::int64_t> key;
    if (rows.next()) {
      for (int column = 0; column < std::ssize(table_.key); ++column) key.push_back(rows->integer(column));
    }
    return key;
  }

  std::vector<Cells> after(const std::vector<std::int64_t>& key) {
    std::string sql = "SELECT " + columns_ + " FROM " + table_.name;
    if (!key.empty()) {
      sql += " WHERE (" + keys_ + ") > (";
      for (std::size_t i = 0; i < key.size(); ++i) sql += (i > 0 ? ", $" : "$") + std::to_string(i + 1);
      sql += ")";
    }
    sql += " ORDER BY " + keys_ + " LIMIT " + std::to_string(rows_at_once);
    auto& statement = from_.prepare(sql);
    Rows rows(statement);
    for (const auto part : key) static_cast<Parameters&>(statement).integer(part);
    return read(rows);
  }

  std::vector<Cells> read(Rows& rows) const {
    std::vector<Cells> all;
    while (rows.next()) {
      auto& cells = all.emplace_back(names_.size());
      for (std::size_t i = 0; i < names_.size(); ++i) {
        const int column = static_cast<int>(i);
        if (rows->null(column)) {
          cells[i].null = true;
        } else if (types_[i] == 'i') {
          cells[i].integer = rows->integer(column);
        } else {
          cells[i].bytes = rows->text(column);
        }
      }
    }
    return all;
  }

  void put(const std::vector<Cells>& rows) {
    to_.insert(bulk_, rows.size(), [&](std::size_t row, Parameters& to) {
      for (std::size_t i = 0; i < names_.size(); ++i) {
        const auto& cell = rows[row][i];
        if (cell.null) {
          to.null();
        } else if (types_[i] == 'i') {
          to.integer(cell.integer);
        } else if (types_[i] == 't') {
          to.text(cell.bytes);
        } else {
          to.blob(cell.bytes);
        }
      }
    });
  }

  void whole(const std::function<void(std::int64_t)>& progress) {
    const bool has_mark = table_.name == "meta";
    const std::string except = has_mark ? std::string(" WHERE name <> '") + mark + "'" : "";
    Transaction step(to_, Transaction::Kind::write);
    to_.execute("DELETE FROM " + table_.name + except);
    auto rows = from_.run("SELECT " + columns_ + " FROM " + table_.name + except);
    const auto all = read(rows);
    put(all);
    step.commit();
    progress(std::ssize(all));
  }

  const Table& table_;
  Database& from_;
  Database& to_;
  std::vector<std::string> names_;
  std::string types_, columns_, keys_;
  std::vector<std::size_t> key_;
  bool by_place_ = true;
  Bulk bulk_ = {};
};

/// What changes with whatever is stored: each pass writes feed states, each configuration meta or feeds.
std::string fingerprint(Database& from) {
  std::string all;
  {
    auto rows = from.run("SELECT name, value FROM meta ORDER BY name");
    while (rows.next()) all += rows->text(0) + '\0' + rows->text(1) + '\0';
  }
  auto rows = from.run("SELECT id, state, partner FROM feed ORDER BY id");
  while (rows.next()) all += rows->text(1) + '\0' + rows->text(2) + '\0';
  return std::to_string(hash64(all));
}

std::int64_t count(Database& database, const std::string& table) {
  auto rows = database.run("SELECT count(*) FROM " + table);
  return rows.next() ? rows->integer(0) : 0;
}

std::optional<std::string> read_mark(Database& database) {
  auto rows = database.run("SELECT value FROM meta WHERE name = $1", mark);
  if (!rows.next()) return std::nullopt;
  return rows->text(0);
}

void write_mark(Database& to, const std::string& value) {
  to.execute(
      "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = "
      "excluded.value",
      mark, Blob{value});
}

/// Makes the target ready: empty, or where an interrupted move of the same, unchanged store stood.
void begin(Database& from, Database& to, const std::vector<Table>& tables) {
  const std::string wanted = fingerprint(from) + " " + from.where();
  Transaction step(to, Transaction::Kind::write);
  const auto known = read_mark(to);
  if (!known && count(to, "meta") + count(to, "feed") > 0) {
    throw Failure(
        {ErrorKind::store, to.where(), "holds a store already. Nothing was changed; name an empty database"});
  }
  if (known && *known != wanted) {  // of another store, or of this one before it went on
    for (auto table = tables.rbegin(); table != tables.rend(); ++table)
      to.execute("DELETE FROM " + table->name);
  }
  write_mark(to, wanted);
  step.commit();
}

}  // namespace

bool is_half_moved(Database& database, std::string& from) {
  const auto known = read_mark(database);
  if (known) from = known->substr(known->find(' ') + 1);
  return known.has_value();
}

std::int64_t move_rows(Database& from, Database& to,
                       const std::function<void(std::int64_t done, std::int64_t all)>& progress) {
  const auto tables = tables_in_order(from);
  begin(from, to, tables);
  std::int64_t expected = 0, done = 0;
  for (const auto& table : tables) expected += count(from, table.name);
  for (const auto& table : tables) {
    done += count(to, table.name);
    Passage(table, from, to).go([&](std::int64_t rows) { progress(done += rows, expected); });
  }
  std::int64_t all = 0;
  Transaction step(to, Transaction::Kind::write);
  to.execute("DELETE FROM meta WHERE name = $1", mark);
  for (const auto& table : tables) {
    const auto here = count(from, table.name), there = count(to, table.name);
    if (here != there) {
      throw Failure({ErrorKind::store, to.where(),
                     "has " + std::to_string(there) + " rows of " + table.name + " where " +
                         std::to_string(here) +
                         " were moved: another process writes there. Run move-store again"});
    }
    all += there;
  }
  step.commit();
  return all;
}

}  // namespace tributary::store
