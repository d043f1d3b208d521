// What PostgreSQL does differently from SQLite: its binary values, batches with a key twice, connections that
// end, several processes at once. What both share is the contract (contract_test.cpp).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "store/postgresql_database.hpp"
#include "store/postgresql_wire.hpp"
#include "tests/store/samples.hpp"

namespace tributary::store {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST(PostgresqlWire, IntegersOfEverySizeComeBack) {
  for (const std::int64_t value :
       {std::int64_t{0}, std::int64_t{1}, std::int64_t{-1}, std::int64_t{256},
        std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
    EXPECT_EQ(wire::to_integer(wire::integer(value)), value);
  }
  using namespace std::string_view_literals;
  EXPECT_EQ(wire::to_integer("\x01"sv), 1);
  EXPECT_EQ(wire::to_integer("\xff\xfe"sv), -2);
  EXPECT_EQ(wire::to_integer("\x00\x00\x01\x00"sv), 256);
}

class PostgresqlStore : public testing::Test {
 protected:
  void SetUp() override {
    url_ = fresh_postgresql(folder_.path().filename().string());
    if (url_.empty()) GTEST_SKIP() << "no PostgreSQL was started: tests/support/with-postgresql does";
  }
  std::unique_ptr<Database> connect(Access access = Access::write) {
    auto database = open_postgresql(url_, access);
    EXPECT_TRUE(database) << to_string(database.error());
    return database ? std::move(*database) : nullptr;
  }
  TemporaryFolder folder_;
  std::string url_;
};

TEST_F(PostgresqlStore, OfAKeyThatABatchHasTwiceTheLastOneCounts) {
  const auto database = connect();
  database->begin_writing();
  static constexpr Bulk known{"known", "key, item, raw", "iii",
                              "ON CONFLICT (key) DO UPDATE SET item = excluded.item, raw = excluded.raw"};
  const std::vector<std::array<std::int64_t, 2>> rows{{7, 1}, {8, 2}, {7, 3}};
  database->insert(known, rows.size(), [&](std::size_t row, Parameters& to) {
    to.integer(rows[row][0]);
    to.integer(rows[row][1]);
    to.integer(0);
  });
  std::map<std::int64_t, std::int64_t> items;
  const std::array<std::int64_t, 3> keys{7, 8, 9};
  database->look_up("SELECT key, item FROM known WHERE key = {any}", keys,
                    [&](const Row& row) { items[row.integer(0)] = row.integer(1); });
  database->commit();
  EXPECT_EQ(items, (std::map<std::int64_t, std::int64_t>{{7, 3}, {8, 2}}));
}

TEST_F(PostgresqlStore, EveryByteOfABlobComesBack) {
  const auto database = connect();
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  database->begin_writing();
  database->execute("INSERT INTO meta (name, value) VALUES ($1, $2)", "all", Blob{all});
  auto rows = database->run("SELECT value FROM meta WHERE name = $1", "all");
  ASSERT_TRUE(rows.next());
  EXPECT_EQ(rows->bytes(0), all);
}

TEST_F(PostgresqlStore, AServerThatEndsTheConnectionBetweenTwoStepsIsAskedAgain) {
  auto store = open(url_, Access::write);
  ASSERT_TRUE(store) << to_string(store.error());
  ASSERT_TRUE((*store)->configure(catalogue({partner("a")}), noon));
  const auto other = connect();
  other->execute(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = "
      "current_database() AND query LIKE '%COMMIT%'");
  // The first step may still find the end of its connection; the second must not.
  (void)(*store)->totals();
  const auto totals = (*store)->totals();
  EXPECT_TRUE(totals) << to_string(totals.error());
}

TEST_F(PostgresqlStore, AFailedStatementOfABatchLeavesNothingOfIt) {
  const auto database = connect();
  database->begin_writing();
  EXPECT_THROW(database->repeat("INSERT INTO known (key, item, raw) VALUES ($1, 1, 1)", 3,
                                [](std::size_t, Parameters& to) { to.integer(5); }),
               Failure);
  database->rollback();
  database->begin_reading();
  auto rows = database->run("SELECT count(*) FROM known");
  ASSERT_TRUE(rows.next());
  EXPECT_EQ(rows->integer(0), 0);
}

TEST_F(PostgresqlStore, TwoProcessesThatTakeTheSameItemsInAtOnceAddThemOnce) {
  constexpr int writers = 4;
  const auto wanted = catalogue({partner("a"), partner("b")});
  {
    auto first = open(url_, Access::write);
    ASSERT_TRUE(first) << to_string(first.error());
    ASSERT_TRUE((*first)->configure(wanted, noon));
  }
  std::vector<std::thread> threads;
  std::atomic<std::size_t> fresh = 0, failures = 0;
  for (int writer = 0; writer < writers; ++writer) {
    threads.emplace_back([&] {
      auto store = open(url_, Access::write);
      if (!store) {
        ++failures;
        return;
      }
      for (int round = 0; round < 10; ++round) {
        const Sample sample{.id = std::to_string(round),
                            .link = "https://a.example.org/" + std::to_string(round),
                            .title = "Piece " + std::to_string(round)};
        const auto added = (*store)->take(std::array{delivery("a", {sample})}, noon);
        if (added) {
          fresh += added->fresh;
        } else {
          ++failures;
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(failures, 0u);
  EXPECT_EQ(fresh, 10u);
}

TEST_F(PostgresqlStore, TwoProcessesThatStartOnAnEmptyDatabaseMakeItsTablesOnce) {
  std::vector<std::thread> threads;
  std::atomic<int> opened = 0;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      if (open(url_, Access::write)) ++opened;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(opened, 4);
}

TEST_F(PostgresqlStore, AReaderOfAnEmptyDatabaseIsToldThatNothingIsThere) {
  const auto store = open(url_, Access::read);
  ASSERT_FALSE(store);
  EXPECT_THAT(store.error().detail, HasSubstr("nothing in it yet"));
}

TEST_F(PostgresqlStore, ANewerSchemaIsRefusedUnchanged) {
  const auto database = connect();
  database->execute("UPDATE tributary_schema SET version = 9999");
  const auto store = open(url_, Access::write);
  ASSERT_FALSE(store);
  EXPECT_THAT(store.error().detail, HasSubstr("newer Tributary"));
}

TEST(PostgresqlAddress, NoMessageHoldsThePassword) {
  const auto store = open("postgresql://ann:secret@127.0.0.1:1/items", Access::write);
  ASSERT_FALSE(store);
  EXPECT_THAT(to_string(store.error()), Not(HasSubstr("secret")));
  EXPECT_THAT(store.error().where, HasSubstr("ann@127.0.0.1:1/items"));
}

}  // namespace
}  // namespace tributary::store
