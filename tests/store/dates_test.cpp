#include "store/dates.hpp"

#include <gtest/gtest.h>

#include "tests/store/samples.hpp"

namespace tributary::store {
namespace {

using namespace std::chrono_literals;

TEST(Dates, AnItemsOwnDatesCount) {
  const auto dates =
      dates_of(item({.published = "2026-01-01T00:00:00Z", .updated = "2026-02-01T00:00:00Z"}), {.now = noon});
  EXPECT_EQ(dates.published, at("2026-01-01T00:00:00Z"));
  EXPECT_EQ(dates.modified, at("2026-02-01T00:00:00Z"));
  EXPECT_EQ(dates.rule, DateRule::item);
}

TEST(Dates, AnUpdateBeforePublicationIsNone) {
  const auto dates =
      dates_of(item({.published = "2026-01-01T00:00:00Z", .updated = "2025-02-01T00:00:00Z"}), {.now = noon});
  EXPECT_EQ(dates.modified, at("2026-01-01T00:00:00Z"));
}

TEST(Dates, TheLadderOfAnItemWithoutDate) {
  EXPECT_EQ(dates_of(item({.link = "https://example.org/2017/06/05/title"}), {.now = noon}).rule,
            DateRule::address);
  EXPECT_EQ(dates_of(item({.link = "https://example.org/2017/06/05/title"}), {.now = noon}).published,
            at("2017-06-05T00:00:00Z"));
  EXPECT_EQ(dates_of(item({}), {.now = noon, .last_modified = noon - 1h}).published, noon - 1h);
  EXPECT_EQ(dates_of(item({}), {.now = noon, .below = noon - 2h}).published, noon - 2h - 1s);
  EXPECT_EQ(dates_of(item({}), {.now = noon}).published, noon);
  EXPECT_EQ(dates_of(item({}), {.now = noon}).rule, DateRule::first_sight);
}

TEST(Dates, NumbersInAnAddressThatAreNoDateAreNone) {
  EXPECT_FALSE(date_in_address("https://example.org/2017/13/05/x"));
  EXPECT_FALSE(date_in_address("https://example.org/2017/02/30"));
  EXPECT_FALSE(date_in_address("https://example.org/1203/01/02"));
  EXPECT_FALSE(date_in_address("https://example.org/2017/06/051"));
  EXPECT_FALSE(date_in_address("https://example.org/?d=/2017/06/05/"));
  EXPECT_EQ(date_in_address("https://example.org/blog/2017-06-05-title"), at("2017-06-05T00:00:00Z"));
  // A date to come is an event's.
  EXPECT_EQ(dates_of(item({.link = "https://example.org/2036/06/05/title"}), {.now = noon}).published, noon);
}

TEST(Dates, TheFutureIsClampedOrHeld) {
  const auto later = item({.published = "2026-03-05T00:00:00Z"});
  EXPECT_EQ(dates_of(later, {.now = noon}).modified, noon);
  EXPECT_EQ(dates_of(later, {.now = noon}).rule, DateRule::clamped);
  const auto held = dates_of(later, {.now = noon, .future = FutureDates::hold});
  EXPECT_EQ(held.due, at("2026-03-05T00:00:00Z"));
  const auto skewed =
      dates_of(item({.published = "2026-03-01T12:30:00Z"}), {.now = noon, .future = FutureDates::hold});
  EXPECT_FALSE(skewed.due);
  EXPECT_EQ(skewed.published, noon);
}

TEST(Dates, APromiseToBeUpdatedLaterIsNoUpdate) {
  const auto dates =
      dates_of(item({.published = "2026-01-01T00:00:00Z", .updated = "2036-02-01T00:00:00Z"}), {.now = noon});
  EXPECT_EQ(dates.modified, at("2026-01-01T00:00:00Z"));
}

}  // namespace
}  // namespace tributary::store
