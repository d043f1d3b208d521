#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fetcher/fetcher.hpp"

namespace tributary::fetcher {
namespace {

using testing::HasSubstr;

Verdict of(int status, std::string body = {}) {
  return judge(Answer{.url = "https://example.org/feed", .status = status, .body = std::move(body)});
}
std::string words(const Verdict& verdict) {
  return verdict.error ? verdict.error->detail : std::string();
}

TEST(Judge, WhatMayBeAFeedPasses) {
  for (const auto* body :
       {"<rss/>", "\xEF\xBB\xBF  <?xml version='1.0'?><!-- made by hand --><feed/>", "{\"version\":\"x\"}",
        "<!DOCTYPE rss [<!ENTITY a 'b'>]><rss/>", "<rdf:RDF/>", "\xFF\xFE<\0r\0", "not xml at all",
        "<!-- <html> --><rss/>",
        "<?xml-stylesheet href='x'?><rss><channel><title>log in</title></channel></rss>"}) {
    EXPECT_EQ(of(200, body).status, FeedStatus::ok) << body;
    EXPECT_FALSE(of(200, body).error) << body;
  }
  EXPECT_FALSE(of(304).error);
}

TEST(Judge, AFailureKeepsItsWords) {
  const auto verdict = judge(Answer{.error = Error{ErrorKind::timeout, "x", "gave up"}});
  EXPECT_EQ(verdict.status, FeedStatus::failing);
  EXPECT_EQ(words(verdict), "gave up");
}

TEST(Judge, AnEmptyBodyIsNoFeed) {
  for (const auto* body : {"", " \n\t", "\xEF\xBB\xBF"}) {
    const auto verdict = of(200, body);
    EXPECT_EQ(verdict.status, FeedStatus::failing);
    EXPECT_THAT(words(verdict), HasSubstr("empty"));
  }
}

TEST(Judge, StatusesAreSaidInWords) {
  EXPECT_EQ(of(410).status, FeedStatus::gone);
  EXPECT_THAT(words(of(410)), HasSubstr("gone"));
  for (const int status : {204, 206, 300, 302, 400, 401, 403, 404, 406, 418, 429, 451, 500, 502, 503, 504}) {
    const auto verdict = of(status, "x");
    EXPECT_EQ(verdict.status, FeedStatus::failing) << status;
    EXPECT_EQ(verdict.error->kind, ErrorKind::http) << status;
    EXPECT_THAT(words(verdict), HasSubstr(std::to_string(status)));
  }
  EXPECT_THAT(words(of(401)), HasSubstr("auth"));
}

TEST(Judge, AGonePageBehindATemporaryRedirectDoesNotEndTheFeed) {
  Answer answer{.url = "https://example.org/b", .redirects = {{302, "https://example.org/b"}}, .status = 410};
  EXPECT_EQ(judge(answer).status, FeedStatus::failing);
  answer.redirects = {{301, "https://example.org/b"}};
  answer.permanent_url = "https://example.org/b";
  EXPECT_EQ(judge(answer).status, FeedStatus::gone);
}

TEST(Judge, WebPagesAreNamed) {
  const auto verdict =
      of(200, "<!-- x --><!DOCTYPE html>\n<html><head><title>News</title></head><body>Hello</body></html>");
  EXPECT_EQ(verdict.status, FeedStatus::failing);
  EXPECT_EQ(verdict.error->kind, ErrorKind::not_a_feed);
  EXPECT_THAT(words(verdict), HasSubstr("web page"));
  EXPECT_THAT(
      words(of(200, "<HTML><HEAD><LINK rel='alternate' TYPE='application/rss+xml' href='/f'></HEAD>")),
      HasSubstr("names a feed"));
}

TEST(Judge, ChallengePagesAreBlocked) {
  for (const int status : {200, 403, 429, 503}) {
    const auto verdict = of(status,
                            "<!DOCTYPE html><html><head><title>Just a "
                            "moment...</title></head><script>window._cf_chl_opt={}</script>");
    EXPECT_EQ(verdict.status, FeedStatus::blocked) << status;
    EXPECT_EQ(verdict.error->kind, ErrorKind::blocked);
    EXPECT_THAT(words(verdict), HasSubstr("Cloudflare"));
  }
  EXPECT_EQ(of(403, "<html><body>Please solve the CAPTCHA</body></html>").status, FeedStatus::blocked);
  EXPECT_EQ(judge(Answer{.status = 403, .challenge = "cf-mitigated: challenge"}).status, FeedStatus::blocked);
}

TEST(Judge, AFeedBehindAWallThatLetUsThroughIsAFeed) {
  EXPECT_FALSE(judge(Answer{.status = 200, .challenge = "cf-mitigated: none", .body = "<rss/>"}).error);
}

TEST(Judge, ACaptchaInAContactFormIsNoWall) {
  EXPECT_EQ(of(200, "<html><body><form><div class='g-recaptcha'></div></form></body></html>").status,
            FeedStatus::failing);
}

TEST(Judge, LoginPagesAreBlocked) {
  EXPECT_EQ(of(200, "<html><body><form><input type=\"password\" name=p></form></body></html>").status,
            FeedStatus::blocked);
  EXPECT_EQ(of(200, "<html><head><title>Sign in</title></head></html>").status, FeedStatus::blocked);
  const Answer answer{.url = "https://example.org/wp-login.php?x",
                      .redirects = {{302, "https://example.org/wp-login.php"}},
                      .status = 200,
                      .body = "<html></html>"};
  EXPECT_EQ(judge(answer).status, FeedStatus::blocked);
}

TEST(Judge, ParkedDomainsAreNamed) {
  const auto verdict = of(200, "<html><body>example.org: this domain is for sale!</body></html>");
  EXPECT_EQ(verdict.status, FeedStatus::failing);
  EXPECT_THAT(words(verdict), HasSubstr("domain"));
}

TEST(Judge, APartialAnswerMustBeOfTheKindWeAskedFor) {
  EXPECT_FALSE(judge(Answer{.status = 226, .im = "feed", .body = "<rss/>"}).error);
  EXPECT_FALSE(judge(Answer{.status = 226, .im = "feed, gzip", .body = "<rss/>"}).error);
  EXPECT_TRUE(judge(Answer{.status = 226, .im = "vcdiff", .body = "<rss/>"}).error);
  EXPECT_TRUE(judge(Answer{.status = 226, .im = "feedx", .body = "<rss/>"}).error);
  EXPECT_TRUE(judge(Answer{.status = 226, .body = "<rss/>"}).error);
}

TEST(Discovery, OnlyAnOrdinaryPageMayNameItsFeed) {
  const std::string link = "<html><head><link rel=alternate type='application/atom+xml' href='/feed'>";
  EXPECT_TRUE(may_name_a_feed(Answer{.status = 200, .body = link}));
  EXPECT_FALSE(may_name_a_feed(Answer{.status = 404, .body = link}));
  EXPECT_FALSE(may_name_a_feed(Answer{.status = 200, .body = "<html>"}));
  EXPECT_FALSE(may_name_a_feed(Answer{.status = 200, .body = link + "<input type=password>"}));
  EXPECT_FALSE(may_name_a_feed(Answer{.status = 200, .body = link + "<title>Just a moment...</title>"}));
}

TEST(Discovery, AnAdoptedFeedIsWhereItWasFound) {
  const Answer page{
      .feed = "key", .requested_url = "https://example.org/", .url = "https://example.org/", .status = 200};
  const Answer feed{.requested_url = "https://example.org/feed",
                    .url = "https://example.org/feed",
                    .status = 200,
                    .body = "<rss/>"};
  const auto adopted = adopt(page, feed);
  EXPECT_EQ(adopted.feed, "key");
  EXPECT_EQ(adopted.requested_url, "https://example.org/");
  EXPECT_EQ(adopted.permanent_url, "https://example.org/feed");
  const Feed parsed;
  const auto state =
      after({.key = "key", .configured_url = "https://example.org/", .url = "https://example.org/"}, adopted,
            &parsed, std::nullopt, {}, {}, Timestamp{}, 0);
  EXPECT_EQ(state.url, "https://example.org/feed");
  EXPECT_EQ(state.status, FeedStatus::moved);
}

}  // namespace
}  // namespace tributary::fetcher
