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

Feed titled(std::string title) {
  Feed feed;
  feed.details.title = Text{.plain = std::move(title)};
  return feed;
}

TEST(After, AHeldDocumentChangesNothingAndIsAskedForAgain) {
  auto answer = ok();
  answer.etag = "\"theirs\"";
  const Verdict verdict{FeedStatus::held, Error{ErrorKind::not_a_feed, url, "another's feed"}};
  const auto next = after(known(), answer, nullptr, verdict, {}, {}, now, 0);
  EXPECT_EQ(next.status, FeedStatus::held);
  EXPECT_EQ(next.etag, "\"old\"");
  EXPECT_EQ(next.last_error, "another's feed");
  EXPECT_EQ(next.consecutive_failures, 0);
  EXPECT_EQ(delay(next), 1h);
  EXPECT_EQ(read(next, ok()).status, FeedStatus::ok) << "the partner's own feed is back";
}

TEST(After, AReleasedFeedIsDueAndTakenAsItIs) {
  auto state = read(known(), ok(), titled("Ours"));
  state.status = FeedStatus::held;
  const auto released = release(state);
  EXPECT_TRUE(is_due(released, now, false));
  EXPECT_TRUE(released.memory.identity.empty());
  EXPECT_EQ(released.status, FeedStatus::ok);
}

TEST(After, WhatWeCalledOffSaysNothing) {
  Answer answer{.error = Error{}, .cancelled = true};
  const auto next = step(known(), answer);
  EXPECT_EQ(next.consecutive_failures, 0);
  EXPECT_EQ(next.last_fetch, known().last_fetch);
}

TEST(After, APermanentRedirectThatAsksForPatienceIsFollowedLater) {
  Answer answer{.feed = url, .requested_url = url, .url = url, .status = 301};
  answer.permanent_url = "https://example.org/new";
  answer.redirects = {{301, answer.permanent_url}};
  answer.retry_after = "7200";
  const auto waiting = step(known(), answer);
  EXPECT_EQ(waiting.consecutive_failures, 0);
  EXPECT_EQ(waiting.status, FeedStatus::ok);
  EXPECT_EQ(*waiting.not_before, now + 2h);
  EXPECT_FALSE(is_due(waiting, now + 1h, true));
  EXPECT_TRUE(is_due(waiting, now + 2h, false));
  EXPECT_EQ(waiting.url, url);

  const auto request = request_for(waiting, {.url = url}, now + 2h);
  EXPECT_EQ(request.url, "https://example.org/new");
  auto there = ok();
  there.requested_url = there.url = request.url;
  EXPECT_EQ(read(waiting, there).url, "https://example.org/new");
  there.status = 404;
  const auto failing = step(waiting, there);
  EXPECT_EQ(failing.url, url);
  EXPECT_EQ(request_for(failing, {.url = url}, now + 4h).url, url) << "the old address has its chance again";
}

TEST(After, APutOffFeedWaitsAndCountsNoFailure) {
  const Answer answer{.retry_after = "600", .error = Error{}, .cancelled = true};
  const auto next = step(known(), answer);
  EXPECT_EQ(*next.not_before, now + 10min);
  EXPECT_EQ(next.consecutive_failures, 0);
  EXPECT_EQ(next.last_fetch, known().last_fetch);
}

TEST(HostRests, TwoFeedsThatWereToldToWaitSpeakForTheirHost) {
  std::vector<FeedState> states(3);
  for (int i = 0; i < 3; ++i) {
    states[static_cast<std::size_t>(i)].url = "https://example.org/" + std::to_string(i);
    states[static_cast<std::size_t>(i)].last_fetch = now - 1h;
  }
  const auto other = FeedState{.url = "https://example.net/"};
  states[0].last_status = 429;
  states[0].not_before = now + 1h;
  EXPECT_TRUE(is_due(states[2], now, false, HostRests(states, now)));
  states[1].last_status = 503;
  states[1].not_before = now + 2h;
  const HostRests rests(states, now);
  EXPECT_FALSE(is_due(states[2], now, true, rests));
  EXPECT_TRUE(is_due(states[2], now + 2h, false, rests));
  EXPECT_TRUE(is_due(other, now, false, rests));
  EXPECT_TRUE(is_due(states[2], now + 61min, false, HostRests(states, now + 61min)))
      << "only one is still waiting";
}

