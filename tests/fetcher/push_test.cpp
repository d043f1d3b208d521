#include "fetcher/push.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace tributary;
using namespace tributary::fetcher;
using namespace std::chrono_literals;
using testing::HasSubstr;
using State = Subscription::State;

namespace {

constexpr Timestamp now{std::chrono::sys_days{std::chrono::year{2026} / 11 / 24}};
const std::string random_digits(80, 'a');

FeedState with_hub() {
  FeedState state{.key = "k", .url = "https://library.example/feed", .last_success = now};
  state.memory.push.hub = "https://hub.example/";
  state.memory.push.topic = "https://library.example/feed";
  return state;
}

FeedState active() {
  FeedState state = with_hub();
  (void)subscription_request(state, "https://planet.example/", random_digits, now);
  (void)verify(state,
               "hub.mode=subscribe&hub.topic=https%3A%2F%2Flibrary.example%2Ffeed&hub.challenge=c&hub.lease_"
               "seconds=1000",
               now);
  return state;
}

}  // namespace

TEST(Push, TheHubOfTheLinkHeaderOutranksTheDocuments) {
  FeedState state{.url = "https://library.example/feed"};
  Answer answer{.url = "https://library.example/feed", .status = 200};
  answer.link_headers = {
      "</style.css>; rel=preload, <https://hub.example/a,b>; title=\"x, y\"; rel=\"HUB nofollow\"",
      "<self.atom>; rel=self"};
  Feed feed;
  feed.details.hub = "https://other.example/";
  feed.details.self = "https://other.example/feed";
  note_hub(state, answer, &feed);
  EXPECT_EQ(state.memory.push.hub, "https://hub.example/a,b");
  EXPECT_EQ(state.memory.push.topic, "https://library.example/self.atom");

  answer.link_headers.clear();
  note_hub(state, answer, &feed);
  EXPECT_EQ(state.memory.push.hub, "https://other.example/");
  note_hub(state, Answer{.url = answer.url, .status = 304}, nullptr);
  EXPECT_EQ(state.memory.push.hub, "https://other.example/") << "a 304 says nothing of it";
  note_hub(state, answer, std::make_unique<Feed>().get());
  EXPECT_EQ(state.memory.push, Subscription{}) << "a feed without a hub has none any more";
}

TEST(Push, OnlyASiteThatTheWorldReachesSubscribesUnlessTheFeedSaysSo) {
  for (const char* site :
       {"http://127.0.0.1:8080/", "http://localhost/", "http://planet/", "http://10.1.2.3/", "http://[::1]/",
        "https://planet.test/", "https://partners.example.org/"}) {
    EXPECT_FALSE(is_public_site(site)) << site;
  }
  EXPECT_TRUE(is_public_site("https://planet.library.museum/"));
  EXPECT_TRUE(is_public_site("https://93.184.216.34/"));
  const FeedState state = with_hub();
  EXPECT_FALSE(next_subscription(state, {}, false));
  EXPECT_TRUE(next_subscription(state, {}, true));
  EXPECT_TRUE(next_subscription(state, {.push = true}, false));
  EXPECT_FALSE(next_subscription(state, {.push = false}, true));
}

TEST(Push, ARequestNamesTopicCallbackAndSecretAndWaitsForTheHub) {
  FeedState state = with_hub();
  const auto request = subscription_request(state, "https://planet.example/", random_digits, now);
  EXPECT_EQ(request.url, "https://hub.example/");
  EXPECT_THAT(request.form, HasSubstr("hub.callback=https%3A%2F%2Fplanet.example%2Fwebsub%2Faaaa"));
  EXPECT_THAT(request.form, HasSubstr("hub.topic=https%3A%2F%2Flibrary.example%2Ffeed"));
  EXPECT_EQ(state.memory.push.state, State::requested);
  EXPECT_GT(*state.memory.push.next_try, now);
  hub_answered(state, Answer{.status = 500}, now);
  EXPECT_EQ(state.memory.push.state, State::none);
  EXPECT_GE(*state.memory.push.next_try, now + 1h);
}

TEST(Push, OnlyWhatWasAskedForIsVerified) {
  FeedState state = with_hub();
  const std::string query =
      "hub.mode=subscribe&hub.topic=https%3A%2F%2Flibrary.example%2Ffeed&hub.challenge=a%20b&hub.lease_"
      "seconds=1000";
  EXPECT_EQ(verify(state, query, now).status, 404) << "nothing was asked for";
  (void)subscription_request(state, "https://planet.example/", random_digits, now);
  EXPECT_EQ(
      verify(state, "hub.mode=subscribe&hub.topic=https%3A%2F%2Felse.example&hub.challenge=a", now).status,
      404);
  const auto answer = verify(state, query, now);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "a b");
  EXPECT_EQ(state.memory.push.state, State::active);
  EXPECT_EQ(*state.memory.push.lease_until, now + 1000s);
  EXPECT_EQ(*state.memory.push.next_try, now + 800s) << "renewed before its end";
  std::string unsubscribe = query;
  unsubscribe.replace(unsubscribe.find("=subscribe"), 10, "=unsubscribe");
  EXPECT_EQ(verify(state, unsubscribe, now).status, 404);
}

TEST(Push, ARenewalKeepsTokenAndSecret) {
  FeedState state = active();
  const auto before = state.memory.push;
  (void)subscription_request(state, "https://planet.example/", std::string(80, 'b'), now + 800s);
  EXPECT_EQ(state.memory.push.token, before.token);
  EXPECT_EQ(state.memory.push.secret, before.secret);
  EXPECT_EQ(state.memory.push.state, State::active);
  (void)subscription_request(state, "https://planet.example/", std::string(80, 'b'), now + 1001s);
  EXPECT_NE(state.memory.push.token, before.token) << "after its end it is another";
}

TEST(Push, ADenialIsHonouredForAWeek) {
  FeedState state = active();
  EXPECT_EQ(verify(state, "hub.mode=denied&hub.topic=https%3A%2F%2Flibrary.example%2Ffeed&hub.reason=no", now)
                .status,
            200);
  EXPECT_EQ(state.memory.push.state, State::denied);
  EXPECT_EQ(*next_subscription(state, {}, true), now + std::chrono::days{7});
}

TEST(Push, ASignatureHoldsOnlyForTheBytesThatItWasMadeOf) {
  Subscription push{.secret = "key"};
  const std::string body = "The quick brown fox jumps over the lazy dog";
  EXPECT_TRUE(
      signature_holds(push, "sha256=f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8", body));
  EXPECT_TRUE(signature_holds(push, "sha1=de7c9b85b8b78aa6bc8a7a36f70a90701c9db4d9", body));
  EXPECT_FALSE(signature_holds(
      push, "sha256=f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8", body + "."));
  EXPECT_FALSE(signature_holds(push, "sha256=", body));
  EXPECT_FALSE(signature_holds(push, "md5=80070713463e7749b90c2dc24911e275", body));
  EXPECT_FALSE(signature_holds(push, "", body));
  EXPECT_FALSE(signature_holds({}, "sha256=00", body));
}

TEST(Push, NewsThatPollsFindFirstTwiceMeanThatItIsBroken) {
  FeedState state = active();
  EXPECT_FALSE(polled(state, 0, now));
  EXPECT_FALSE(polled(state, 1, now)) << "once may be a race";
  pushed(state, now);
  EXPECT_FALSE(polled(state, 1, now));
  EXPECT_TRUE(polled(state, 1, now));
  EXPECT_EQ(state.memory.push.state, State::broken);
  EXPECT_EQ(*next_subscription(state, {}, true), now + std::chrono::days{1});
}
