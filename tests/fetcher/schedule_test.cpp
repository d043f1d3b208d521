#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fetcher/fetcher.hpp"

namespace tributary::fetcher {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;
using std::chrono::seconds;

const Timestamp now = from_rfc3339("2026-03-10T12:00:00Z").value();  // a Tuesday
const std::string url = "https://example.org/feed";

FeedState known() {
  return {.key = url,
          .configured_url = url,
          .url = url,
          .etag = "\"old\"",
          .last_modified = "then",
          .last_fetch = now - 1h,
          .last_success = now - 1h,
          .next_fetch = now};
}
Answer ok() {
  return {.feed = url, .requested_url = url, .url = url, .status = 200, .body = "<rss/>"};
}
Answer not_modified() {
  return {.feed = url, .requested_url = url, .url = url, .status = 304};
}
Answer failed(int status) {
  return {.feed = url, .requested_url = url, .url = url, .status = status};
}

FeedState step(const FeedState& state, const Answer& answer, const Feed* parsed = nullptr, double seed = 0,
               const Partner& partner = {}, const FetchOptions& options = {}) {
  return after(state, answer, parsed, std::nullopt, partner, options, now, seed);
}
FeedState read(const FeedState& state, const Answer& answer, const Feed& feed = {}) {
  return step(state, answer, &feed);
}

seconds delay(const FeedState& state) {
  return *state.next_fetch - now;
}

TEST(IsDue, AFeedNeverFetchedIsDue) {
  EXPECT_TRUE(is_due({}, now, false));
}

TEST(IsDue, WhenItsTimeHasCome) {
  auto state = known();
  EXPECT_TRUE(is_due(state, now, false));
  EXPECT_FALSE(is_due(state, now - 1s, false));
  EXPECT_TRUE(is_due(state, now - 1s, true));
}

TEST(IsDue, ForceWakesNoGoneFeedAndBreaksNoRetryAfter) {
  auto state = known();
  state.not_before = now + 1s;
  EXPECT_FALSE(is_due(state, now, true));
  EXPECT_TRUE(is_due(state, now + 1s, false));
  for (const auto status : {FeedStatus::gone, FeedStatus::disabled}) {
    state = known();
    state.status = status;
    EXPECT_FALSE(is_due(state, now, true));
  }
}

TEST(After, ASuccessIsRememberedWithItsValidators) {
  auto answer = ok();
  answer.etag = "\"new\"";
  answer.last_modified = "now";
  auto state = known();
  state.consecutive_failures = 3;
  state.last_error = "x";
  state.status = FeedStatus::failing;
  const auto next = read(state, answer);
  EXPECT_EQ(next.status, FeedStatus::ok);
  EXPECT_EQ(next.etag, "\"new\"");
  EXPECT_EQ(next.last_modified, "now");
  EXPECT_EQ(next.last_fetch, now);
  EXPECT_EQ(next.last_success, now);
  EXPECT_EQ(next.last_status, 200);
  EXPECT_EQ(next.consecutive_failures, 0);
  EXPECT_TRUE(next.last_error.empty());
  EXPECT_EQ(delay(next), 1h);
}

TEST(After, AnAnswerWithoutValidatorsLeavesNone) {
  const auto next = read(known(), ok());
  EXPECT_TRUE(next.etag.empty());
  EXPECT_TRUE(next.last_modified.empty());
}

TEST(After, ANotModifiedBringsNewValidatorsOrKeepsTheOld) {
  auto answer = not_modified();
  EXPECT_EQ(step(known(), answer).etag, "\"old\"");
  answer.etag = "\"newer\"";
  const auto next = step(known(), answer);
  EXPECT_EQ(next.etag, "\"newer\"");
  EXPECT_EQ(next.last_modified, "then");
  EXPECT_EQ(next.last_success, now);
}

TEST(After, ANotModifiedThatNobodyAskedForIsAFailure) {
  EXPECT_EQ(step({.url = url}, not_modified()).status, FeedStatus::failing);
}

TEST(After, ValidatorsOfAFailureAreNotKept) {
  for (auto answer : {failed(500), failed(404), ok()}) {
    answer.etag = "\"bad\"";
    answer.last_modified = "bad";
    answer.body = answer.status == 200 ? "<html><input type=password></html>" : "";
    const auto next = step(known(), answer);
    EXPECT_EQ(next.etag, "\"old\"") << answer.status;
    EXPECT_EQ(next.last_modified, "then");
    EXPECT_EQ(next.consecutive_failures, 1);
    EXPECT_FALSE(next.last_error.empty());
    EXPECT_EQ(next.last_success, now - 1h);
  }
  auto empty = ok();
  empty.body.clear();
  empty.etag = "\"bad\"";
  EXPECT_EQ(step(known(), empty).etag, "\"old\"");
}

TEST(After, TheParsersWordsAreKept) {
  auto answer = ok();
  answer.etag = "\"bad\"";
  const Verdict verdict{FeedStatus::failing, Error{ErrorKind::not_a_feed, url, "this is OPML"}};
  const auto next = after(known(), answer, nullptr, verdict, {}, {}, now, 0);
  EXPECT_EQ(next.status, FeedStatus::failing);
  EXPECT_EQ(next.last_error, "this is OPML");
  EXPECT_EQ(next.etag, "\"old\"");
}

TEST(After, BackOffStartsAtTheIntervalAndDoubles) {
  auto state = known();
  seconds expected = 1h;
  for (int i = 0; i < 20; ++i) {
    state = step(state, failed(500));
    EXPECT_EQ(delay(state), std::min<seconds>(expected, days{7}));
    expected *= 2;
    if (expected > days{1000}) expected = days{1000};
  }
  EXPECT_EQ(state.consecutive_failures, 20);
  EXPECT_EQ(delay(read(state, ok())), 1h);
}

TEST(After, JitterOnlyDelaysByAtMostAFifth) {
  for (const double seed : {0.0, 0.3, 0.999, 1.0}) {
    const auto success = delay(step(known(), not_modified(), nullptr, seed));
    EXPECT_GE(success, 1h);
    EXPECT_LE(success, 72min);
    const auto failure = delay(step(known(), failed(500), nullptr, seed));
    EXPECT_GE(failure, 1h);
    EXPECT_LE(failure, 72min);
  }
  EXPECT_NE(delay(step(known(), not_modified(), nullptr, 0.2)),
            delay(step(known(), not_modified(), nullptr, 0.8)));
}

TEST(After, ThePartnersOwnIntervalRulesButNeverBelowTheLeast) {
  EXPECT_EQ(delay(step(known(), not_modified(), nullptr, 0, {.interval = 3h})), 3h);
  EXPECT_EQ(delay(step(known(), not_modified(), nullptr, 0, {.interval = 1min})), 15min);
}

TEST(After, WhatThePartnerAsksForMayBeLonger) {
  auto answer = ok();
  answer.cache_control = "public, max-age=7200";
  EXPECT_EQ(delay(read(known(), answer)), 2h);
  answer.age = "1800";
  EXPECT_EQ(delay(read(known(), answer)), 90min);
  answer.cache_control = "max-age=60";
  EXPECT_EQ(delay(read(known(), answer)), 1h);
  EXPECT_EQ(delay(read(known(), ok(), Feed{.ttl = 180})), 3h);
  EXPECT_EQ(delay(read(known(), ok(), Feed{.update_interval = days{2}})), days{2});
}

TEST(After, ExpiresCountsFromTheAnswersOwnDate) {
  auto answer = ok();
  answer.date = "Tue, 10 Mar 2026 10:00:00 GMT";
  answer.expires = "Tue, 10 Mar 2026 15:00:00 GMT";
  EXPECT_EQ(delay(read(known(), answer)), 5h);
  answer.cache_control = "max-age=0";
  EXPECT_EQ(delay(read(known(), answer)), 1h) << "max-age outranks Expires";
  answer.cache_control = "no-cache";
  EXPECT_EQ(delay(read(known(), answer)), 1h);
  answer.cache_control = "";
  answer.expires = "0";
  EXPECT_EQ(delay(read(known(), answer)), 1h);
}

TEST(After, OddCacheControlIsRead) {
  auto answer = ok();
  for (const auto* header :
       {"MAX-AGE=7200", "private=\"a, max-age=1\", max-age=7200", "max-age=\"7200\"", "x , max-age = 7200",
        "max-age=7200, max-age=1", "no-cache=\"Set-Cookie\", max-age=7200"}) {
    answer.cache_control = header;
    EXPECT_EQ(delay(read(known(), answer)), 2h) << header;
  }
  for (const auto* header :
       {"max-age=", "max-age=-5", "max-age=x", "s-maxage=7200", "no-store, max-age=7200", "\"max-age=7200"}) {
    answer.cache_control = header;
    EXPECT_EQ(delay(read(known(), answer)), 1h) << header;
  }
  answer.cache_control = "max-age=99999999999999999999";
  EXPECT_EQ(delay(read(known(), answer)), days{30});
}

TEST(After, TheFeedsWishesOutliveANotModified) {
  const auto first = read(known(), ok(), Feed{.ttl = 180});
  auto state = first;
  state.etag = "\"e\"";
  EXPECT_EQ(delay(step(state, not_modified())), 3h);
  EXPECT_EQ(delay(read(state, ok(), Feed{})), 1h) << "a new document without ttl takes the wish back";
}

TEST(After, SkippedHoursAndDaysAreSkipped) {
  EXPECT_EQ(delay(read(known(), ok(), Feed{.skip_hours = {13, 14, 15}})), 4h);
  const auto next = read(known(), ok(), Feed{.skip_days = {2, 3}});  // Tuesday, Wednesday
  EXPECT_EQ(to_rfc3339(*next.next_fetch), "2026-03-12T00:00:00Z");
  std::vector<int> all;
  for (int hour = 0; hour < 24; ++hour) all.push_back(hour);
  EXPECT_EQ(delay(read(known(), ok(), Feed{.skip_hours = all})), 1h) << "the impossible is not obeyed";
  const Feed skipping{.skip_hours = {13}};
  const auto late = step(known(), ok(), &skipping, 1.0);
  EXPECT_GE(delay(late), 2h);
}

TEST(After, RetryAfterIsKeptInSecondsAndAsADate) {
  for (const int status : {429, 503}) {
    auto answer = failed(status);
    answer.retry_after = "7200";
    auto next = step(known(), answer);
    EXPECT_EQ(*next.not_before, now + 2h);
    EXPECT_GE(*next.next_fetch, now + 2h);
    answer.retry_after = "Tue, 10 Mar 2026 15:00:00 GMT";
    EXPECT_EQ(*step(known(), answer).not_before, now + 3h);
    answer.date = "Tue, 10 Mar 2026 14:00:00 GMT";
    EXPECT_EQ(*step(known(), answer).not_before, now + 1h) << "a server's clock that is ahead";
    answer.retry_after = "soon";
    EXPECT_FALSE(step(known(), answer).not_before);
    answer.retry_after = "999999999999999999999";
    EXPECT_EQ(*step(known(), answer).not_before, now + days{30});
  }
  auto answer = failed(500);
  answer.retry_after = "7200";
  EXPECT_FALSE(step(known(), answer).not_before);
  auto state = known();
  state.not_before = now;
  EXPECT_FALSE(step(state, not_modified()).not_before);
}

TEST(After, AGoneFeedIsAskedNoMore) {
  const auto next = step(known(), failed(410));
  EXPECT_EQ(next.status, FeedStatus::gone);
  EXPECT_FALSE(next.next_fetch);
  EXPECT_FALSE(is_due(next, now + days{1000}, true));
}

TEST(After, APermanentMoveIsRecordedOnceTheTargetHasParsed) {
  auto answer = ok();
  answer.permanent_url = answer.url = "https://new.example.net/feed";
  answer.redirects = {{301, answer.url}};
  const auto moved = read(known(), answer);
  EXPECT_EQ(moved.url, "https://new.example.net/feed");
  EXPECT_EQ(moved.configured_url, url);
  EXPECT_EQ(moved.status, FeedStatus::moved);
  EXPECT_EQ(read(moved, ok()).status, FeedStatus::moved) << "until feeds.yaml says so too";

  answer.status = 404;
  EXPECT_EQ(step(known(), answer).url, url);
  answer.status = 200;
  answer.body = "<html></html>";
  EXPECT_EQ(step(known(), answer).url, url);
}

TEST(After, ATemporaryMoveIsNotRecorded) {
  auto answer = ok();
  answer.url = "https://new.example.net/feed";
  answer.redirects = {{302, answer.url}};
  EXPECT_EQ(read(known(), answer).url, url);
  EXPECT_EQ(read(known(), answer).status, FeedStatus::ok);
}

TEST(After, ANotModifiedFromAnotherDomainProvesNoMove) {
  auto answer = not_modified();
  answer.redirects = {{301, "https://www.example.org/feed"}};
  answer.permanent_url = "https://www.example.org/feed";
  EXPECT_EQ(step(known(), answer).url, "https://www.example.org/feed");
  answer.permanent_url = "https://example.net/feed";
  const auto next = step(known(), answer);
  EXPECT_EQ(next.url, url);
  EXPECT_TRUE(next.etag.empty()) << "the next request asks for the whole document";
  EXPECT_TRUE(next.last_modified.empty());
}

TEST(After, AHeldFeedStaysHeld) {
  auto state = known();
  state.status = FeedStatus::held;
  EXPECT_EQ(read(state, ok()).status, FeedStatus::held);
  EXPECT_EQ(step(state, failed(500)).status, FeedStatus::held);
  EXPECT_EQ(step(state, failed(410)).status, FeedStatus::gone);
}

TEST(After, WhatWeCalledOffSaysNothing) {
  Answer answer{.error = Error{}, .cancelled = true};
  const auto next = step(known(), answer);
  EXPECT_EQ(next.consecutive_failures, 0);
  EXPECT_EQ(next.last_fetch, known().last_fetch);
}

}  // namespace
}  // namespace tributary::fetcher
