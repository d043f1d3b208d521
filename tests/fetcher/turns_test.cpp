#include "fetcher/turns.hpp"

#include <gtest/gtest.h>

namespace tributary::fetcher {
namespace {

using namespace std::chrono_literals;
const Turns::Clock::time_point start{};

std::string names(Turns& turns, Turns::Clock::time_point now) {
  std::string out;
  while (const auto turn = turns.pop(now)) out += std::to_string(turn->ticket) + "@" + turn->host + " ";
  return out;
}

TEST(Turns, HostsTakeTurns) {
  Turns turns;
  turns.set_limits(2, 0ms, start);
  for (Turns::Ticket i = 1; i <= 3; ++i) turns.push("a", "", i, false, start);
  turns.push("b", "", 4, false, start);
  turns.push("c", "", 5, false, start);
  EXPECT_EQ(names(turns, start), "1@a 2@a 4@b 5@c ");
  EXPECT_EQ(turns.waiting(), 1U);
  turns.done("a", "", start);
  EXPECT_EQ(names(turns, start), "3@a ");
}

TEST(Turns, AHostGoesOnWhileItsConnectionsAreOpenButNotForever) {
  Turns turns;
  turns.set_limits(1, 0ms, start);
  for (Turns::Ticket i = 0; i < 100; ++i) turns.push("a", "", i, false, start);
  turns.push("b", "", 1000, false, start);
  int before = 0;
  for (auto turn = turns.pop(start); turn && turn->host == "a"; turn = turns.pop(start)) {
    ++before;
    turns.done("a", "", start);
  }
  EXPECT_EQ(before, 32);
}

TEST(Turns, SpacingMakesAHostRest) {
  Turns turns;
  turns.set_limits(2, 10s, start);
  turns.push("a", "", 1, false, start);
  turns.push("a", "", 2, false, start);
  turns.push("b", "", 3, false, start);
  EXPECT_EQ(names(turns, start), "1@a 3@b ");
  turns.done("a", "", start + 1s);
  EXPECT_EQ(names(turns, start + 9s), "");
  EXPECT_EQ(turns.next_time(), start + 10s);
  EXPECT_EQ(names(turns, start + 10s), "2@a ");
}

TEST(Turns, SpacingHoldsForOneThatComesAfterTheHostWasIdle) {
  Turns turns;
  turns.set_limits(2, 10s, start);
  turns.push("a", "", 1, false, start);
  EXPECT_EQ(names(turns, start), "1@a ");
  turns.done("a", "", start + 1s);
  turns.push("a", "", 2, false, start + 2s);
  EXPECT_EQ(names(turns, start + 2s), "");
  EXPECT_EQ(turns.next_time(), start + 10s);
}

TEST(Turns, AHopGoesFirst) {
  Turns turns;
  turns.push("a", "", 1, false, start);
  turns.push("a", "", 2, true, start);
  EXPECT_EQ(turns.pop(start)->ticket, 2U);
}

TEST(Turns, IdleHostsAreForgotten) {
  Turns turns;
  for (Turns::Ticket i = 0; i < 1000; ++i) turns.push("host" + std::to_string(i), "", i, false, start);
  while (const auto turn = turns.pop(start)) turns.done(turn->host, "", start);
  EXPECT_EQ(turns.hosts(), 0U);
}

TEST(Turns, AGreaterLimitLetsWaitersStart) {
  Turns turns;
  turns.set_limits(1, 0ms, start);
  turns.push("a", "", 1, false, start);
  turns.push("a", "", 2, false, start);
  EXPECT_EQ(names(turns, start), "1@a ");
  turns.set_limits(2, 0ms, start);
  EXPECT_EQ(names(turns, start), "2@a ");
}

TEST(Turns, TakeAllLeavesWhatIsUnderWay) {
  Turns turns;
  turns.set_limits(1, 0ms, start);
  for (Turns::Ticket i = 1; i <= 3; ++i) turns.push("a", "", i, false, start);
  EXPECT_EQ(names(turns, start), "1@a ");
  EXPECT_EQ(turns.take_all().size(), 2U);
  EXPECT_EQ(turns.waiting(), 0U);
  turns.push("a", "", 4, false, start);
  EXPECT_EQ(names(turns, start), "");
  turns.done("a", "", start);
  EXPECT_EQ(names(turns, start), "4@a ");
}

TEST(Turns, AMillionFeedsOnTenThousandHostsAreQuick) {
  Turns turns;
  turns.set_limits(1, 0ms, start);
  for (Turns::Ticket i = 0; i < 1'000'000; ++i)
    turns.push("host" + std::to_string(i % 10'000), "", i, false, start);
  std::size_t popped = 0;
  while (const auto turn = turns.pop(start)) {
    ++popped;
    turns.done(turn->host, "", start);
  }
  EXPECT_EQ(popped, 1'000'000U);
}

TEST(Turns, OneAddressWithManyNamesIsOneHost) {
  Turns turns;
  turns.set_limits(2, 0ms, start);
  for (const auto* name : {"one", "uno"}) turns.learn(name, "192.0.2.1");
  turns.learn("two", "192.0.2.2");
  for (Turns::Ticket i = 1; i <= 4; ++i)
    turns.push("host" + std::to_string(i), i % 2 ? "one" : "uno", i, false, start);
  turns.push("host5", "two", 5, false, start);
  EXPECT_EQ(names(turns, start), "1@host1 2@host2 5@host5 ");
  turns.done("host1", "192.0.2.1", start);
  EXPECT_EQ(names(turns, start), "3@host3 ");
  turns.done("host2", "192.0.2.1", start);
  turns.done("host3", "192.0.2.1", start);
  EXPECT_EQ(names(turns, start), "4@host4 ");
  turns.done("host4", "192.0.2.1", start);
  turns.done("host5", "192.0.2.2", start);
  EXPECT_EQ(turns.hosts(), 0U);
  EXPECT_EQ(turns.addresses(), 0U);
}

TEST(Turns, AnAddressRestsBetweenStartsToo) {
  Turns turns;
  turns.set_limits(2, 10s, start);
  turns.learn("one", "192.0.2.1");
  turns.push("a", "one", 1, false, start);
  turns.push("b", "one", 2, false, start);
  EXPECT_EQ(names(turns, start), "1@a ");
  EXPECT_EQ(turns.next_time(), start + 10s);
  EXPECT_EQ(names(turns, start + 10s), "2@b ");
}

TEST(Turns, AnAddressFirstSeenWhenDialledIsCountedThen) {
  Turns turns;
  turns.set_limits(2, 0ms, start);
  for (Turns::Ticket i = 1; i <= 3; ++i) turns.push("host" + std::to_string(i), "", i, false, start);
  EXPECT_EQ(names(turns, start), "1@host1 2@host2 3@host3 ");
  EXPECT_TRUE(turns.admit("192.0.2.1", "", start));
  EXPECT_TRUE(turns.admit("192.0.2.1", "", start));
  EXPECT_FALSE(turns.admit("192.0.2.1", "", start));
  EXPECT_TRUE(turns.admit("192.0.2.1", "192.0.2.1", start)) << "a second connection of the same transfer";
  turns.done("host3", "", start);
  turns.learn("three", "192.0.2.1");
  turns.push("host3", "three", 3, true, start);
  EXPECT_EQ(names(turns, start), "");
  EXPECT_TRUE(turns.admit("192.0.2.9", "192.0.2.1", start)) << "host1 goes to another address";
  EXPECT_EQ(names(turns, start), "3@host3 ");
}

TEST(Turns, AnAddressLearnedMeanwhileCountsForThoseThatWait) {
  Turns turns;
  turns.set_limits(2, 0ms, start);
  for (Turns::Ticket i = 1; i <= 3; ++i) turns.push("host" + std::to_string(i), "one", i, false, start);
  turns.learn("one", "192.0.2.1");
  EXPECT_EQ(names(turns, start), "1@host1 2@host2 ");
}

TEST(Turns, AThousandHostsParkedAtOneAddressAllComeToTheirTurn) {
  Turns turns;
  turns.learn("one", "192.0.2.1");
  turns.set_limits(2, 0ms, start);
  for (Turns::Ticket i = 0; i < 1000; ++i) turns.push("host" + std::to_string(i), "one", i, false, start);
  std::size_t popped = 0;
  std::deque<Turns::Turn> under_way;
  for (;;) {
    while (auto turn = turns.pop(start)) under_way.push_back(*turn);
    if (under_way.empty()) break;
    EXPECT_LE(under_way.size(), 2U);
    turns.done(under_way.front().host, under_way.front().address, start);
    under_way.pop_front();
    ++popped;
  }
  EXPECT_EQ(popped, 1000U);
}

TEST(Turns, TakeAllAlsoTakesWhatIsParked) {
  Turns turns;
  turns.learn("one", "192.0.2.1");
  turns.set_limits(1, 0ms, start);
  for (Turns::Ticket i = 1; i <= 3; ++i) turns.push("host" + std::to_string(i), "one", i, false, start);
  EXPECT_EQ(names(turns, start), "1@host1 ");
  EXPECT_EQ(turns.take_all().size(), 2U);
  turns.done("host1", "192.0.2.1", start);
  EXPECT_EQ(names(turns, start), "");
  EXPECT_EQ(turns.hosts(), 0U);
}

}  // namespace
}  // namespace tributary::fetcher
