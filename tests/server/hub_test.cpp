#include "server/hub.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <map>

#include "server/hash.hpp"
#include "server/hub_form.hpp"
#include "server/rate.hpp"
#include "tests/server/wire.hpp"

// The cases of the W3C's hub test suite and what a stranger could make of a hub, against a pretended world.

using namespace tributary;
using namespace tributary::server;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

namespace {

class Memory : public HubMemory {
 public:
  Result<std::vector<HubSubscription>> load() override {
    std::vector<HubSubscription> all;
    for (const auto& [key, subscription] : kept) all.push_back(subscription);
    return all;
  }
  Result<void> save(std::span<const HubSubscription> subscriptions) override {
    if (broken) return std::unexpected(Error{ErrorKind::store, "hub", "disk full"});
    for (const auto& one : subscriptions) kept[{one.topic, one.callback}] = one;
    return {};
  }
  Result<void> remove(const std::string& topic, const std::string& callback) override {
    if (broken) return std::unexpected(Error{ErrorKind::store, "hub", "disk full"});
    kept.erase({topic, callback});
    return {};
  }
  std::map<std::pair<std::string, std::string>, HubSubscription> kept;
  bool broken = false;
};

std::string feed(const std::string& entries) {
  return "<feed xmlns=\"http://www.w3.org/2005/Atom\">" + entries + "</feed>";
}
std::string entry(const std::string& id) {
  return "<entry><id>" + id + "</id></entry>";
}

const std::string topic = "https://partners.example.org/atom.xml";
const std::string callback = "https://reader.example.net/push/7?user=a%20b";

class ServerHub : public testing::Test {
 protected:
  struct Pending {
    HubCall call;
    std::function<void(HubReply)> done;
  };

  void SetUp() override {
    documents[topic] = {"application/atom+xml", feed(entry("a"))};
    start();
  }

  void start(HubOptions options = {}) {
    options.url = "https://partners.example.org/hub";
    HubWorld world;
    world.send = [this](HubCall call, std::function<void(HubReply)> done) {
      sent.push_back({std::move(call), std::move(done)});
    };
    world.allowed = [](const std::string& url) { return host_of(url) != "10.0.0.1"; };
    world.read = [this](const std::string& name) -> std::optional<TopicDocument> {
      const auto found = documents.find(name);
      if (found == documents.end()) return std::nullopt;
      return found->second;
    };
    world.clock = [this] { return now; };
    world.token = [this] { return "challenge" + std::to_string(++tokens); };
    world.memory = &memory;
    hub = std::make_unique<Hub>(options, world);
    ASSERT_TRUE(hub->open());
  }

  Made post(const std::map<std::string, std::string>& fields, const std::string& client = "192.0.2.1") const {
    std::string body;
    for (const auto& [name, value] : fields)
      body += (body.empty() ? "" : "&") + percent_encode(name) + "=" + percent_encode(value);
    return hub->receive({.method = "POST",
                         .path = "/hub",
                         .body = body,
                         .headers = {{"content-type", "application/x-www-form-urlencoded"}},
                         .client = client});
  }
  Made ask(const std::string& mode, std::map<std::string, std::string> more = {}) const {
    std::map<std::string, std::string> fields{
        {"hub.mode", mode}, {"hub.topic", topic}, {"hub.callback", callback}};
    for (auto& [name, value] : more) fields[name] = value;
    return post(fields);
  }

  void tick() { ASSERT_TRUE(hub->tick()); }

  // The oldest call that is not answered yet.
  Pending next() {
    if (sent.empty()) {
      ADD_FAILURE() << "nothing was sent";
      return {{}, [](HubReply) {}};
    }
    Pending pending = std::move(sent.front());
    sent.pop_front();
    return pending;
  }

  static std::string query_value(const std::string& url, const std::string& name) {
    const auto at = url.find(name + "=");
    if (at == std::string::npos) return {};
    const auto from = at + name.size() + 1;
    return url.substr(from, url.find('&', from) - from);
  }

  static void confirm(const Pending& verification) {
    verification.done({200, query_value(verification.call.url, "hub.challenge")});
  }

  void subscribe(std::map<std::string, std::string> more = {}) {
    ASSERT_EQ(ask("subscribe", std::move(more)).status, 202);
    tick();
    confirm(next());
    tick();
  }