TEST(RequestFor, BringsWhatIsKnown) {
  auto state = known();
  state.url = "https://moved.example.net/feed";
  const Partner partner{.url = "https://us:pa%40ss@example.org/feed", .tls = {.ca = "/ca.pem"}};
  const auto request = request_for(state, partner, now);
  EXPECT_EQ(request.feed, url);
  EXPECT_EQ(request.url, "https://moved.example.net/feed");
  EXPECT_EQ(request.etag, "\"old\"");
  EXPECT_EQ(request.last_modified, "then");
  EXPECT_TRUE(request.delta);
  EXPECT_EQ(request.secrets_for, partner.url);
  EXPECT_EQ(request.user_password, "us:pa@ss");
  EXPECT_EQ(request.tls.ca, "/ca.pem");
  EXPECT_EQ(request_for({}, partner, now).url, partner.url);
}

Item dated(Timestamp when) {
  Item item;
  item.published = when;
  return item;
}

Feed with_dates(const std::vector<Timestamp>& dates) {
  Feed feed;
  for (const auto date : dates) feed.items.push_back(dated(date));
  return feed;
}

TEST(Validators, ThatStayTheSameWhileItemsComeAreDistrusted) {
  auto answer = ok();
  answer.etag = "\"stuck\"";
  answer.last_modified = "then";
  auto state = read({.key = url, .url = url}, answer, with_dates({now - 2h}));
  EXPECT_EQ(request_for(state, {}, now).etag, "\"stuck\"");
  answer.last_modified = "later";
  state = read(state, answer, with_dates({now - 2h, now - 1h}));
  const auto request = request_for(state, {}, now);
  EXPECT_TRUE(request.etag.empty());
  EXPECT_EQ(request.last_modified, "later");
  answer.etag = "\"moves\"";
  state = read(state, answer, with_dates({now - 30min}));
  EXPECT_EQ(request_for(state, {}, now).etag, "\"moves\"") << "one that changes is believed again";
}

TEST(Validators, AChangeOfTheBodyWithoutNewItemsProvesNothing) {
  auto answer = ok();
  answer.etag = "W/\"same\"";
  auto state = read({.key = url, .url = url}, answer, with_dates({now - 2h}));
  state = read(state, answer, with_dates({now - 2h}));
  EXPECT_EQ(request_for(state, {}, now).etag, "W/\"same\"");
}

TEST(Validators, AfterALongSilenceTheWholeDocumentIsAskedForOnce) {
  auto answer = ok();
  answer.etag = "\"e\"";
  auto state = read({.key = url, .url = url}, answer, with_dates({now - days{300}}));
  EXPECT_FALSE(request_for(state, {}, now + days{29}).etag.empty());
  EXPECT_TRUE(request_for(state, {}, now + days{31}).etag.empty());

  std::vector<Timestamp> daily;
  for (int day = 1; day < 30; ++day) daily.push_back(now - days{day});
  state = read({.key = url, .url = url}, answer, with_dates(daily));
  EXPECT_FALSE(request_for(state, {}, now + days{6}).etag.empty());
  EXPECT_TRUE(request_for(state, {}, now + days{12}).etag.empty())
      << "a daily feed should not be silent for so long";
}

TEST(Adaptive, ABusyFeedIsAskedMoreOftenAndASleepingOneLess) {
  std::vector<Timestamp> busy;
  for (int i = 1; i < 500; ++i) busy.push_back(now - i * 20min);
  auto state = read({.key = url, .url = url}, ok(), with_dates(busy));
  EXPECT_EQ(delay(state), 1h) << "habits are believed after a day of watching";
  EXPECT_EQ(state.learned_interval, 0s);
  state.memory.rhythm.since = now - days{2};
  state.etag = "x";
  const auto quick = step(state, not_modified());
  EXPECT_LT(delay(quick), 20min);
  EXPECT_GE(delay(quick), 15min);
  EXPECT_EQ(quick.learned_interval, delay(quick));

  state = read({.key = url, .url = url}, ok(), with_dates({now - days{400}}));
  state.memory.rhythm.since = now - days{2};
  state.etag = "x";
  const auto slow = step(state, not_modified());
  EXPECT_GT(delay(slow), 6h);
  EXPECT_LE(delay(slow), days{1});
}

