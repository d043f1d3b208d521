#include "model/feed_memory.hpp"

#include <gtest/gtest.h>

namespace tributary {
namespace {

FeedMemory full() {
  FeedMemory memory;
  memory.rhythm.hours[3] = 0.125;
  memory.rhythm.days[6] = 12;
  memory.rhythm.watched = 1.0 / 3;
  memory.rhythm.since = Timestamp{std::chrono::seconds{-5}};
  memory.rhythm.until = memory.rhythm.newest = from_rfc3339("2026-03-10T12:00:00Z");
  memory.identity = {"urn:x", "A title\nwith 100% of\ttrouble", "en", "example.org", "Press"};
  memory.push = {
      Subscription::State::denied, "https://hub.example.org/", "t", "token", "s e c", {}, {}, {}, 3};
  memory.push.lease_until = memory.rhythm.until;
  memory.last_whole = memory.rhythm.until;
  memory.etag_distrusted = memory.last_modified_distrusted = true;
  memory.redirect_to = "https://example.org/a b?x=%20";
  memory.archive_next = "https://example.org/archive/1";
  memory.archive_pages = 7;
  memory.pages_asked = " 12 15";
  memory.history = {.since = memory.rhythm.until,
                    .fetches = "nsuf",
                    .requests = 4,
                    .not_modified = 1,
                    .bytes = 123456,
                    .faults = "3 bad-date 100% wrong\n0 missing-id none\n",
                    .weeks = {{2967, 3, 0}, {2968, 0, 2}},
                    .told = "failing"};
  return memory;
}

TEST(FeedMemory, IsReadBackAsItWasWritten) {
  EXPECT_EQ(feed_memory_from(to_text(full())), full());
}

TEST(FeedMemory, OfNothingIsEmpty) {
  EXPECT_EQ(to_text(FeedMemory{}), "");
  EXPECT_EQ(feed_memory_from(""), FeedMemory{});
}

TEST(FeedMemory, PassesOverWhatItDoesNotKnow) {
  const auto memory = feed_memory_from(
      "future thing\nrhythm.watched 2\nrhythm.until soon\n\nnonsense\npush.state flying\nidentity.id %\n");
  EXPECT_EQ(memory.rhythm.watched, 2);
  EXPECT_FALSE(memory.rhythm.until);
  EXPECT_EQ(memory.push.state, Subscription::State::none);
  EXPECT_EQ(memory.identity.id, "%");
}

}  // namespace
}  // namespace tributary
