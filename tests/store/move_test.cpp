// Moving a whole store from one backend to another: lossless, and resumable.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/move.hpp"
#include "store/postgresql_database.hpp"
#include "store/sqlite_database.hpp"
#include "tests/store/samples.hpp"

namespace tributary::store {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

std::string sqlite(const TemporaryFolder& folder, const std::string& name) {
  return "sqlite:" + file_in(folder, name);
}

/// A store with two feeds, a story that both carry, a withdrawal, and `items` items besides.
void fill(const std::string& url, int items) {
  auto store = open(url, Access::write);
  ASSERT_TRUE(store) << to_string(store.error());
  auto wanted = catalogue({partner("a"), partner("b")});
  wanted.withdraw = {{.url = "https://a.example.org/3", .reason = "taken back"}};
  ASSERT_TRUE((*store)->configure(wanted, noon));
  std::vector<Sample> samples;
  for (int i = 0; i < items; ++i) {
    samples.push_back({.id = std::to_string(i),
                       .link = "https://a.example.org/" + std::to_string(i),
                       .title = "Piece " + std::to_string(i),
                       .text = "Ünïcode " + std::to_string(i)});
  }
  ASSERT_TRUE((*store)->take(std::array{delivery("a", samples)}, noon));
  ASSERT_TRUE((*store)->take(
      std::array{delivery("b", {{.id = "x", .link = "https://a.example.org/1", .title = "Piece 1"}})},
      noon + 1h));
}

/// Everything that a database holds, in words.
std::string dump(Database& database) {
  std::string all;
  auto tables = database.tables();
  std::ranges::sort(tables, {}, &Table::name);
  for (const auto& table : tables) {
    std::string columns;
    std::vector<std::string> lines;
    for (const auto& column : table.columns) columns += (columns.empty() ? "" : ", ") + column.name;
    auto rows = database.run("SELECT " + columns + " FROM " + table.name);
    while (rows.next()) {
      std::string line = table.name;
      for (std::size_t i = 0; i < table.columns.size(); ++i) {
        const int column = static_cast<int>(i);
        line += '|';
        if (rows->null(column)) {
          line += "null";
        } else {
          line += table.columns[i].type == 'i' ? std::to_string(rows->integer(column)) : rows->text(column);
        }
      }
      lines.push_back(line);
    }
    std::ranges::sort(lines);
    for (const auto& line : lines) all += line + '\n';
  }
  return all;
}

std::unique_ptr<Database> database_at(const std::string& url) {
  auto database = url.starts_with("sqlite:") ? open_sqlite(url.substr(7), Access::write)
                                             : open_postgresql(url, Access::write);
  EXPECT_TRUE(database) << to_string(database.error());
  return std::move(*database);
}

/// What a mover says of its batches, or stops at.
const auto silent = [](std::int64_t, std::int64_t) {};

struct Interrupted {};

void move_there_and_compare(const std::string& from, const std::string& to) {
  const auto moved = move_store(from, to, silent);
  ASSERT_TRUE(moved) << to_string(moved.error());
  EXPECT_GT(*moved, 10);
  EXPECT_EQ(dump(*database_at(from)), dump(*database_at(to)));
}

TEST(MoveStore, EveryRowIsThereAsItWas) {
  const TemporaryFolder folder;
  fill(sqlite(folder, "old.db"), 20);
  move_there_and_compare(sqlite(folder, "old.db"), sqlite(folder, "new.db"));
}

TEST(PostgresqlMove, EveryRowGoesThereAndBack) {
  const TemporaryFolder folder;
  const auto there = fresh_postgresql(folder.path().filename().string());
  if (there.empty()) GTEST_SKIP() << "no PostgreSQL was started: tests/support/with-postgresql does";
  fill(sqlite(folder, "old.db"), 2500);
  move_there_and_compare(sqlite(folder, "old.db"), there);
  move_there_and_compare(there, sqlite(folder, "back.db"));
  EXPECT_EQ(dump(*database_at(sqlite(folder, "old.db"))), dump(*database_at(sqlite(folder, "back.db"))));
}

TEST(MoveStore, WhatWasInterruptedGoesOnAndIsRefusedUntilThen) {
  const TemporaryFolder folder;
  const auto from = sqlite(folder, "old.db"), to = sqlite(folder, "new.db");
  fill(from, 2500);
  std::int64_t batches = 0;
  const auto stop_halfway = [&](std::int64_t, std::int64_t) {
    if (++batches == 5) throw Interrupted{};
  };
  EXPECT_THROW((void)move_store(from, to, stop_halfway), Interrupted);
  const auto half = open(to, Access::read);
  ASSERT_FALSE(half);
  EXPECT_THAT(half.error().detail, HasSubstr("move-store"));

  std::int64_t first_seen = -1;
  const auto moved = move_store(from, to, [&](std::int64_t done, std::int64_t) {
    if (first_seen < 0) first_seen = done;
  });
  ASSERT_TRUE(moved) << to_string(moved.error());
  EXPECT_EQ(dump(*database_at(from)), dump(*database_at(to)));
}

TEST(MoveStore, AStoreThatWentOnAfterAnInterruptionIsMovedAnew) {
  const TemporaryFolder folder;
  const auto from = sqlite(folder, "old.db"), to = sqlite(folder, "new.db");
  fill(from, 1500);
  std::int64_t batches = 0;
  EXPECT_THROW((void)move_store(from, to,
                                [&](std::int64_t, std::int64_t) {
                                  if (++batches == 6) throw Interrupted{};
                                }),
               Interrupted);
  {
    auto store = open(from, Access::write);
    ASSERT_TRUE(store);
    auto news = delivery(
        "a", {{.id = "1", .link = "https://a.example.org/1", .title = "Piece 1, corrected at length"}});
    news.state.last_fetch = noon + 2h;
    ASSERT_TRUE((*store)->take(std::array{news}, noon + 2h));
  }
  move_there_and_compare(from, to);
}

TEST(MoveStore, APlaceThatHoldsAStoreIsLeftAlone) {
  const TemporaryFolder folder;
  fill(sqlite(folder, "old.db"), 3);
  fill(sqlite(folder, "other.db"), 5);
  const auto before = dump(*database_at(sqlite(folder, "other.db")));
  const auto moved = move_store(sqlite(folder, "old.db"), sqlite(folder, "other.db"), silent);
  ASSERT_FALSE(moved);
  EXPECT_THAT(moved.error().detail, HasSubstr("holds a store already"));
  EXPECT_EQ(dump(*database_at(sqlite(folder, "other.db"))), before);
}

TEST(MoveStore, WithoutAStoreThereIsNothingToMove) {
  const TemporaryFolder folder;
  const auto moved = move_store(sqlite(folder, "none.db"), sqlite(folder, "new.db"), silent);
  ASSERT_FALSE(moved);
  EXPECT_FALSE(std::filesystem::exists(folder / "none.db"));
}

}  // namespace
}  // namespace tributary::store