  void publish(const std::string& bytes) {
    documents[topic].bytes = bytes;
    hub->published();
  }

  std::string header(const HubCall& call, const std::string& name) const {
    for (const auto& [key, value] : call.headers) {
      if (key == name) return value;
    }
    return {};
  }

  Memory memory;
  std::map<std::string, TopicDocument> documents;
  Timestamp now = Timestamp{std::chrono::seconds{1'800'000'000}};
  std::deque<Pending> sent;
  int tokens = 0;
  std::unique_ptr<Hub> hub;
};

}  // namespace

TEST_F(ServerHub, ASubscriptionIsVerifiedWithTheCallbackAsItWasWritten) {
  const Made accepted = ask("subscribe", {{"hub.lease_seconds", "86400"}});
  EXPECT_EQ(accepted.status, 202);
  tick();
  const auto verification = next();
  EXPECT_EQ(verification.call.method, "GET");
  EXPECT_EQ(verification.call.url,
            callback +
                "&hub.mode=subscribe&hub.topic=https%3A%2F%2Fpartners.example.org%2Fatom.xml"
                "&hub.challenge=challenge1&hub.lease_seconds=86400");
  EXPECT_EQ(hub->figures().subscriptions, 0u) << "nothing counts before the subscriber has said so";
  confirm(verification);
  tick();
  EXPECT_EQ(hub->figures().subscriptions, 1u);
  EXPECT_EQ(memory.kept.begin()->second.lease_until, now + 86400s);
}

TEST_F(ServerHub, OnlyTheChallengeConfirms) {
  for (const HubReply& reply :
       {HubReply{200, "yes"}, HubReply{200, ""}, HubReply{404, "challenge1"}, HubReply{302, "challenge1"},
        HubReply{500, "challenge1"}, HubReply{200, "xchallenge1"}}) {
    tokens = 0;
    ask("subscribe");
    tick();
    next().done(reply);
    tick();
    EXPECT_EQ(hub->figures().subscriptions, 0u) << reply.status << reply.body;
  }
}

TEST_F(ServerHub, ASubscribersServerThatDoesNotAnswerIsAskedOnceMore) {
  ask("subscribe");
  tick();
  next().done({0, ""});
  tick();
  EXPECT_TRUE(sent.empty());
  now += 31s;
  tick();
  confirm(next());
  EXPECT_EQ(hub->figures().subscriptions, 1u);
  ask("subscribe");
  tick();
  next().done({0, ""});
  now += 31s;
  tick();
  next().done({0, ""});
  now += 1h;
  tick();
  EXPECT_TRUE(sent.empty());
}

TEST_F(ServerHub, ALeaseIsKeptWithinBounds) {
  const std::pair<const char*, std::chrono::seconds> leases[] = {
      {"1", 5min},
      {"3600", 1h},
      {"99999999999999999999", std::chrono::days{30}},
      {"", std::chrono::days{10}}};
  for (const auto& [wanted, given] : leases) {
    subscribe({{"hub.lease_seconds", wanted}});
    EXPECT_EQ(memory.kept.begin()->second.lease_until, now + given) << wanted;
  }
}

TEST_F(ServerHub, ASecondRequestReplacesLeaseAndSecretOfTheFirst) {
  subscribe({{"hub.secret", "old"}});
  now += 1h;
  subscribe({{"hub.secret", "new"}, {"hub.lease_seconds", "7200"}});
  EXPECT_EQ(hub->figures().subscriptions, 1u);
  EXPECT_EQ(memory.kept.begin()->second.secret, "new");
  EXPECT_EQ(memory.kept.begin()->second.lease_until, now + 2h);
}

TEST_F(ServerHub, ARenewalThatIsNotConfirmedChangesNothing) {
  subscribe({{"hub.secret", "old"}});
  ask("subscribe", {{"hub.secret", "new"}});
  tick();
  next().done({404, ""});
  tick();
  EXPECT_EQ(memory.kept.begin()->second.secret, "old");
}

TEST_F(ServerHub, AnUnsubscriptionIsVerifiedToo) {
  subscribe();
  EXPECT_EQ(ask("unsubscribe").status, 202);
  tick();
  auto verification = next();
  EXPECT_THAT(verification.call.url, HasSubstr("hub.mode=unsubscribe&hub.topic="));
  EXPECT_THAT(verification.call.url, Not(HasSubstr("lease_seconds")));
  verification.done({404, ""});
  tick();
  EXPECT_EQ(hub->figures().subscriptions, 1u) << "somebody else had asked";
  ask("unsubscribe");
  tick();
  confirm(next());
  tick();
  EXPECT_EQ(hub->figures().subscriptions, 0u);
  EXPECT_TRUE(memory.kept.empty());
  EXPECT_EQ(ask("unsubscribe").status, 404);
}

TEST_F(ServerHub, ATopicThatIsNoneIsDeniedAtTheCallback) {
  EXPECT_EQ(ask("subscribe", {{"hub.topic", "https://partners.example.org/nothing"}}).status, 202);
  tick();
  const auto denial = next();
  EXPECT_EQ(denial.call.method, "GET");
  EXPECT_THAT(
      denial.call.url,
      StartsWith(callback +
                 "&hub.mode=denied&hub.topic=https%3A%2F%2Fpartners.example.org%2Fnothing&hub.reason="));
  EXPECT_THAT(denial.call.url, Not(HasSubstr("challenge")));
  denial.done({200, "challenge1"});
  EXPECT_EQ(hub->figures().subscriptions, 0u);
  EXPECT_EQ(hub->figures().denied, 1u);
}

TEST_F(ServerHub, MalformedWishesAreRefusedWithTheReason) {
  const std::pair<std::string, std::string> faults[] = {
      {"hub.mode", ""},
      {"hub.mode", "publish"},
      {"hub.topic", ""},
      {"hub.topic", "a b"},
      {"hub.callback", ""},
      {"hub.callback", "ftp://example.net/"},
      {"hub.callback", "/path"},
      {"hub.callback", "https://user@example.net/"},
      {"hub.callback", "https://example.net/#f"},
      {"hub.callback", "https://example.net/a\r\nb"},
      {"hub.callback", "https://example.net/" + std::string(2048, 'x')},
      {"hub.secret", std::string(200, 's')},
      {"hub.lease_seconds", "0"},
      {"hub.lease_seconds", "-1"},
      {"hub.lease_seconds", "soon"}};
  for (const auto& [name, value] : faults) {
    const Made made = ask("subscribe", {{name, value}});
    EXPECT_EQ(made.status, 400) << name << "=" << value;
    EXPECT_THAT(made.body, HasSubstr(name)) << value;
    EXPECT_EQ(made.content_type, "text/plain; charset=utf-8");
  }
  tick();
  EXPECT_TRUE(sent.empty());
}

TEST_F(ServerHub, OnlyAFormIsRead) {
  const std::string body =
      "hub.mode=subscribe&hub.topic=" + percent_encode(topic) + "&hub.callback=" + percent_encode(callback);
  const auto send = [&](const std::string& type, const std::string& bytes) {
    return hub->receive({.method = "POST", .body = bytes, .headers = {{"content-type", type}}}).status;
  };
  EXPECT_EQ(send("application/x-www-form-urlencoded; charset=UTF-8", body), 202);
  EXPECT_EQ(send("Application/X-WWW-Form-Urlencoded", body + "&unknown=1&unknown=2"), 202);
  EXPECT_EQ(send("application/json", body), 415);
  EXPECT_EQ(send("", body), 415);
  EXPECT_EQ(send("application/x-www-form-urlencoded", body + "&hub.mode=unsubscribe"), 400);
  EXPECT_EQ(send("application/x-www-form-urlencoded", body + "%"), 400);
}

TEST_F(ServerHub, WhatIsNewIsDeliveredWithItsTypeAndLinks) {
  subscribe();
  publish(feed(entry("b") + entry("a")));
  const auto delivery = next();
  EXPECT_EQ(delivery.call.method, "POST");
  EXPECT_EQ(delivery.call.url, callback);
  EXPECT_EQ(delivery.call.body, feed(entry("b"))) << "only what the subscriber has not";
  EXPECT_EQ(header(delivery.call, "Content-Type"), "application/atom+xml");
  EXPECT_EQ(header(delivery.call, "Link"),
            "<https://partners.example.org/hub>; rel=\"hub\", <https://partners.example.org/atom.xml>; "
            "rel=\"self\"");
  EXPECT_EQ(header(delivery.call, "X-Hub-Signature"), "") << "no secret was given";
  delivery.done({204, ""});
  hub->published();
  EXPECT_TRUE(sent.empty()) << "nothing changed since";
}

TEST_F(ServerHub, TombstonesAreDelivered) {
  subscribe();
  const std::string tombstone =
      "<at:deleted-entry xmlns:at=\"http://purl.org/atompub/tombstones/1.0\" ref=\"a\"/>";
  publish(feed(tombstone));
  EXPECT_THAT(next().call.body, HasSubstr(tombstone));
}

TEST_F(ServerHub, ADocumentThatIsNoXmlIsDeliveredWhole) {
  documents[topic] = {"application/feed+json", "{\"items\": [1]}"};
  subscribe();
  publish("{\"items\": [2, 1]}");
  EXPECT_EQ(next().call.body, "{\"items\": [2, 1]}");
}

TEST_F(ServerHub, ADeliveryIsSignedWithTheSecret) {
  subscribe({{"hub.secret", "key"}});
  publish("The quick brown fox jumps over the lazy dog");
  // RFC 4231 has no such case, but this one is widely known.
  EXPECT_EQ(header(next().call, "X-Hub-Signature"),
            "sha256=f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8");
}

TEST_F(ServerHub, ASubscriberWhoFailsIsTriedLaterAndLater) {
  subscribe();
  publish(feed(entry("b") + entry("a")));
  next().done({500, ""});
  for (const auto pause : {1min, 2min, 4min, 8min}) {
    now += pause - 1s;
    tick();
    EXPECT_TRUE(sent.empty()) << pause.count();
    now += 1s;
    tick();
    next().done({0, ""});
  }
  now += 16min;
  tick();
  const auto delivery = next();
  EXPECT_EQ(delivery.call.body, feed(entry("b")));
  delivery.done({200, ""});
  tick();
  EXPECT_EQ(memory.kept.begin()->second.failures, 0);
}

TEST_F(ServerHub, WhatWasPublishedWhileASubscriberFailedComesTogether) {
  subscribe();
  publish(feed(entry("b") + entry("a")));
  next().done({503, ""});
  publish(feed(entry("c") + entry("b") + entry("a")));
  EXPECT_TRUE(sent.empty()) << "news do not shorten the pause";
  now += 1min;
  tick();
  EXPECT_EQ(next().call.body, feed(entry("c") + entry("b")));
}

TEST_F(ServerHub, WhatWasPublishedDuringADeliveryFollowsIt) {
  subscribe();
  publish(feed(entry("b") + entry("a")));
  const auto first = next();
  publish(feed(entry("c") + entry("b") + entry("a")));
  EXPECT_TRUE(sent.empty()) << "one delivery at a time to one subscriber";
  first.done({200, ""});
  EXPECT_EQ(next().call.body, feed(entry("c")));
}

TEST_F(ServerHub, ASubscriberWhoIsGoneIsForgotten) {
  subscribe();
  publish(feed(entry("b")));
  next().done({410, ""});
  tick();
  EXPECT_EQ(hub->figures().subscriptions, 0u);
  EXPECT_TRUE(memory.kept.empty());
}

TEST_F(ServerHub, ASubscriberWhoFailsForDaysIsForgotten) {
  subscribe({{"hub.lease_seconds", "2592000"}});
  publish(feed(entry("b")));
  int tries = 0;
  for (; !memory.kept.empty() && tries < 100; ++tries) {
    next().done({500, ""});
    now += 6h;
    tick();
  }
  EXPECT_EQ(tries, 20);
}

TEST_F(ServerHub, ALeaseThatIsOverEndsTheSubscription) {
  subscribe({{"hub.lease_seconds", "3600"}});
  now += 1h + 1min;
  tick();
  EXPECT_EQ(hub->figures().subscriptions, 0u);
  EXPECT_TRUE(memory.kept.empty());
  publish(feed(entry("b")));
  EXPECT_TRUE(sent.empty());
}

TEST_F(ServerHub, SubscriptionsOutliveTheProcessAndGetWhatTheyMissed) {
  subscribe({{"hub.secret", "key"}});
  hub.reset();
  documents[topic].bytes = feed(entry("b") + entry("a"));
  start();
  EXPECT_EQ(hub->figures().subscriptions, 1u);
  hub->published();
  const auto delivery = next();
  EXPECT_EQ(delivery.call.body, feed(entry("b") + entry("a")))
      << "what he has is not known any more: the whole";
  EXPECT_EQ(header(delivery.call, "X-Hub-Signature"), "sha256=" + hmac_sha256_hex("key", delivery.call.body));
  delivery.done({200, ""});
  tick();
  hub.reset();
  start();
  hub->published();
  EXPECT_TRUE(sent.empty());
}

TEST_F(ServerHub, ARestartKeepsThePauseAfterAFailure) {
  subscribe();
  publish(feed(entry("b")));
  next().done({500, ""});
  tick();
  hub.reset();
  start();
  hub->published();
  tick();
  EXPECT_TRUE(sent.empty());
  now += 1min;
  tick();
  EXPECT_EQ(sent.size(), 1u);
}

TEST_F(ServerHub, AMemoryThatFailsIsSaidAndTriedAgain) {
  subscribe();
  memory.broken = true;
  publish(feed(entry("b")));
  next().done({200, ""});
  EXPECT_FALSE(hub->tick());
  memory.broken = false;
  tick();
  EXPECT_EQ(memory.kept.begin()->second.delivered, content_hash(feed(entry("b"))));
}

TEST_F(ServerHub, ATopicThatIsPublishedNoMoreIsDeniedAfterAWhile) {
  subscribe();
  documents.clear();
  hub->published();
  now += 59min;
  hub->published();
  EXPECT_EQ(hub->figures().subscriptions, 1u) << "a folder may be away for a moment";
  now += 1min;
  hub->published();
  EXPECT_EQ(hub->figures().subscriptions, 0u);
  EXPECT_THAT(next().call.url, HasSubstr("hub.mode=denied"));
}

TEST_F(ServerHub, AddressesThatTheGuardForbidsAreNeverCalled) {
  EXPECT_EQ(ask("subscribe", {{"hub.callback", "http://10.0.0.1/push"}}).status, 403);
  tick();
  EXPECT_TRUE(sent.empty());
}

TEST_F(ServerHub, AStrangerCannotMakeItCallOneHostOften) {
  int accepted = 0, refused = 0;
  for (int i = 0; i < 50; ++i) {
    const Made made = post({{"hub.mode", "subscribe"},
                            {"hub.topic", topic},
                            {"hub.callback", "https://victim.example.net/" + std::to_string(i)}},
                           "192.0.2." + std::to_string(i));
    (made.status == 202 ? accepted : refused) += 1;
    if (made.status != 202) {
      EXPECT_EQ(made.status, 429);
      ASSERT_FALSE(made.headers.empty());
      EXPECT_EQ(made.headers[0].first, "Retry-After");
    }
  }
  EXPECT_EQ(accepted, 20);
  EXPECT_EQ(refused, 30);
  tick();
  EXPECT_EQ(sent.size(), 2u) << "and not more than two calls at a time";
  now += 1min;
  EXPECT_EQ(ask("subscribe", {{"hub.callback", "https://victim.example.net/x"}}).status, 202);
}

TEST_F(ServerHub, OneClientCannotKeepItBusyWithManyHosts) {
  int accepted = 0;
  for (int i = 0; i < 100; ++i) {
    accepted += post({{"hub.mode", "subscribe"},
                      {"hub.topic", topic},
                      {"hub.callback", "https://h" + std::to_string(i) + ".example.net/"}})
                    .status == 202;
  }
  EXPECT_EQ(accepted, 60);
}

TEST_F(ServerHub, AHostHasARoomFullOfSubscriptionsAndNoMore) {
  start({.most_per_host = 2});
  for (const char* path : {"1", "2"}) {
    subscribe({{"hub.callback", std::string("https://reader.example.net/") + path}});
  }
  EXPECT_EQ(ask("subscribe", {{"hub.callback", "https://reader.example.net/3"}}).status, 403);
  EXPECT_EQ(ask("subscribe", {{"hub.callback", "https://reader.example.net/1"}}).status, 202)
      << "a renewal is welcome";
}

TEST_F(ServerHub, ASlowHostDoesNotHoldUpTheOthers) {
  for (int i = 0; i < 10; ++i) {
    subscribe({{"hub.callback", "https://slow.example.net/" + std::to_string(i)}});
  }
  subscribe({{"hub.callback", "https://quick.example.org/"}});
  publish(feed(entry("b")));
  std::vector<std::string> hosts;
  for (const auto& pending : sent) hosts.push_back(host_of(pending.call.url));
  EXPECT_THAT(hosts,
              testing::UnorderedElementsAre("quick.example.org", "slow.example.net", "slow.example.net"));
  // Each answer lets the next one go, without waiting for a tick.
  for (int i = 0; i < 11; ++i) next().done({200, ""});
  EXPECT_TRUE(sent.empty());
  EXPECT_EQ(hub->figures().delivered, 11u);
}

TEST_F(ServerHub, AnAnswerAfterItsEndIsNobodysBusiness) {
  ask("subscribe");
  tick();
  auto verification = next();
  hub.reset();
  confirm(verification);
  EXPECT_TRUE(sent.empty()) << "a hub that has ended asks nobody anything";
}

TEST_F(ServerHub, ALaterWishMakesAnEarlierOnesAnswerVoid) {
  subscribe();
  ask("unsubscribe");
  tick();
  const auto unsubscription = next();
  ask("subscribe");
  confirm(unsubscription);
  EXPECT_EQ(hub->figures().subscriptions, 1u);
}

TEST(ServerHubTopics, OnlyFeedsOfTheFolderAreTopicsUnderTheirOwnName) {
  tributary::server::test::TemporaryFolder folder;
  tributary::server::test::Wire wire;
  wire.publish("atom.xml", feed(entry("a")));
  wire.publish("topics/a b/feed.json", "{\"version\": \"https://jsonfeed.org/version/1.1\"}");
  wire.publish("index.html", "page");
  wire.publish("archive/000001.xml", feed(entry("a")));
  const auto read = topic_reader(wire.folder(), "https://partners.example.org/");
  ASSERT_TRUE(read("https://partners.example.org/atom.xml"));
  EXPECT_EQ(read("https://partners.example.org/atom.xml")->content_type,
            "application/atom+xml; charset=utf-8");
  EXPECT_EQ(read("https://partners.example.org/atom.xml")->bytes, feed(entry("a")));
  EXPECT_TRUE(read("https://partners.example.org/topics/a%20b/feed.json"));
  for (const char* name :
       {"https://partners.example.org/", "https://partners.example.org/index.html",
        "https://partners.example.org/archive/000001.xml", "https://partners.example.org/nothing.xml",
        "https://partners.example.org/atom.xml?x", "https://partners.example.org/../atom.xml",
        "http://partners.example.org/atom.xml", "https://other.example.org/atom.xml", "", "/atom.xml"}) {
    EXPECT_FALSE(read(name)) << name;
  }
}

TEST(ServerHubRoute, AHubAnswersOnTheWire) {
  HubWorld world;
  int sent = 0;
  world.send = [&](HubCall, std::function<void(HubReply)>) { ++sent; };
  world.allowed = [](const std::string&) { return true; };
  world.read = [](const std::string&) { return TopicDocument{"text/plain", "x"}; };
  world.clock = [] { return Timestamp{}; };
  world.token = [] { return std::string("token"); };
  Hub hub({}, world);
  tributary::server::test::Wire wire({.routes = {hub_route(hub)}});
  const std::string body =
      "hub.mode=subscribe&hub.topic=https%3A%2F%2Fa.example.org%2F&hub.callback=https%3A%2F%2Fb.example.net%"
      "2F";
  const auto response = wire.ask(
      "POST /hub HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: " +
      std::to_string(body.size()) + "\r\n\r\n" + body);
  EXPECT_EQ(response.status, 202);
  EXPECT_EQ(response.field("content-length"), "0");
  EXPECT_EQ(wire.ask(tributary::server::test::get("/hub")).status, 405);
}

TEST(ServerRate, ABucketFillsAgainAndAFloodOfNamesWinsNothing) {
  RateLimit limit(2);
  Timestamp now{};
  EXPECT_TRUE(limit.take("a", now));
  EXPECT_TRUE(limit.take("a", now));
  EXPECT_FALSE(limit.take("a", now));
  EXPECT_TRUE(limit.take("b", now));
  EXPECT_TRUE(limit.take("a", now + 30s));
  EXPECT_FALSE(limit.take("a", now + 30s));
  for (int i = 0; i < 30'000; ++i) (void)limit.take("n" + std::to_string(i), now + 31s);
  EXPECT_FALSE(limit.take("a", now + 31s));
  EXPECT_FALSE(limit.take("new", now + 31s));
  EXPECT_TRUE(limit.take("new", now + 2min));
}