TEST(Adaptive, NewsIsLookedForWhenItUsuallyComes) {
  std::vector<Timestamp> mornings;
  for (int day = 1; day < 60; ++day) mornings.push_back(now - days{day} - 3h);  // 09:00 UTC
  auto state = read({.key = url, .url = url}, ok(), with_dates(mornings));
  state.memory.rhythm.since = now - days{10};
  state.etag = "x";
  const auto at = [&](std::chrono::hours hour) {
    const auto then = now + hour;
    auto copy = state;
    copy.memory.rhythm.until = then;
    return *after(copy, not_modified(), nullptr, std::nullopt, {}, {}, then, 0).next_fetch - then;
  };
  EXPECT_LT(at(21h), at(4h)) << "at 09:00 sooner than at 16:00";
  EXPECT_LT(now + 4h + at(4h), now + 22h) << "and the next morning isn't missed";
}

TEST(Adaptive, AnIntervalOfTheFeedsOwnOrEqualBoundsStandFast) {
  auto state = read({.key = url, .url = url}, ok(), with_dates({now - days{400}}));
  state.memory.rhythm.since = now - days{2};
  state.etag = "x";
  EXPECT_EQ(delay(step(state, not_modified(), nullptr, 0, {.interval = 30min})), 30min);
  FetchOptions fixed;
  fixed.min_interval = fixed.max_interval = 2h;
  EXPECT_EQ(delay(step(state, not_modified(), nullptr, 0, {}, fixed)), 2h);
}

TEST(Adaptive, BackOffStartsAtTheConfiguredInterval) {
  auto state = read({.key = url, .url = url}, ok(), with_dates({now - days{400}}));
  state.memory.rhythm.since = now - days{2};
  EXPECT_EQ(delay(step(state, failed(500))), 1h);
}

TEST(ShownStatus, LateIsLongerThanItsOwnHabitAndQuietIsMonths) {
  std::vector<Timestamp> daily;
  for (int day = 1; day < 60; ++day) daily.push_back(now - days{day});
  auto state = read({.key = url, .url = url}, ok(), with_dates(daily));
  state.items = 59;
  EXPECT_EQ(shown_status(state, now + days{1}), FeedStatus::ok);
  EXPECT_EQ(shown_status(state, now + days{8}), FeedStatus::late);
  EXPECT_EQ(shown_status(state, now + days{100}), FeedStatus::quiet);
  state.items = 9;
  EXPECT_EQ(shown_status(state, now + days{8}), FeedStatus::ok) << "too little is known";
  state.items = 59;
  state.status = FeedStatus::failing;
  EXPECT_EQ(shown_status(state, now + days{8}), FeedStatus::failing);
}

FeedDetails details() {
  FeedDetails out;
  out.id = "urn:uuid:1";
  out.title = Text{.plain = "Example Library News"};
  out.language = "en-GB";
  out.link = "https://www.example.org/";
  out.generator.name = "WordPress";
  return out;
}

std::optional<Verdict> changed(const FeedDetails& details_now, const Answer& answer = ok()) {
  Feed before, after_it;
  before.details = details();
  after_it.details = details_now;
  return suspicion(read(known(), ok(), before), answer, after_it);
}

TEST(Suspicion, OneOrTwoChangesAreAPartnersBusiness) {
  EXPECT_FALSE(changed(details()));
  for (const int which : {0, 1, 2, 3, 4, 5}) {
    auto other = details();
    if (which == 0) other.id = "urn:uuid:2";
    if (which == 1) other.title = Text{.plain = "The Reading Room"};
    if (which == 2) other.language = "de";
    if (which == 3) other.link = "https://library.example.net/";
    if (which == 4 || which == 5) other.generator.name = "Drupal";
    if (which == 5) other.id = "urn:uuid:2";
    EXPECT_FALSE(changed(other)) << which;
  }
}

