// The fetcher against a server on the loopback: what it sent is read from what the server saw.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/fetcher/client.hpp"

namespace tributary::fetcher {
namespace {

using namespace std::chrono_literals;
using test::Gate;
using test::HttpServer;
using test::Reply;
using testing::HasSubstr;
using testing::StartsWith;

ErrorKind kind_of(const Answer& answer) {
  return answer.error ? answer.error->kind : ErrorKind::unavailable;
}
std::string detail_of(const Answer& answer) {
  return answer.error ? answer.error->detail : std::string();
}

TEST(Fetch, BringsTheBodyAndTheHeadersByteForByte) {
  HttpServer server;
  server.on("/feed", Reply{.headers = {{"Content-Type", "application/rss+xml; charset=utf-8"},
                                       {"ETag", "W/\"a b,'c\""},
                                       {"Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT"},
                                       {"Cache-Control", "max-age=60"},
                                       {"Cache-Control", "public"},
                                       {"Link", "<https://hub.example.org/>; rel=hub"},
                                       {"Link", "<https://example.org/feed>; rel=self"}},
                           .body = test::rss("News")});
  Client client;
  const auto answer = client.fetch(server.url("/feed"));
  ASSERT_FALSE(answer.error) << detail_of(answer);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.feed, server.url("/feed"));
  EXPECT_EQ(answer.url, server.url("/feed"));
  EXPECT_EQ(answer.body, test::rss("News"));
  EXPECT_EQ(answer.content_type, "application/rss+xml; charset=utf-8");
  EXPECT_EQ(answer.etag, "W/\"a b,'c\"");
  EXPECT_EQ(answer.last_modified, "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(answer.cache_control, "max-age=60, public");
  EXPECT_THAT(answer.link_headers, testing::ElementsAre("<https://hub.example.org/>; rel=hub",
                                                        "<https://example.org/feed>; rel=self"));
  EXPECT_GT(answer.wire_bytes, answer.body.size());
  EXPECT_TRUE(answer.permanent_url.empty());
}

TEST(Fetch, SaysWhoAsksAndWhatItReads) {
  HttpServer server;
  server.on("/feed", test::feed(test::rss("News")));
  Client client;
  (void)client.fetch(server.url("/feed"));
  const auto seen = server.requests().at(0);
  EXPECT_EQ(seen.method, "GET");
  EXPECT_EQ(seen.header("User-Agent"),
            "Tributary/" TRIBUTARY_VERSION " (+https://partners.example.org/about)");
  EXPECT_THAT(seen.header("Accept"), HasSubstr("application/atom+xml"));
  EXPECT_THAT(seen.header("Accept"), HasSubstr("application/rss+xml"));
  EXPECT_THAT(seen.header("Accept"), HasSubstr("application/feed+json"));
  for (const auto* coding : {"gzip", "deflate", "br", "zstd"})
    EXPECT_THAT(seen.header("Accept-Encoding"), HasSubstr(coding));
  EXPECT_FALSE(seen.has("If-None-Match"));
  EXPECT_FALSE(seen.has("If-Modified-Since"));
  EXPECT_FALSE(seen.has("Cookie"));
}

TEST(Fetch, AsksNothingButTheFeed) {
  HttpServer server;
  server.on("/feed", test::feed(test::rss("News")));
  Client client;
  (void)client.fetch(server.url("/feed"));
  EXPECT_EQ(server.count(), 1U);
}

TEST(Fetch, SendsBothValidatorsByteForByte) {
  HttpServer server;
  server.on("/feed",
            test::conditional(Reply{
                .headers = {{"ETag", "W/\"x y\""}, {"Last-Modified", "Tuesday, 1 Jan 2030"}}, .body = "x"}));
  Client client;
  const auto answer = client.fetch(Request{
      .feed = "f", .url = server.url("/feed"), .etag = "W/\"x y\"", .last_modified = "Tuesday, 1 Jan 2030"});
  EXPECT_EQ(answer.status, 304);
  EXPECT_FALSE(answer.error);
  EXPECT_EQ(server.requests().at(0).header("If-None-Match"), "W/\"x y\"");
  EXPECT_EQ(server.requests().at(0).header("If-Modified-Since"), "Tuesday, 1 Jan 2030");
}

TEST(Fetch, RequestsTheUrlAsItWasWritten) {
  HttpServer server;
  server.otherwise([](const test::Seen&) { return test::feed(test::rss("News")); });
  Client client;
  const std::string target = "/%7euser/a%2Fb//c;d=1/e,f'(g)!*$&+=:@~?b=2&a=1&x=%20+&x=%c3%a9&{y}|[z]&q=?/";
  (void)client.fetch(server.url(target + "#fragment"));
  EXPECT_EQ(server.requests().at(0).target, target);
}

TEST(Fetch, EncodesOnlyWhatCannotGoOnTheWire) {
  HttpServer server;
  server.otherwise([](const test::Seen&) { return test::feed(test::rss("News")); });
  Client client;
  (void)client.fetch(server.url("/caf\xC3\xA9 au lait?q=\xC3\xBC b"));
  EXPECT_EQ(server.requests().at(0).target, "/caf%C3%A9%20au%20lait?q=%C3%BC%20b");
}

TEST(Fetch, UndoesGzipAndDeflate) {
  HttpServer server;
  server.on("/gzip",
            Reply{.headers = {{"Content-Encoding", "gzip"}}, .body = test::gzipped(test::rss("News", 50))});
  server.on("/deflate", Reply{.headers = {{"Content-Encoding", "deflate"}},
                              .body = test::deflated(test::rss("News", 50))});
  Client client;
  const auto gzip = client.fetch(server.url("/gzip"));
  EXPECT_EQ(gzip.body, test::rss("News", 50));
  EXPECT_LT(gzip.wire_bytes, gzip.body.size());
  EXPECT_EQ(client.fetch(server.url("/deflate")).body, test::rss("News", 50));
}

TEST(Fetch, ReadsChunkedBodies) {
  HttpServer server;
  server.on("/feed",
            Reply{.body = test::rss("News", 50), .chunked = true, .drip_bytes = 1000, .drip_every = 0ms});
  Client client;
  EXPECT_EQ(client.fetch(server.url("/feed")).body, test::rss("News", 50));
}

TEST(Fetch, ATransferThatEndsEarlyIsAFailure) {
  HttpServer server;
  server.on("/length",
            Reply{.headers = {{"ETag", "\"a\""}}, .body = test::rss("News", 50), .cut_after = 900});
  server.on(
      "/chunked",
      Reply{
          .headers = {{"ETag", "\"a\""}}, .body = test::rss("News", 50), .chunked = true, .cut_after = 900});
  server.on("/nothing", Reply{.silent_close = true});
  const auto gzip = test::gzipped(test::rss("News", 50));
  server.on("/gzip", Reply{.headers = {{"ETag", "\"a\""}, {"Content-Encoding", "gzip"}},
                           .body = gzip.substr(0, gzip.size() / 2),
                           .until_close = true});
  Client client;
  for (const auto* path : {"/length", "/chunked", "/nothing", "/gzip"}) {
    const auto answer = client.fetch(server.url(path));
    EXPECT_EQ(kind_of(answer), ErrorKind::network) << path;
    EXPECT_EQ(answer.status, 0) << path;
    EXPECT_TRUE(answer.etag.empty()) << path;
    EXPECT_TRUE(answer.body.empty()) << path;
  }
}

TEST(Fetch, ABodyOverTheLimitIsCutOffAndSaidSo) {
  HttpServer server;
  auto options = loopback();
  options.max_body = 100'000;
  server.on("/announced", Reply{.body = std::string(1000, 'x'), .repeat = 200});
  server.on("/chunked", Reply{.body = std::string(1000, 'x'), .chunked = true, .repeat = 200});
  server.on("/bomb", Reply{.headers = {{"Content-Encoding", "gzip"}},
                           .body = test::gzipped(std::string(50'000'000, ' '))});
  server.on("/fits", Reply{.body = std::string(100'000, 'x')});
  Client client(options);
  for (const auto* path : {"/announced", "/chunked", "/bomb"}) {
    const auto answer = client.fetch(server.url(path));
    EXPECT_EQ(kind_of(answer), ErrorKind::too_large) << path << detail_of(answer);
    EXPECT_THAT(detail_of(answer), HasSubstr("100000 bytes"));
    EXPECT_TRUE(answer.body.empty());
  }
  EXPECT_EQ(client.fetch(server.url("/fits")).body.size(), 100'000U);
}

TEST(Fetch, CompressedBytesThatBecomeNothingAreCountedToo) {
  HttpServer server;
  auto options = loopback();
  options.max_body = 100'000;
  // Stored blocks of length 0: endless input, no output.
  const std::string header("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03", 10);
  std::string empty_blocks;
  for (int i = 0; i < 200; ++i) empty_blocks += std::string("\x00\x00\x00\xff\xff", 5);
  server.on("/empty", [=](const test::Seen&) {
    std::string raw = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n" + header;
    for (int i = 0; i < 2000; ++i) raw += empty_blocks;
    return Reply{.raw = raw};
  });
  Client client(options);
  EXPECT_EQ(kind_of(client.fetch(server.url("/empty"))), ErrorKind::too_large);
}

TEST(Fetch, AHundredMegabytesAreNotWaitedFor) {
  HttpServer server;
  server.on("/feed", Reply{.body = std::string(1 << 20, 'x'), .repeat = 100});
  Client client;
  const auto answer = client.fetch(server.url("/feed"));
  EXPECT_EQ(kind_of(answer), ErrorKind::too_large);
  EXPECT_LT(answer.wire_bytes, 1U << 20) << "it was announced";
}

TEST(Fetch, AHeaderBlockOverTheLimitIsAFailure) {
  HttpServer server;
  test::Headers many;
  for (int i = 0; i < 300; ++i) many.emplace_back("X-Filler-" + std::to_string(i), std::string(1000, 'y'));
  server.on("/many", Reply{.headers = many, .body = test::rss("News")});
  many.resize(200);
  server.on("/fits", Reply{.headers = many, .body = test::rss("News")});
  Client client;
  EXPECT_EQ(kind_of(client.fetch(server.url("/many"))), ErrorKind::too_large);
  EXPECT_EQ(client.fetch(server.url("/fits")).status, 200);
}

TEST(Fetch, TheWholeTransferHasOneDeadlineThatADripDoesNotMove) {
  HttpServer server;
  server.on("/drip", Reply{.body = std::string(100'000, 'x'), .drip_bytes = 1, .drip_every = 10ms});
  auto options = loopback();
  options.timeout = 1s;
  Client client(options);
  const auto began = std::chrono::steady_clock::now();
  const auto answer = client.fetch(server.url("/drip"));
  EXPECT_EQ(kind_of(answer), ErrorKind::timeout);
  EXPECT_THAT(detail_of(answer), HasSubstr("still coming"));
  EXPECT_LT(std::chrono::steady_clock::now() - began, 10s);
}

TEST(Fetch, RedirectsShareTheDeadline) {
  HttpServer server;
  for (int i = 0; i < 8; ++i) {
    server.on("/hop" + std::to_string(i), Reply{.status = 302,
                                                .headers = {{"Location", "/hop" + std::to_string(i + 1)}},
                                                .body = std::string(60, 'x'),
                                                .drip_bytes = 1,
                                                .drip_every = 10ms});
  }
  server.on("/hop8", test::feed(test::rss("News")));
  auto options = loopback();
  options.timeout = 1s;
  Client client(options);
  EXPECT_EQ(kind_of(client.fetch(server.url("/hop0"))), ErrorKind::timeout);
}

TEST(Fetch, SaysThatNoAnswerCame) {
  HttpServer server;
  server.on("/silent", Reply{.gate = std::make_shared<Gate>()});
  auto options = loopback();
  options.timeout = 1s;
  Client client(options);
  const auto answer = client.fetch(server.url("/silent"));
  EXPECT_EQ(kind_of(answer), ErrorKind::timeout);
  EXPECT_THAT(detail_of(answer), HasSubstr("no answer came"));
}

TEST(Fetch, AServerThatSaysNothingIsGivenUpBeforeTheWholeTime) {
  HttpServer server;
  server.on("/silent", Reply{.gate = std::make_shared<Gate>()});
  auto options = loopback();
  options.timeout = 3s;
  Client client(options);
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(kind_of(client.fetch(server.url("/silent"))), ErrorKind::timeout);
  EXPECT_LT(std::chrono::steady_clock::now() - began, 2900ms);
}

TEST(Fetch, OffersToTakeOnlyWhatIsNew) {
  HttpServer server;
  server.on(
      "/feed",
      Reply{.status = 226, .headers = {{"IM", "feed"}, {"ETag", "\"2\""}}, .body = test::rss("News", 1)});
  Client client;
  const auto answer =
      client.fetch(Request{.feed = "f", .url = server.url("/feed"), .etag = "\"1\"", .delta = true});
  EXPECT_EQ(server.requests().at(0).header("A-IM"), "feed");
  EXPECT_EQ(answer.status, 226);
  EXPECT_EQ(answer.im, "feed");
  EXPECT_EQ(answer.body, test::rss("News", 1));
  (void)client.fetch(Request{.feed = "f", .url = server.url("/feed"), .delta = true});
  EXPECT_FALSE(server.requests().at(1).has("A-IM"))
      << "without a known instance there is nothing to leave out";
}

TEST(Fetch, AFormIsPosted) {
  HttpServer hub;
  hub.on("/hub", Reply{.status = 202, .body = "later"});
  hub.on("/moved", test::redirect(307, "/hub"));
  hub.on("/elsewhere", test::redirect(302, "/hub"));
  Client client;
  EXPECT_EQ(client.fetch(Request{.feed = "f", .url = hub.url("/moved"), .form = "hub.mode=subscribe"}).status,
            202);
  const auto seen = hub.requests("/hub").at(0);
  EXPECT_EQ(seen.method, "POST");
  EXPECT_EQ(seen.body, "hub.mode=subscribe");
  EXPECT_EQ(seen.header("Content-Type"), "application/x-www-form-urlencoded");
  EXPECT_TRUE(
      client.fetch(Request{.feed = "f", .url = hub.url("/elsewhere"), .form = "hub.mode=subscribe"}).error);
  EXPECT_EQ(hub.count("/hub"), 1U);
}

TEST(Fetch, AHostThatAsksForPatienceTwiceIsLeftAloneAsAWhole) {
  HttpServer server;
  HttpServer other({.address = "127.0.0.5"});
  server.otherwise(
      [](const test::Seen&) { return Reply{.status = 429, .headers = {{"Retry-After", "600"}}}; });
  other.otherwise([](const test::Seen&) { return test::feed(test::rss("News")); });
  auto options = loopback();
  options.per_host = 1;
  Client client(options);
  std::vector<Request> requests;
  for (int i = 0; i < 10; ++i) requests.push_back({.feed = "f", .url = server.url("/" + std::to_string(i))});
  int asked = 0, put_off = 0;
  for (const auto& answer : client.fetch_all(requests)) {
    if (answer.status == 429) ++asked;
    if (answer.cancelled && std::stoi(answer.retry_after) > 500) ++put_off;
  }
  EXPECT_EQ(asked, 2);
  EXPECT_EQ(put_off, 8);
  EXPECT_EQ(server.count(), 2U);
  EXPECT_EQ(client.fetch(other.url("/feed")).status, 200);
}

TEST(Fetch, WaitingItsTurnDoesNotCountAsTime) {
  HttpServer server;
  server.on("/slow", Reply{.body = std::string(70, 'x'), .drip_bytes = 1, .drip_every = 10ms});
  auto options = loopback();
  options.timeout = 2s;
  options.per_host = 1;
  Client client(options);
  std::vector<Request> requests(5, Request{.feed = "f", .url = server.url("/slow")});
  for (const auto& answer : client.fetch_all(requests)) EXPECT_EQ(answer.status, 200) << detail_of(answer);
}

TEST(Fetch, OneHostGetsAtMostItsShareAtOnceAndAllItsFeeds) {
  HttpServer server;
  server.otherwise([](const test::Seen&) {
    return Reply{.body = std::string(20, 'x'), .drip_bytes = 10, .drip_every = 2ms};
  });
  Client client;
  std::vector<Request> requests;
  for (int i = 0; i < 40; ++i)
    requests.push_back({.feed = std::to_string(i), .url = server.url("/" + std::to_string(i))});
  EXPECT_EQ(client.fetch_all(requests).size(), 40U);
  EXPECT_EQ(server.count(), 40U);
  EXPECT_EQ(server.most_at_once(), 2);
  EXPECT_LE(server.connections(), 2) << "connections are kept and used again";
}

TEST(Fetch, NamesOfOneMachineShareItsPlaces) {
  HttpServer server;
  server.otherwise([](const test::Seen&) {
    return Reply{.body = std::string(20, 'x'), .drip_bytes = 10, .drip_every = 2ms};
  });
  Client client;
  std::vector<Request> requests;
  for (int i = 0; i < 30; ++i) {
    // Names under .localhost are the loopback (RFC 6761 section 6.3); each is a domain of its own.
    const auto host = i % 3 == 0 ? std::string("127.0.0.1") : "partner" + std::to_string(i) + ".localhost";
    requests.push_back(
        {.feed = "f",
         .url = "http://" + host + ":" + std::to_string(server.port()) + "/" + std::to_string(i)});
  }
  for (const auto& answer : client.fetch_all(requests)) EXPECT_EQ(answer.status, 200) << detail_of(answer);
  EXPECT_EQ(server.count(), 30U);
  EXPECT_LE(server.most_at_once(), 2);
}

TEST(Fetch, ASlowHostDelaysNoOther) {
  HttpServer slow({.address = "127.0.0.2"});
  HttpServer quick;
  const auto gate = std::make_shared<Gate>();
  slow.otherwise([gate](const test::Seen&) { return Reply{.body = "x", .gate = gate}; });
  quick.otherwise([](const test::Seen&) { return test::feed(test::rss("News")); });
  Client client;
  int slow_answers = 0, quick_answers = 0;
  for (int i = 0; i < 10; ++i)
    client.fetcher.fetch({.feed = "s", .url = slow.url("/" + std::to_string(i))},
                         [&](const Answer&) { ++slow_answers; });
  for (int i = 0; i < 30; ++i)
    client.fetcher.fetch({.feed = "q", .url = quick.url("/" + std::to_string(i))},
                         [&](const Answer&) { ++quick_answers; });
  EXPECT_TRUE(client.run_until([&] { return quick_answers == 30; }));
  EXPECT_EQ(slow_answers, 0);
  EXPECT_LE(slow.count(), 2U);
  gate->open();
  EXPECT_TRUE(client.run_until([&] { return slow_answers == 10; }));
}

TEST(Fetch, NeverMoreAtOnceThanAllowed) {
  std::vector<std::unique_ptr<HttpServer>> servers;
  auto options = loopback();
  options.concurrency = 3;
  Client client(options);
  std::vector<Request> requests;
  for (int i = 1; i <= 8; ++i) {
    servers.push_back(
        std::make_unique<HttpServer>(HttpServer::Options{.address = "127.0.0." + std::to_string(i)}));
    servers.back()->otherwise(
        [](const test::Seen&) { return Reply{.body = "xx", .drip_bytes = 1, .drip_every = 5ms}; });
    for (int k = 0; k < 3; ++k)
      requests.push_back({.feed = "f", .url = servers.back()->url("/" + std::to_string(k))});
  }
  std::size_t most = 0, answers = 0;
  for (auto& request : requests) {
    client.fetcher.fetch(std::move(request), [&](const Answer&) { ++answers; });
  }
  EXPECT_TRUE(client.run_until([&] {
    most = std::max(most, client.fetcher.in_flight());
    return answers == 24;
  }));
  EXPECT_EQ(most, 3U);
}

TEST(Fetch, StartsAtOneHostKeepTheirDistance) {
  HttpServer server;
  server.otherwise([](const test::Seen&) { return test::feed(test::rss("News")); });
  auto options = loopback();
  options.host_spacing = 1s;
  Client client(options);
  std::vector<Request> requests(3, Request{.feed = "f", .url = server.url("/feed")});
  EXPECT_EQ(client.fetch_all(requests).size(), 3U);
  const auto seen = server.requests();
  for (std::size_t i = 1; i < seen.size(); ++i) EXPECT_GE(seen[i].when - seen[i - 1].when, 900ms);
}

TEST(Fetch, BodiesThatNobodyDealsWithHoldUpFurtherOnes) {
  HttpServer server;
  server.otherwise([](const test::Seen&) { return test::feed(test::rss("News")); });
  auto options = loopback();
  options.concurrency = 4;
  options.per_host = 4;
  Client client(options);
  std::vector<Answer> answers;
  for (int i = 0; i < 200; ++i) {
    client.fetcher.fetch({.feed = "f", .url = server.url("/" + std::to_string(i))},
                         [&](Answer answer) { answers.push_back(std::move(answer)); });
  }
  EXPECT_TRUE(client.run_until([&] { return answers.size() == 68 && client.fetcher.in_flight() == 0; }));
  EXPECT_EQ(server.count(), 68U);
  EXPECT_EQ(client.fetcher.waiting(), 132U);
  std::size_t total = 0;
  EXPECT_TRUE(client.run_until([&] {
    total += answers.size();
    answers.clear();
    return total == 200;
  }));
}

TEST(Redirects, AreFollowedAndTheLeadingPermanentRunIsNamed) {
  HttpServer server;
  server.on("/a", test::redirect(301, "/b"));
  server.on("/b", test::redirect(308, "/c?x=1#part"));
  server.on("/c", test::redirect(302, server.url("/d")));
  server.on("/d", test::redirect(301, "e"));
  server.on("/e", test::feed(test::rss("News")));
  Client client;
  const auto answer = client.fetch(server.url("/a"));
  EXPECT_EQ(answer.status, 200) << detail_of(answer);
  EXPECT_EQ(answer.requested_url, server.url("/a"));
  EXPECT_EQ(answer.url, server.url("/e"));
  EXPECT_EQ(answer.permanent_url, server.url("/c?x=1"));
  ASSERT_EQ(answer.redirects.size(), 4U);
  EXPECT_EQ(answer.redirects[2].status, 302);
  EXPECT_EQ(answer.redirects[2].url, server.url("/d"));
}

TEST(Redirects, ATemporaryOneIsNotPermanentWhateverFollows) {
  for (const int status : {302, 303, 307}) {
    HttpServer server;
    server.on("/a", test::redirect(status, "/b"));
    server.on("/b", test::redirect(301, "/c"));
    server.on("/c", test::feed(test::rss("News")));
    Client client;
    const auto answer = client.fetch(server.url("/a"));
    EXPECT_EQ(answer.status, 200);
    EXPECT_TRUE(answer.permanent_url.empty()) << status;
  }
}

TEST(Redirects, CirclesAndEndlessChainsEnd) {
  HttpServer server;
  server.on("/a", test::redirect(302, "/b"));
  server.on("/b", test::redirect(302, "/a"));
  server.otherwise([](const test::Seen& seen) { return test::redirect(302, seen.target + "x"); });
  Client client;
  EXPECT_THAT(detail_of(client.fetch(server.url("/a"))), HasSubstr("circle"));
  EXPECT_EQ(server.count(), 2U);
  server.forget_requests();
  EXPECT_THAT(detail_of(client.fetch(server.url("/chain"))), HasSubstr("more than 10"));
  EXPECT_EQ(server.count(), 11U);
}

TEST(Redirects, ToOtherSchemesAreRefused) {
  HttpServer server;
  Client client;
  for (const auto* target : {"file:///etc/passwd", "ftp://127.0.0.1/feed", "gopher://127.0.0.1/",
                             "javascript:alert(1)", "data:text/xml,<rss/>", "http://"}) {
    server.on("/feed", test::redirect(301, target));
    const auto answer = client.fetch(server.url("/feed"));
    EXPECT_EQ(kind_of(answer), ErrorKind::forbidden) << target;
    EXPECT_TRUE(answer.body.empty());
    EXPECT_TRUE(answer.permanent_url.empty()) << target;
  }
}

TEST(Redirects, FromHttpsToHttpIsRefused) {
  const test::Certificate certificate;
  HttpServer secure({.tls = &certificate});
  HttpServer plain;
  plain.on("/feed", test::feed(test::rss("News")));
  secure.on("/feed", test::redirect(301, plain.url("/feed")));
  Client client;
  const auto answer = client.fetch(
      Request{.feed = "f", .url = secure.url("/feed"), .tls = {.ca = certificate.certificate()}});
  EXPECT_EQ(kind_of(answer), ErrorKind::forbidden) << detail_of(answer);
  EXPECT_EQ(plain.count(), 0U);
}

TEST(Redirects, FromHttpToHttpsIsFollowed) {
  const test::Certificate certificate;
  HttpServer secure({.tls = &certificate});
  HttpServer plain;
  secure.on("/feed", test::feed(test::rss("News")));
  plain.on("/feed", test::redirect(301, secure.url("/feed")));
  Client client;
  const auto answer =
      client.fetch(Request{.feed = "f", .url = plain.url("/feed"), .tls = {.ca = certificate.certificate()}});
  EXPECT_EQ(answer.status, 200) << detail_of(answer);
  EXPECT_EQ(answer.permanent_url, secure.url("/feed"));
}

TEST(Redirects, EveryHopMeetsTheAddressGuard) {
  HttpServer server;
  HttpServer inner({.address = "127.0.0.9"});
  inner.on("/feed", test::feed(test::rss("Secret")));
  server.on("/feed", test::redirect(302, inner.url("/feed")));
  auto options = loopback();
  options.allow_addresses = {"127.0.0.1/32"};
  Client client(options);
  const auto answer = client.fetch(server.url("/feed"));
  EXPECT_EQ(kind_of(answer), ErrorKind::forbidden);
  EXPECT_THAT(detail_of(answer), HasSubstr("127.0.0.9"));
  EXPECT_EQ(inner.connections(), 0);
}

TEST(Redirects, PassOnValidatorsButNoSecrets) {
  HttpServer here;
  HttpServer there({.address = "127.0.0.3"});
  here.on("/feed", test::redirect(301, "/same-host"));
  here.on("/same-host", test::redirect(301, there.url("/feed")));
  there.on("/feed", test::feed(test::rss("News")));
  Client client;
  const auto answer =
      client.fetch(Request{.feed = "f",
                           .url = here.url("/feed"),
                           .etag = "\"e\"",
                           .headers = {{"X-Api-Key", "secret"}, {"Authorization", "Bearer secret"}},
                           .user_password = ""});
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(here.requests("/same-host").at(0).header("X-Api-Key"), "secret");
  const auto seen = there.requests().at(0);
  EXPECT_FALSE(seen.has("X-Api-Key"));
  EXPECT_FALSE(seen.has("Authorization"));
  EXPECT_EQ(seen.header("If-None-Match"), "\"e\"");
}

TEST(Redirects, ToAnotherPortGetNoPassword) {
  HttpServer here;
  HttpServer there;
  here.on("/feed", test::redirect(302, there.url("/feed")));
  there.on("/feed", test::feed(test::rss("News")));
  Client client;
  (void)client.fetch(Request{.feed = "f", .url = here.url("/feed"), .user_password = "user:pass"});
  EXPECT_EQ(here.requests().at(0).header("Authorization"), "Basic dXNlcjpwYXNz");
  EXPECT_FALSE(there.requests().at(0).has("Authorization"));
}

TEST(Redirects, SecretsStayWithTheUrlTheyBelongTo) {
  HttpServer here;
  HttpServer there({.address = "127.0.0.3"});
  for (auto* server : {&here, &there}) server->on("/feed", test::feed(test::rss("News")));
  Client client;
  const auto ask = [&](const std::string& url) {
    (void)client.fetch(Request{.feed = "f",
                               .url = url,
                               .headers = {{"X-Api-Key", "s"}},
                               .user_password = "u:p",
                               .secrets_for = here.url("/feed")});
  };
  ask(here.url("/feed"));
  ask(there.url("/feed"));
  EXPECT_TRUE(here.requests().at(0).has("X-Api-Key"));
  EXPECT_TRUE(here.requests().at(0).has("Authorization"));
  EXPECT_FALSE(there.requests().at(0).has("X-Api-Key"))
      << "a feed that moved for good takes no secrets along";
  EXPECT_FALSE(there.requests().at(0).has("Authorization"));
}

TEST(Redirects, APermanentOneThatAsksForPatienceIsNotFollowedYet) {
  HttpServer server;
  auto reply = test::redirect(301, "/new");
  reply.headers.emplace_back("Retry-After", "3600");
  server.on("/feed", reply);
  server.on("/new", test::feed(test::rss("News")));
  Client client;
  const auto answer = client.fetch(server.url("/feed"));
  EXPECT_FALSE(answer.error);
  EXPECT_EQ(answer.status, 301);
  EXPECT_EQ(answer.permanent_url, server.url("/new"));
  EXPECT_EQ(server.count("/new"), 0U);
  reply.status = 302;
  server.on("/feed", reply);
  EXPECT_EQ(client.fetch(server.url("/feed")).status, 200);
}

TEST(Redirects, CookiesAreNotCarried) {
  HttpServer server;
  server.on("/a", Reply{.status = 302, .headers = {{"Location", "/b"}, {"Set-Cookie", "id=1; Path=/"}}});
  server.on("/b", test::feed(test::rss("News")));
  Client client;
  (void)client.fetch(server.url("/a"));
  (void)client.fetch(server.url("/b"));
  for (const auto& seen : server.requests()) EXPECT_FALSE(seen.has("Cookie"));
}

TEST(Guard, RefusesTheLoopbackUnlessAllowed) {
  HttpServer server;
  auto options = loopback();
  options.allow_addresses.clear();
  Client client(options);
  const auto port = ":" + std::to_string(server.port());
  for (const auto* host : {"127.0.0.1", "localhost", "127.1", "0x7f000001", "2130706433", "[::1]",
                           "[::ffff:127.0.0.1]", "0.0.0.0"}) {
    const auto answer = client.fetch("http://" + std::string(host) + port + "/feed");
    EXPECT_EQ(kind_of(answer), ErrorKind::forbidden) << host << ": " << detail_of(answer);
  }
  EXPECT_EQ(server.connections(), 0);
}

TEST(Guard, RefusesWhatIsNoHttpAddress) {
  Client client;
  for (const auto* url : {"file:///etc/passwd", "ftp://example.org/", "", "example.org/feed", "http://",
                          "http://exa mple.org/", "http://127.0.0.1:99999/"}) {
    EXPECT_EQ(kind_of(client.fetch(url)), ErrorKind::forbidden) << url;
  }
}

TEST(Tls, AnUnknownCertificateIsRefused) {
  const test::Certificate certificate;
  HttpServer server({.tls = &certificate});
  server.on("/feed", test::feed(test::rss("News")));
  Client client;
  const auto answer = client.fetch(server.url("/feed"));
  EXPECT_EQ(kind_of(answer), ErrorKind::network);
  EXPECT_THAT(detail_of(answer), HasSubstr("TLS"));
  EXPECT_EQ(server.count(), 0U);
  EXPECT_EQ(
      client.fetch(Request{.feed = "f", .url = server.url("/feed"), .tls = {.ca = certificate.certificate()}})
          .status,
      200);
}

TEST(Tls, OneFeedsOwnAuthorityDoesNotServeAnother) {
  const test::Certificate certificate;
  HttpServer server({.tls = &certificate});
  server.otherwise([](const test::Seen&) { return test::feed(test::rss("News")); });
  Client client;
  EXPECT_EQ(
      client.fetch(Request{.feed = "f", .url = server.url("/a"), .tls = {.ca = certificate.certificate()}})
          .status,
      200);
  EXPECT_EQ(kind_of(client.fetch(server.url("/b"))), ErrorKind::network);
}

TEST(Tls, AClientCertificateIsShownWhereAsked) {
  const test::Certificate certificate;
  HttpServer server({.tls = &certificate, .ask_client_certificate = true});
  server.otherwise([](const test::Seen&) { return test::feed(test::rss("News")); });
  Client client;
  EXPECT_TRUE(
      client.fetch(Request{.feed = "f", .url = server.url("/a"), .tls = {.ca = certificate.certificate()}})
          .error);
  const auto answer = client.fetch(Request{
      .feed = "f",
      .url = server.url("/b"),
      .tls = {.ca = certificate.certificate(), .cert = certificate.certificate(), .key = certificate.key()}});
  EXPECT_EQ(answer.status, 200) << detail_of(answer);
}

TEST(Fetch, SecretsStayOutOfErrors) {
  Client client;
  const auto answer = client.fetch(
      Request{.feed = "f", .url = "http://name:hidden@127.0.0.1:1/feed", .user_password = "u:hidden"});
  ASSERT_TRUE(answer.error);
  EXPECT_EQ(kind_of(answer), ErrorKind::network);
  EXPECT_EQ(to_string(*answer.error).find("hidden"), std::string::npos);
  EXPECT_EQ(answer.url.find("hidden"), std::string::npos);
}

TEST(Fetch, AUserInTheUrlIsSentAsBasicAuthentication) {
  HttpServer server;
  server.on("/feed", test::feed(test::rss("News")));
  Client client;
  (void)client.fetch("http://us%40er:pass@127.0.0.1:" + std::to_string(server.port()) + "/feed");
  EXPECT_EQ(server.requests().at(0).header("Authorization"), "Basic dXNAZXI6cGFzcw==");
}

TEST(Fetch, TheEnvironmentsProxyIsNotUsed) {
  HttpServer server;
  server.on("/feed", test::feed(test::rss("News")));
  ::setenv("http_proxy", "http://127.0.0.1:1/", 1);
  ::setenv("ALL_PROXY", "http://127.0.0.1:1/", 1);
  Client client;
  EXPECT_EQ(client.fetch(server.url("/feed")).status, 200);
  ::unsetenv("http_proxy");
  ::unsetenv("ALL_PROXY");
}

TEST(Fetch, TheConfiguredProxyIsUsedAndTheGuardStillHolds) {
  HttpServer proxy;
  proxy.otherwise([](const test::Seen&) { return test::feed(test::rss("News")); });
  auto options = loopback();
  options.proxy = proxy.url("/");
  options.allow_addresses.clear();
  Client client(options);
  EXPECT_EQ(client.fetch("http://feeds.example.org/a%7eb?x").status, 200);
  EXPECT_EQ(proxy.requests().at(0).target, "http://feeds.example.org/a%7eb?x");
  EXPECT_EQ(kind_of(client.fetch("http://127.0.0.1/")), ErrorKind::forbidden);
  EXPECT_EQ(kind_of(client.fetch("http://localhost/")), ErrorKind::forbidden);
  EXPECT_EQ(proxy.count(), 1U);
}

TEST(Fetch, ErrorPagesKeepTheirStatusAndBeginning) {
  HttpServer server;
  server.on("/feed", Reply{.status = 503,
                           .headers = {{"Retry-After", "120"}},
                           .body = std::string(1000, 'e'),
                           .repeat = 1000});
  Client client;
  const auto answer = client.fetch(server.url("/feed"));
  EXPECT_FALSE(answer.error) << detail_of(answer);
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.retry_after, "120");
  EXPECT_EQ(answer.body.size(), 64U * 1024);
}

TEST(Fetch, AnInformationalAnswerIsNotTheAnswer) {
  HttpServer server;
  server.on("/feed", Reply{.raw = "HTTP/1.1 103 Early Hints\r\nETag: \"hint\"\r\n\r\nHTTP/1.1 200 "
                                  "OK\r\nContent-Length: 2\r\n\r\nok"});
  Client client;
  const auto answer = client.fetch(server.url("/feed"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "ok");
  EXPECT_TRUE(answer.etag.empty());
}

TEST(Fetch, ADeadPortIsAFailureInWords) {
  int port = 0;
  {
    const HttpServer server;
    port = server.port();
  }
  Client client;
  const auto answer = client.fetch("http://127.0.0.1:" + std::to_string(port) + "/feed");
  EXPECT_EQ(kind_of(answer), ErrorKind::network);
  EXPECT_FALSE(detail_of(answer).empty());
}

TEST(Fetcher, ARequestThatIsMadeLaterIsMadeWhenItsTurnHasCome) {
  HttpServer server;
  const auto gate = std::make_shared<Gate>();
  server.on("/first", Reply{.body = "first", .gate = gate});
  server.on("/second", test::feed(test::rss("News")));
  auto options = loopback();
  options.per_host = 1;
  Client client(options);
  int made = 0;
  std::optional<Answer> first, second;
  client.fetcher.fetch({.feed = "a", .url = server.url("/first")}, [&](Answer answer) { first = answer; });
  client.fetcher.fetch(
      server.url("/second"),
      [&]() -> Result<Request> {
        ++made;
        return Request{.feed = "b", .url = server.url("/second"), .etag = "\"e\""};
      },
      [&](Answer answer) { second = answer; });
  EXPECT_TRUE(client.run_until([&] { return server.count("/first") == 1; }));
  EXPECT_EQ(made, 0);
  EXPECT_EQ(client.fetcher.waiting(), 1U);
  gate->open();
  ASSERT_TRUE(client.run_until([&] { return first && second; }));
  EXPECT_EQ(made, 1);
  EXPECT_EQ(second->feed, "b");
  EXPECT_EQ(second->status, 200);
  EXPECT_EQ(server.requests("/second").at(0).header("If-None-Match"), "\"e\"");
}

TEST(Fetcher, ARequestThatCannotBeMadeIsAnsweredWithTheReason) {
  HttpServer server;
  Client client;
  std::vector<Answer> answers;
  const auto take = [&](Answer answer) { answers.push_back(std::move(answer)); };
  client.fetcher.fetch(
      server.url("/feed"),
      []() -> Result<Request> {
        return std::unexpected(Error{ErrorKind::config, "feed", "the variable SECRET is not set"});
      },
      take);
  client.fetcher.fetch(
      "gopher://partner.example.org/",
      []() -> Result<Request> { return Request{.feed = "g", .url = "gopher://partner.example.org/"}; }, take);
  ASSERT_TRUE(client.run_until([&] { return answers.size() == 2; }));
  std::ranges::sort(answers, {}, &Answer::feed);
  EXPECT_EQ(detail_of(answers[0]), "the variable SECRET is not set");
  EXPECT_EQ(kind_of(answers[1]), ErrorKind::forbidden);
  EXPECT_EQ(server.count(), 0U);
  EXPECT_EQ(client.fetch(server.url("/after")).status, 404) << "its place at the host is free again";
}

TEST(Fetcher, CancelAnswersAllOnce) {
  HttpServer server;
  server.otherwise([](const test::Seen&) { return Reply{.gate = std::make_shared<Gate>()}; });
  Client client;
  int answers = 0, cancelled = 0;
  for (int i = 0; i < 5; ++i) {
    client.fetcher.fetch({.feed = "f", .url = server.url("/feed")}, [&](const Answer& answer) {
      ++answers;
      if (answer.cancelled && answer.error) ++cancelled;
    });
  }
  client.fetcher.fetch(
      server.url("/later"),
      [&]() -> Result<Request> { return Request{.feed = "f", .url = server.url("/later")}; },
      [&](const Answer& answer) {
        ++answers;
        if (answer.cancelled && answer.error) ++cancelled;
      });
  EXPECT_TRUE(client.run_until([&] { return server.count() == 2; }));
  client.fetcher.cancel();
  EXPECT_TRUE(client.run_until([&] { return answers == 6; }));
  EXPECT_EQ(cancelled, 6);
  EXPECT_EQ(client.fetcher.in_flight(), 0U);
  EXPECT_EQ(client.fetcher.waiting(), 0U);
  server.otherwise([](const test::Seen&) { return test::feed(test::rss("News")); });
  EXPECT_EQ(client.fetch(server.url("/after")).status, 200) << "the fetcher goes on working";
}

TEST(Fetcher, CancelFromAnAnswerIsSafe) {
  HttpServer server;
  server.otherwise([](const test::Seen&) { return test::feed(test::rss("News")); });
  auto options = loopback();
  options.per_host = 8;
  Client client(options);
  int answers = 0;
  for (int i = 0; i < 20; ++i) {
    client.fetcher.fetch({.feed = "f", .url = server.url("/feed")}, [&](const Answer& answer) {
      ++answers;
      if (!answer.cancelled) client.fetcher.cancel();
    });
  }
  EXPECT_TRUE(client.run_until([&] { return answers == 20; }));
}

TEST(Fetcher, GoesAwayInTheMiddleOfThingsWithoutCallingBack) {
  HttpServer server;
  server.otherwise([](const test::Seen&) { return Reply{.gate = std::make_shared<Gate>()}; });
  boost::asio::io_context io;
  int answers = 0;
  std::vector<Answer> kept;
  {
    Fetcher fetcher(io, loopback());
    for (int i = 0; i < 5; ++i)
      fetcher.fetch({.feed = "f", .url = server.url("/feed")}, [&](const Answer&) { ++answers; });
    const auto end = std::chrono::steady_clock::now() + 20s;
    while (server.count() < 2 && std::chrono::steady_clock::now() < end) io.run_one_for(10ms);
  }
  io.restart();
  io.poll();
  EXPECT_EQ(answers, 0);
}

TEST(Fetcher, APlaceMayOutliveTheFetcher) {
  HttpServer server;
  server.otherwise([](const test::Seen&) { return test::feed(test::rss("News")); });
  std::shared_ptr<void> place;
  {
    Client client;
    client.fetcher.fetch({.feed = "f", .url = server.url("/feed")},
                         [&](const Answer& answer) { place = answer.place; });
    EXPECT_TRUE(client.run_until([&] { return place != nullptr; }));
  }
  place.reset();
}

TEST(Fetcher, NewOptionsHoldForWhatStartsFromNowOn) {
  HttpServer server;
  server.on("/feed", test::feed(test::rss("News", 100)));
  Client client;
  EXPECT_EQ(client.fetch(server.url("/feed")).status, 200);
  auto options = loopback();
  options.max_body = 100;
  options.contact = "https://other.example.org/";
  client.fetcher.set_options(options);
  EXPECT_EQ(kind_of(client.fetch(server.url("/feed"))), ErrorKind::too_large);
  EXPECT_THAT(server.requests().at(1).header("User-Agent"), HasSubstr("other.example.org"));
}

TEST(Fetcher, AThousandFeedsOfOneHostKeepNoOtherWaiting) {
  HttpServer big;
  HttpServer small({.address = "127.0.0.4"});
  big.otherwise([](const test::Seen&) { return test::feed(test::rss("News")); });
  small.otherwise([](const test::Seen&) { return test::feed(test::rss("News")); });
  Client client;
  std::size_t big_answers = 0, before_small = 0;
  bool small_answered = false;
  for (int i = 0; i < 1000; ++i) {
    client.fetcher.fetch({.feed = "b", .url = big.url("/" + std::to_string(i))},
                         [&](const Answer&) { ++big_answers; });
  }
  client.fetcher.fetch({.feed = "s", .url = small.url("/feed")}, [&](const Answer&) {
    small_answered = true;
    before_small = big_answers;
  });
  EXPECT_TRUE(client.run_until([&] { return small_answered && big_answers == 1000; }));
  EXPECT_LT(before_small, 100U);
}

}  // namespace
}  // namespace tributary::fetcher
