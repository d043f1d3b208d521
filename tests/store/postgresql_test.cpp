// What PostgreSQL does differently from SQLite: its binary values, batches with a key twice, connections that
// end, several processes at once. What both share is the contract (contract_test.cpp).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <poll.h>

#include <thread>

#include "store/postgresql_database.hpp"
#include "store/postgresql_wire.hpp"
#include "tests/store/samples.hpp"

namespace tributary::store {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;

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
  const auto totals = (*store)->totals();
  EXPECT_TRUE(totals) << to_string(totals.error());
}

TEST_F(PostgresqlStore, TextThatIsNoUtf8IsKeptAsFarAsItIs) {
  const auto database = connect();
  database->begin_writing();
  using namespace std::string_view_literals;
  database->execute("INSERT INTO stream (id, kind, slug) VALUES ($1, $2, $3)", 900, 900,
                    "actualit\xe9s \0 \u00e9t\u00e9"sv);
  auto rows = database->run("SELECT slug FROM stream WHERE id = $1", 900);
  ASSERT_TRUE(rows.next());
  EXPECT_EQ(rows->bytes(0), "actualit\uFFFDs \uFFFD \u00e9t\u00e9");
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

/// Two processes on one store, as leases see them.
class PostgresqlLeases : public PostgresqlStore {
 protected:
  void SetUp() override {
    PostgresqlStore::SetUp();
    if (url_.empty()) return;
    for (auto& store : workers_) {
      auto opened = open(url_, Access::write);
      ASSERT_TRUE(opened) << to_string(opened.error());
      store = std::move(*opened);
    }
    ASSERT_TRUE(workers_[0]->configure(catalogue({partner("a"), partner("b"), partner("c")}), noon));
    const auto states = workers_[0]->feed_states().value();
    for (const auto& state : states) keys_.push_back(state.key);
  }
  std::vector<std::string> claim(int worker, Timestamp now, bool due_only = true) {
    std::vector<std::string> keys;
    const auto states =
        workers_[worker]->claim(keys_, "worker-" + std::to_string(worker), now, now + 60s, due_only);
    EXPECT_TRUE(states) << to_string(states.error());
    if (!states) return keys;
    for (const auto& state : *states) keys.push_back(state.key);
    return keys;
  }
  std::array<std::unique_ptr<Store>, 2> workers_;
  std::vector<std::string> keys_;
};

TEST_F(PostgresqlLeases, AFeedIsLeasedToOneWorkerUntilItsTimeIsOver) {
  EXPECT_THAT(claim(0, noon), testing::SizeIs(3));
  EXPECT_THAT(claim(1, noon + 59s), testing::IsEmpty());
  EXPECT_THAT(claim(1, noon + 60s), testing::SizeIs(3)) << "the first worker is dead";
}

TEST_F(PostgresqlLeases, ALeaseThatIsRenewedGoesOn) {
  EXPECT_THAT(claim(0, noon), testing::SizeIs(3));
  ASSERT_TRUE(workers_[0]->renew("worker-0", noon + 30s, noon + 90s));
  EXPECT_THAT(claim(1, noon + 80s), testing::IsEmpty());
}

TEST_F(PostgresqlLeases, AWorkerThatEndsGivesItsFeedsBack) {
  EXPECT_THAT(claim(0, noon), testing::SizeIs(3));
  ASSERT_TRUE(workers_[0]->release("worker-0"));
  EXPECT_THAT(claim(1, noon), testing::SizeIs(3));
}

TEST_F(PostgresqlLeases, ADeliveryEndsItsLeaseAndTheFeedIsDueNoMore) {
  EXPECT_THAT(claim(0, noon), testing::SizeIs(3));
  auto news = delivery("a", {{.id = "1", .link = "https://a.example.org/1", .title = "One"}});
  news.state.last_fetch = noon;
  news.state.next_fetch = noon + 1h;
  ASSERT_TRUE(workers_[0]->take(std::array{news}, noon));
  EXPECT_THAT(claim(1, noon), testing::IsEmpty());
  EXPECT_THAT(claim(1, noon, false), ElementsAre(news.state.key))
      << "forced: patience is passed over, leases are not";
}

TEST_F(PostgresqlLeases, WhatIsOnlyNotedOfAFeedLeavesItsLease) {
  EXPECT_THAT(claim(0, noon), testing::SizeIs(3));
  auto noted = Delivery{.state = workers_[0]->feed_states()->at(0)};
  noted.state.memory.history.told = "failing";
  ASSERT_TRUE(workers_[0]->take(std::array{noted}, noon));
  EXPECT_THAT(claim(1, noon + 10s), testing::IsEmpty());
  EXPECT_THAT(claim(0, noon + 10s), testing::SizeIs(3)) << "one's own lease is no hindrance";
}

TEST_F(PostgresqlLeases, WhatAHubDeliveredIsTakenThoughAnotherProcessHasAskedTheFeedMeanwhile) {
  auto polled = delivery("a", {{.id = "1", .link = "https://a.example.org/1", .title = "One"}});
  polled.state.last_fetch = noon + 2min;
  ASSERT_TRUE(workers_[1]->take(std::array{polled}, noon + 2min));
  auto pushed = delivery("a", {{.id = "2", .link = "https://a.example.org/2", .title = "Two"}});
  pushed.state.last_fetch = noon;
  pushed.whole = false;
  ASSERT_TRUE(workers_[0]->take(std::array{pushed}, noon + 3min));
  EXPECT_EQ(workers_[0]->latest({}, 10)->entries.size(), 2u);
  EXPECT_EQ(workers_[0]->feed_states()->at(0).last_fetch, noon + 2min);
}

TEST_F(PostgresqlLeases, AnAnswerThatIsOlderThanWhatAnotherStoredChangesNothing) {
  auto late = delivery("a", {{.id = "1", .link = "https://a.example.org/1", .title = "Old"}});
  late.state.last_fetch = noon;
  auto fresh = delivery("a", {{.id = "1", .link = "https://a.example.org/1", .title = "New"}});
  fresh.state.last_fetch = noon + 2min;
  ASSERT_TRUE(workers_[1]->take(std::array{fresh}, noon + 2min));
  ASSERT_TRUE(workers_[0]->take(std::array{late}, noon + 3min));
  EXPECT_EQ(workers_[0]->latest({}, 10)->entries.at(0).item.title->plain, "New");
  EXPECT_EQ(workers_[0]->feed_states()->at(0).last_fetch, noon + 2min);
}

TEST_F(PostgresqlLeases, EveryPublisherIsToldWhatItHasNotWrittenItself) {
  ASSERT_TRUE(workers_[0]->take(
      std::array{delivery("a", {{.id = "1", .link = "https://a.example.org/1", .title = "One"}})}, noon));
  const auto first = workers_[0]->close_pages(noon, "/one");
  ASSERT_TRUE(first);
  EXPECT_FALSE(first->empty());
  ASSERT_TRUE(workers_[0]->published(*first, "as configured", noon, "/one"));
  EXPECT_TRUE(workers_[0]->close_pages(noon, "/one")->empty());
  const auto second = workers_[1]->close_pages(noon, "/two");
  EXPECT_EQ(second->settings, "") << "it never published: all pages are to be written";
  ASSERT_TRUE(workers_[1]->published(*second, "as configured", noon, "/two"));
  ASSERT_TRUE(workers_[1]->take(
      std::array{delivery("b", {{.id = "2", .link = "https://b.example.org/2", .title = "Two"}})}, noon));
  for (int worker : {0, 1}) {
    const auto what = workers_[worker]->close_pages(noon, worker == 0 ? "/one" : "/two");
    EXPECT_EQ(what->settings, "as configured");
    EXPECT_FALSE(what->streams.empty());
    ASSERT_TRUE(workers_[worker]->published(*what, "as configured", noon, worker == 0 ? "/one" : "/two"));
  }
}

TEST_F(PostgresqlLeases, WhoListensIsWokenByWhatAnotherStores) {
  const auto wakeup = listen(url_);
  ASSERT_NE(wakeup, nullptr);
  ASSERT_TRUE(workers_[0]->take(
      std::array{delivery("a", {{.id = "1", .link = "https://a.example.org/1", .title = "One"}})}, noon));
  pollfd waiting{.fd = wakeup->descriptor(), .events = POLLIN, .revents = 0};
  EXPECT_EQ(poll(&waiting, 1, 10'000), 1)
      << "another schema's news would wake it too: a wake-up says nothing of what";
  EXPECT_TRUE(wakeup->drain());
}

TEST(PostgresqlAddress, NoMessageHoldsThePassword) {
  const auto store = open("postgresql://ann:secret@127.0.0.1:1/items", Access::write);
  ASSERT_FALSE(store);
  EXPECT_THAT(to_string(store.error()), Not(HasSubstr("secret")));
  EXPECT_THAT(store.error().where, HasSubstr("ann@127.0.0.1:1/items"));
}

}  // namespace
}  // namespace tributary::store
