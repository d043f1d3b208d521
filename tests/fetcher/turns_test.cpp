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
  for (Turns::Ticket i = 1; i <= 3; ++i) turns.push("a", i, false, start);
  turns.push("b", 4, false, start);
  turns.push("c", 5, false, start);
  EXPECT_EQ(names(turns, start), "1@a 2@a 4@b 5@c ");
  EXPECT_EQ(turns.waiting(), 1U);
  turns.done("a", start);
  EXPECT_EQ(names(turns, start), "3@a ");
}

TEST(Turns, AHostGoesOnWhileItsConnectionsAreOpenButNotForever) {
  Turns turns;
  turns.set_limits(1, 0ms, start);
  for (Turns::Ticket i = 0; i < 100; ++i) turns.push("a", i, false, start);
  turns.push("b", 1000, false, start);
  int before = 0;
  for (auto turn = turns.pop(start); turn && turn->host == "a"; turn = turns.pop(start)) {
    ++before;
    turns.done("a", start);
  }
  EXPECT_EQ(before, 32);
}

TEST(Turns, SpacingMakesAHostRest) {
  Turns turns;
  turns.set_limits(2, 10s, start);
  turns.push("a", 1, false, start);
  turns.push("a", 2, false, start);
  turns.push("b", 3, false, start);
  EXPECT_EQ(names(turns, start), "1@a 3@b ");
  turns.done("a", start + 1s);
  EXPECT_EQ(names(turns, start + 9s), "");
  EXPECT_EQ(turns.next_time(), start + 10s);
  EXPECT_EQ(names(turns, start + 10s), "2@a ");
}

TEST(Turns, SpacingHoldsForOneThatComesAfterTheHostWasIdle) {
  Turns turns;
  turns.set_limits(2, 10s, start);
  turns.push("a", 1, false, start);
  EXPECT_EQ(names(turns, start), "1@a ");
  turns.done("a", start + 1s);
  turns.push("a", 2, false, start + 2s);
  EXPECT_EQ(names(turns, start + 2s), "");
  EXPECT_EQ(turns.next_time(), start + 10s);
}

TEST(Turns, AHopGoesFirst) {
  Turns turns;
  turns.push("a", 1, false, start);
  turns.push("a", 2, true, start);
  EXPECT_EQ(turns.pop(start)->ticket, 2U);
}

TEST(Turns, IdleHostsAreForgotten) {
  Turns turns;
  for (Turns::Ticket i = 0; i < 1000; ++i) turns.push("host" + std::to_string(i), i, false, start);
  while (const auto turn = turns.pop(start)) turns.done(turn->host, start);
  EXPECT_EQ(turns.hosts(), 0U);
}

TEST(Turns, AGreaterLimitLetsWaitersStart) {
  Turns turns;
  turns.set_limits(1, 0ms, start);
  turns.push("a", 1, false, start);
  turns.push("a", 2, false, start);
  EXPECT_EQ(names(turns, start), "1@a ");
  turns.set_limits(2, 0ms, start);
  EXPECT_EQ(names(turns, start), "2@a ");
}

TEST(Turns, TakeAllLeavesWhatIsUnderWay) {
  Turns turns;
  turns.set_limits(1, 0ms, start);
  for (Turns::Ticket i = 1; i <= 3; ++i) turns.push("a", i, false, start);
  EXPECT_EQ(names(turns, start), "1@a ");
  EXPECT_EQ(turns.take_all().size(), 2U);
  EXPECT_EQ(turns.waiting(), 0U);
  turns.push("a", 4, false, start);
  EXPECT_EQ(names(turns, start), "");
  turns.done("a", start);
  EXPECT_EQ(names(turns, start), "4@a ");
}

TEST(Turns, AMillionFeedsOnTenThousandHostsAreQuick) {
  Turns turns;
  turns.set_limits(1, 0ms, start);
  for (Turns::Ticket i = 0; i < 1'000'000; ++i)
    turns.push("host" + std::to_string(i % 10'000), i, false, start);
  std::size_t popped = 0;
  while (const auto turn = turns.pop(start)) {
    ++popped;
    turns.done(turn->host, start);
  }
  EXPECT_EQ(popped, 1'000'000U);
}

}  // namespace
}  // namespace tributary::fetcher
