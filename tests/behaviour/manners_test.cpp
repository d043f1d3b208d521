// What a partner's log shows of us: each behaviour by the requests that its server saw, pass after pass of
// the real program. tests/fetcher/README.md lists them all.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/json.hpp>
#include <memory>

#include "tests/behaviour/site.hpp"

using namespace tributary::test;
using testing::HasSubstr;
using testing::Not;

namespace {

namespace json = boost::json;

constexpr std::array hours{"2026-11-24T12:00:00Z", "2026-11-24T13:00:00Z", "2026-11-24T14:00:00Z",
                           "2026-11-24T15:00:00Z"};

/// Replies in turn, the last one again and again.
Handler in_turn(std::vector<Reply> replies) {
  const auto count = std::make_shared<std::atomic<std::size_t>>(0);
  return [count, replies = std::move(replies)](const Seen&) {
    return replies[std::min(count->fetch_add(1), replies.size() - 1)];
  };
}

Reply with(Reply reply, const Headers& headers) {
  reply.headers.insert(reply.headers.end(), headers.begin(), headers.end());
  return reply;
}

/// One feed, asked in so many passes an hour apart, whatever its interval.
class Manners : public testing::Test {
 protected:
  void configure(const std::string& path, const std::string& more = {}) {
    feed_ = partner_.url(path);
    site_.configure({"{url: '" + feed_ + "', name: Partner" + more + "}"});
  }

  void pass(std::size_t times = 1) {
    for (std::size_t i = 0; i < times; ++i, ++passes_) {
      const auto done = site_.run({"update", "--force"}, hours.at(passes_));
      ASSERT_EQ(done.code, 0) << done.err;
      said_ = done.out;
    }
  }

  [[nodiscard]] json::object state() const {
    const auto said = site_.run({"status", "--json"}, hours.at(passes_ - 1));
    EXPECT_EQ(said.code, 0) << said.err;
    return json::parse(said.out).at("feeds").at(0).as_object();
  }

  [[nodiscard]] std::string asked_for(std::size_t request, std::string_view header,
                                      std::string_view path = "/feed") const {
    const auto requests = partner_.requests(path);
    return request < requests.size() ? requests[request].header(header) : "there was no such request";
  }