TEST(Suspicion, AnotherSiteUnderTheSameAddressIsHeld) {
  FeedDetails other;
  other.id = "urn:uuid:9";
  other.title = Text{.plain = "Best Online Casino"};
  other.language = "ru";
  other.link = "https://casino.example.net/";
  other.generator.name = "Spam Press";
  const auto verdict = changed(other);
  ASSERT_TRUE(verdict);
  EXPECT_EQ(verdict->status, FeedStatus::held);
  EXPECT_THAT(verdict->error->detail, testing::HasSubstr("title"));
}

TEST(Suspicion, WhatIsNotSaidDoesNotCount) {
  FeedDetails sparse;
  sparse.title = Text{.plain = "EXAMPLE  library news"};
  EXPECT_FALSE(changed(sparse));
}

TEST(Suspicion, AMoveToAnotherDomainMustLookTheSame) {
  auto answer = ok();
  answer.permanent_url = answer.url = "https://casino.example.net/feed";
  answer.redirects = {{301, answer.url}};
  auto other = details();
  other.title = Text{.plain = "Best Online Casino"};
  other.generator.name = "Spam Press";
  EXPECT_TRUE(changed(other, answer));
  EXPECT_FALSE(changed(other, ok())) << "at home it may change as much";
  auto moved_house = details();
  moved_house.link = "https://www.example.net/";
  moved_house.id = "https://www.example.net/feed";
  EXPECT_FALSE(changed(moved_house, answer));
}

Feed page(const char* before_it, const char* rel = "prev-archive") {
  Feed feed;
  feed.items.resize(2);
  if (*before_it) feed.details.links.push_back({.href = before_it, .rel = rel});
  return feed;
}

TEST(Archives, AreWalkedToTheEndForANewFeed) {
  const FeedState before;
  const auto document = page("https://example.org/2");
  auto state = begin_walk(read(before, ok(), document), before, document, 0);
  EXPECT_EQ(state.memory.archive_next, "https://example.org/2");
  const auto second = page("https://example.org/1");
  state = walked(state, &second, 1);  // what the front document also holds
  EXPECT_EQ(state.memory.archive_next, "https://example.org/1");
  const auto last = page("");
  state = walked(state, &last, 0);
  EXPECT_TRUE(state.memory.archive_next.empty());
}

TEST(Archives, AreWalkedOnlyToWhatIsKnownAfterAGap) {
  const auto document = page("https://example.org/2");
  EXPECT_TRUE(begin_walk(known(), known(), document, 1).memory.archive_next.empty())
      << "an overlap: nothing was missed";
  auto state = begin_walk(known(), known(), document, 0);
  EXPECT_EQ(state.memory.archive_next, "https://example.org/2");
  const auto second = page("https://example.org/1");
  EXPECT_TRUE(walked(state, &second, 1).memory.archive_next.empty());
  EXPECT_EQ(walked(state, &second, 0).memory.archive_next, "https://example.org/1");
}

TEST(Archives, CirclesAndLostPagesEndTheWalk) {
  const auto document = page("https://example.org/2");
  auto state = begin_walk(known(), known(), document, 0);
  EXPECT_TRUE(walked(state, nullptr, 0).memory.archive_next.empty());
  EXPECT_TRUE(walked(state, &document, 0).memory.archive_next.empty()) << "a page that names itself";
  const auto a = page("https://example.org/a"), b = page("https://example.org/b");
  int pages = 0;
  while (!state.memory.archive_next.empty() && pages < 10000) state = walked(state, ++pages % 2 ? &a : &b, 0);
  EXPECT_LE(pages, 500);
  const auto dangerous = page("javascript:alert(1)");
  EXPECT_TRUE(begin_walk(known(), known(), dangerous, 0).memory.archive_next.empty());
}

}  // namespace
}  // namespace tributary::fetcher