  HttpServer partner_;
  Site site_;
  std::string feed_ = {};
  std::string said_ = {};  ///< by the last pass
  std::size_t passes_ = 0;
};

constexpr auto odd_date = "Tue,  24-Nov-2026 08:00:00 UTC";  // no HTTP-date, and still the partner's word

TEST_F(Manners, ValidatorsGoBackByteForByteHoweverOddlyTheyAreWritten) {
  partner_.on("/feed", with(feed(rss("News")), {{"ETag", "W/\"a b\\\"c\""}, {"Last-Modified", odd_date}}));
  configure("/feed");
  pass(2);
  EXPECT_EQ(asked_for(1, "If-None-Match"), "W/\"a b\\\"c\"");
  EXPECT_EQ(asked_for(1, "If-Modified-Since"), odd_date);
}

TEST_F(Manners, NoDateIsInventedWhereNoneCame) {
  partner_.on("/feed", with(feed(rss("News")), {{"Date", "Tue, 24 Nov 2026 08:00:00 GMT"}}));
  configure("/feed");
  pass(2);
  ASSERT_EQ(partner_.count("/feed"), 2u);
  EXPECT_FALSE(partner_.requests("/feed")[1].has("If-Modified-Since"));
  EXPECT_FALSE(partner_.requests("/feed")[1].has("If-None-Match"));
}

TEST_F(Manners, A200WithoutValidatorsLeavesNoneToSend) {
  partner_.on("/feed", in_turn({with(feed(rss("News")), {{"ETag", "\"one\""}}), feed(rss("News", 2))}));
  configure("/feed");
  pass(3);
  EXPECT_EQ(asked_for(1, "If-None-Match"), "\"one\"");
  EXPECT_EQ(asked_for(2, "If-None-Match"), "") << "that of a document that is replaced";
}

TEST_F(Manners, TheNewEtagOfA304IsSentNext) {
  partner_.on("/feed",
              in_turn({with(feed(rss("News")), {{"ETag", "\"one\""}}),
                       Reply{.status = 304, .headers = {{"ETag", "\"two\""}}}, Reply{.status = 304}}));
  configure("/feed");
  pass(4);
  EXPECT_EQ(asked_for(2, "If-None-Match"), "\"two\"");
  EXPECT_EQ(asked_for(3, "If-None-Match"), "\"two\"") << "a 304 without one says nothing about it";
}

TEST_F(Manners, TheEtagOfAnUnchangedBodyIsKeptToo) {
  const auto document = feed(rss("News"));
  partner_.on("/feed",
              in_turn({with(document, {{"ETag", "\"one\""}}), with(document, {{"ETag", "\"two\""}})}));
  configure("/feed");
  pass(3);
  EXPECT_EQ(asked_for(2, "If-None-Match"), "\"two\"");
}

TEST_F(Manners, ValidatorsOfAnEmptyBodyAreNotKept) {
  partner_.on("/feed", in_turn({with(feed(rss("News")), {{"ETag", "\"one\""}}),
                                with(feed(""), {{"ETag", "\"none\""}})}));
  configure("/feed");
  pass(3);
  EXPECT_EQ(asked_for(2, "If-None-Match"), "\"one\"");
  EXPECT_EQ(state().at("items").to_number<int>(), 1);
}

TEST_F(Manners, ValidatorsOfALoginPageAreNotKept) {
  const Reply login{.headers = {{"Content-Type", "text/html"}, {"ETag", "\"login\""}},
                    .body =
                        "<!DOCTYPE html><html><head><title>Sign in</title></head><body><form method='post'>"
                        "<input name='user'><input type='password' name='password'></form></body></html>"};
  partner_.on("/feed", in_turn({with(feed(rss("News")), {{"ETag", "\"one\""}}), login}));
  configure("/feed");
  pass(2);
  EXPECT_EQ(state().at("state").as_string(), "blocked");
  pass();
  EXPECT_EQ(asked_for(2, "If-None-Match"), "\"one\"");
  EXPECT_THAT(site_.published("atom.xml"), HasSubstr("<entry")) << "nothing that was stored is touched";
}

TEST_F(Manners, ValidatorsThatStayWhileTheBodyChangesAreSentNoMore) {
  partner_.on("/feed", in_turn({with(feed(rss("News", 1)), {{"ETag", "\"stuck\""}}),
                                with(feed(rss("News", 3)), {{"ETag", "\"stuck\""}})}));
  configure("/feed");
  pass(3);
  EXPECT_EQ(asked_for(1, "If-None-Match"), "\"stuck\"");
  EXPECT_EQ(asked_for(2, "If-None-Match"), "");
}

TEST_F(Manners, A301AndA308AreRememberedFromTheirFirstSight) {
  for (const int status : {301, 308}) {
    HttpServer partner;
    partner.on("/old", redirect(status, partner.url("/new")));
    partner.on("/new", feed(rss("News")));
    Site site;
    site.configure({"{url: '" + partner.url("/old") + "', name: Partner}"});
    for (const auto* now : hours) ASSERT_EQ(site.run({"update", "--force"}, now).code, 0);
    EXPECT_EQ(partner.count("/old"), 1u) << status;
    EXPECT_EQ(partner.count("/new"), hours.size()) << status;
  }
}

TEST_F(Manners, A302A303AndA307AreNotRemembered) {
  for (const int status : {302, 303, 307}) {
    HttpServer partner;
    partner.on("/old", redirect(status, partner.url("/new")));
    partner.on("/new", feed(rss("News")));
    Site site;
    site.configure({"{url: '" + partner.url("/old") + "', name: Partner}"});
    for (const auto* now : hours) ASSERT_EQ(site.run({"update", "--force"}, now).code, 0);
    EXPECT_EQ(partner.count("/old"), hours.size()) << status;
  }
}

TEST_F(Manners, OfAMixedChainOnlyThePermanentBeginningIsRemembered) {
  partner_.on("/feed", redirect(301, partner_.url("/middle")));
  partner_.on("/middle", redirect(302, partner_.url("/today")));
  partner_.on("/today", redirect(301, partner_.url("/end")));
  partner_.on("/end", feed(rss("News")));
  configure("/feed");
  pass(3);
  EXPECT_EQ(partner_.count("/feed"), 1u);
  EXPECT_EQ(partner_.count("/middle"), 3u);
  EXPECT_EQ(partner_.count("/today"), 3u);
}

TEST_F(Manners, A301ToADeadOrWrongPageIsNotRemembered) {
  partner_.on("/feed", in_turn({feed(rss("News")), redirect(301, partner_.url("/dead")),
                                redirect(301, partner_.url("/page"))}));
  partner_.on("/dead", Reply{.status = 404});
  partner_.on("/page", Reply{.headers = {{"Content-Type", "text/html"}},
                             .body = "<!DOCTYPE html><html><body><h1>Welcome</h1></body></html>"});
  configure("/feed");
  pass(4);
  EXPECT_EQ(partner_.count("/feed"), 4u);
  EXPECT_EQ(state().at("state").as_string(), "failing");
}

TEST_F(Manners, OtherSchemesAreNotFollowed) {
  for (const std::string target : {"ftp://127.0.0.1/feed", "gopher://127.0.0.1/feed", "file:///etc/passwd"}) {
    HttpServer partner;
    partner.on("/feed", redirect(301, target));
    Site site;
    site.configure({"{url: '" + partner.url("/feed") + "', name: Partner}"});
    ASSERT_EQ(site.run({"update", "--force"}, hours[0]).code, 0);
    const auto said = site.run({"status", "--json"}, hours[0]);
    EXPECT_THAT(said.out, HasSubstr("only http and https")) << target;
  }
}

TEST_F(Manners, PrivateAddressesAreNotFollowed) {
  HttpServer inside({.address = "127.0.0.9"});
  inside.on("/feed", feed(rss("Secrets")));
  partner_.on("/feed", redirect(302, inside.url("/feed")));
  feed_ = partner_.url("/feed");
  site_.configure({"{url: '" + feed_ + "', name: Partner}"}, "fetch: {allow_addresses: [127.0.0.1/32]}\n");
  pass();
  EXPECT_EQ(inside.connections(), 0);
  EXPECT_THAT(std::string(state().at("last_error").as_string()), HasSubstr("127.0.0.9"));
}

TEST_F(Manners, AGoneFeedIsAskedNoMoreUntilItsAddressChanges) {
  partner_.on("/feed", Reply{.status = 410});
  partner_.on("/moved", feed(rss("News")));
  configure("/feed");
  pass(3);
  EXPECT_EQ(partner_.count("/feed"), 1u);
  EXPECT_EQ(state().at("state").as_string(), "gone");
  configure("/moved");
  pass();
  EXPECT_EQ(partner_.count("/moved"), 1u);
}

TEST_F(Manners, AMissingFeedIsAskedLessAndLessOften) {
  partner_.on("/feed", Reply{.status = 404});
  configure("/feed", ", interval: 1h");
  ASSERT_EQ(site_.run({"update"}, "2026-11-24T12:00:00Z").code, 0);
  ASSERT_EQ(site_.run({"update"}, "2026-11-24T13:13:00Z").code, 0);  // an hour, and jitter
  EXPECT_EQ(partner_.count("/feed"), 2u);
  ASSERT_EQ(site_.run({"update"}, "2026-11-24T14:26:00Z").code, 0);
  EXPECT_EQ(partner_.count("/feed"), 2u) << "two hours now";
  ASSERT_EQ(site_.run({"update"}, "2026-11-24T15:40:00Z").code, 0);
  EXPECT_EQ(partner_.count("/feed"), 3u);
}

TEST_F(Manners, RetryAfterIsHeededEvenWhenForcedAndOnlyUntilItIsOver) {
  for (const std::string wait : {"5400", "Tue, 24 Nov 2026 13:30:00 GMT"}) {
    HttpServer partner;
    partner.on("/feed",
               in_turn({Reply{.status = 503, .headers = {{"Retry-After", wait}}}, feed(rss("News"))}));
    Site site;
    site.configure({"{url: '" + partner.url("/feed") + "', name: Partner}"});
    ASSERT_EQ(site.run({"update", "--force"}, hours[0]).code, 0);
    ASSERT_EQ(site.run({"update", "--force"}, hours[1]).code, 0);
    EXPECT_EQ(partner.count("/feed"), 1u) << wait;
    ASSERT_EQ(site.run({"update", "--force"}, hours[2]).code, 0);
    EXPECT_EQ(partner.count("/feed"), 2u) << wait;
  }
}

TEST_F(Manners, APartnersFreshnessIsWaitedFor) {
  partner_.on("/feed", with(feed(rss("News")), {{"Cache-Control", "max-age=7200"}}));
  configure("/feed");
  ASSERT_EQ(site_.run({"update"}, hours[0]).code, 0);
  ASSERT_EQ(site_.run({"update"}, "2026-11-24T13:59:00Z").code, 0);
  EXPECT_EQ(partner_.count("/feed"), 1u);
  ASSERT_EQ(site_.run({"update"}, "2026-11-24T14:30:00Z").code, 0);
  EXPECT_EQ(partner_.count("/feed"), 2u);
}

TEST_F(Manners, OnlyWhatIsNewMayCome) {
  partner_.on(
      "/feed",
      in_turn(
          {with(feed(rss("News", 3)), {{"ETag", "\"one\""}}),
           Reply{.status = 226,
                 .headers = {{"Content-Type", "application/rss+xml"}, {"ETag", "\"two\""}, {"IM", "feed"}},
                 .body = rss("News", 1)}}));
  configure("/feed");
  pass(2);
  EXPECT_EQ(asked_for(0, "A-IM"), "") << "nothing is known yet that it could be the difference to";
  EXPECT_EQ(asked_for(1, "A-IM"), "feed");
  EXPECT_EQ(state().at("items").to_number<int>(), 3) << "what a 226 leaves out is not gone";
  pass();
  EXPECT_EQ(asked_for(2, "If-None-Match"), "\"two\"");
}

TEST_F(Manners, CredentialsStayWithTheirHost) {
  HttpServer elsewhere({.address = "127.0.0.8"});
  elsewhere.on("/feed", feed(rss("News")));
  partner_.on("/feed", redirect(302, elsewhere.url("/feed")));
  write_file(site_.folder() / "password", "quill and ink");
  configure("/feed", ", auth: {username: tributary, password_file: password}");
  pass();
  EXPECT_THAT(asked_for(0, "Authorization"), HasSubstr("Basic "));
  ASSERT_EQ(elsewhere.count("/feed"), 1u);
  EXPECT_FALSE(elsewhere.requests("/feed")[0].has("Authorization"));
}

TEST_F(Manners, EveryRequestSaysWhoAsksAndWhereToComplain) {
  partner_.on("/feed", feed(rss("News")));
  configure("/feed");
  pass();
  EXPECT_THAT(asked_for(0, "User-Agent"),
              testing::MatchesRegex("Tributary/[0-9.]+ \\(\\+https://partners.example.org/\\)"));
  EXPECT_EQ(partner_.count(), 1u) << "no robots.txt, no favicon, no guessed address";
}

TEST_F(Manners, NewGuidsForAllItemsFloodNobody) {
  const auto document = [](const std::string& prefix) {
    std::string out =
        "<rss version='2.0'><channel><title>News</title><link>https://partner.example.org/</link>";
    for (int i = 1; i <= 9; ++i) {
      const auto number = std::to_string(i);
      out += "<item><title>Piece " + number + "</title><link>https://partner.example.org/" + number +
             "</link><guid isPermaLink='false'>" + prefix + number + "</guid><pubDate>0" + number +
             " Nov 2026 08:00:00 GMT</pubDate></item>";
    }
    return feed(out + "</channel></rss>");
  };
  partner_.on("/feed", in_turn({document("old-"), document("new-")}));
  configure("/feed");
  pass(2);
  EXPECT_THAT(said_, HasSubstr(" 0 new items"));
}

TEST_F(Manners, ADateInTheFutureIsNotBelieved) {
  partner_.on("/feed",
              feed("<rss version='2.0'><channel><title>News</title><item><title>Soon</title>"
                   "<guid>a</guid><pubDate>Sun, 24 Nov 2030 08:00:00 GMT</pubDate></item></channel></rss>"));
  configure("/feed");
  pass();
  EXPECT_THAT(site_.published("atom.xml"), HasSubstr("2026-11-24T12:00:00Z"));
  EXPECT_THAT(site_.published("atom.xml"), Not(HasSubstr("2030-11-24")));
}

/// The slow one answers when all others have been asked: if one of them had to wait for it, neither ever
/// came.
TEST_F(Manners, ASlowPartnerAmongAHundredDelaysNoOther) {
  constexpr std::size_t others = 99, hosts = 33;
  const auto all_asked = std::make_shared<Gate>();
  HttpServer slow({.address = "127.0.0.100"});
  auto answer = feed(rss("Slow"));
  answer.gate = all_asked;
  slow.on("/feed", answer);
  std::atomic<std::size_t> asked = 0;
  std::vector<std::unique_ptr<HttpServer>> quick;
  std::vector<std::string> feeds{"{url: '" + slow.url("/feed") + "', name: Slow}"};
  for (std::size_t host = 0; host < hosts; ++host) {
    quick.push_back(std::make_unique<HttpServer>(
        HttpServer::Options{.address = "127.0.0." + std::to_string(101 + host)}));
    quick.back()->otherwise([&](const Seen& seen) {
      if (++asked == others) all_asked->open();
      return feed(rss("Quick " + seen.target));
    });
    for (std::size_t i = 0; i < others / hosts; ++i) {
      const auto number = std::to_string(feeds.size());
      feeds.push_back("{url: '" + quick.back()->url("/" + number) + "', name: Quick " + number + "}");
    }
  }
  site_.configure(feeds, "fetch: {allow_addresses: [127.0.0.0/8], timeout: 60s, concurrency: 4}\n");
  pass();
  EXPECT_EQ(asked, others);
  EXPECT_THAT(said_, HasSubstr("100 fetched, 0 failed"));
  EXPECT_EQ(state().at("last_status").to_number<int>(), 200);
}

}  // namespace
