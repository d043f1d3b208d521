#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/hash.hpp"
#include "tests/server/wire.hpp"

using namespace tributary::server;
using namespace tributary::server::test;
using testing::HasSubstr;
using testing::Not;

TEST(ServerHeaders, APageMayRunNoScriptAndBeFramedByItsOwnSiteOnly) {
  Wire wire;
  wire.publish("index.html",
               "<!doctype html><style>p{color:red}</style><p>x</p><style media=print>a{}</style></html>");
  const auto response = wire.ask(get("/"));
  const auto policy = response.field("content-security-policy");
  EXPECT_THAT(policy, HasSubstr("default-src 'none'"));
  EXPECT_THAT(policy, Not(HasSubstr("script-src")));
  EXPECT_THAT(policy, Not(HasSubstr("unsafe-inline")));
  EXPECT_THAT(policy, HasSubstr("base-uri 'none'"));
  EXPECT_THAT(policy, HasSubstr("frame-ancestors 'self'"));
  EXPECT_THAT(policy, HasSubstr("style-src 'self' 'sha256-" + sha256_base64("p{color:red}") + "' 'sha256-" +
                                sha256_base64("a{}") + "'"));
  EXPECT_EQ(response.field("x-frame-options"), "SAMEORIGIN");
  EXPECT_EQ(response.field("x-content-type-options"), "nosniff");
  EXPECT_EQ(response.field("referrer-policy"), "strict-origin-when-cross-origin");
  EXPECT_FALSE(response.has("access-control-allow-origin"));
}

TEST(ServerHeaders, ErrorPagesAreAsCareful) {
  Wire wire;
  for (const char* target : {"/missing", "/%zz"}) {
    const auto response = wire.ask(get(target));
    EXPECT_THAT(response.field("content-security-policy"), HasSubstr("default-src 'none'")) << target;
    EXPECT_EQ(response.field("x-content-type-options"), "nosniff") << target;
  }
}

TEST(ServerHeaders, AnEmbedMayBeFramedByEverybodyAndKeptForHours) {
  Wire wire;
  wire.publish("embed.html", "<!doctype html><p>x</p></html>");
  const auto response = wire.ask(get("/embed.html"));
  EXPECT_THAT(response.field("content-security-policy"), HasSubstr("frame-ancestors *"));
  EXPECT_FALSE(response.has("x-frame-options"));
  EXPECT_THAT(response.field("cache-control"), HasSubstr("max-age=3600, stale-while-revalidate=86400"));
}

TEST(ServerHeaders, WhatPartnersReadByProgramMayBeReadFromTheirPages) {
  Wire wire;
  wire.publish("atom.xml", "<feed xmlns='http://www.w3.org/2005/Atom'/>");
  wire.publish("embed-fragment.html", "<ul></ul>");
  wire.publish("oembed.json", "{}");
  for (const char* target : {"/atom.xml", "/embed-fragment.html", "/oembed.json"}) {
    const auto response = wire.ask(get(target, "Origin: https://example.net\r\n"));
    EXPECT_EQ(response.field("access-control-allow-origin"), "*") << target;
    EXPECT_THAT(response.field("access-control-expose-headers"), HasSubstr("ETag")) << target;
    EXPECT_FALSE(response.has("access-control-allow-credentials")) << target;
  }
  const auto unchanged = wire.ask(get("/atom.xml", "If-None-Match: *\r\n"));
  EXPECT_EQ(unchanged.field("access-control-allow-origin"), "*");
}

TEST(ServerHeaders, APreflightAllowsConditionalRequests) {
  Wire wire;
  const auto response = wire.ask(
      "OPTIONS /atom.xml HTTP/1.1\r\nHost: x\r\nOrigin: "
      "https://example.net\r\nAccess-Control-Request-Method: GET\r\n"
      "Access-Control-Request-Headers: if-none-match\r\n\r\n");
  EXPECT_EQ(response.status, 204);
  EXPECT_EQ(response.field("access-control-allow-origin"), "*");
  EXPECT_THAT(response.field("access-control-allow-methods"), HasSubstr("GET"));
  EXPECT_THAT(response.field("access-control-allow-headers"), HasSubstr("If-None-Match"));
}

TEST(ServerHeaders, CachesMayShowTheLastVersionWhileTheyAskForTheNext) {
  Wire wire;
  wire.publish("index.html", "x");
  wire.publish("atom.xml", "<feed xmlns='http://www.w3.org/2005/Atom'/>");
  wire.publish("archive/000001.xml", "<feed xmlns='http://www.w3.org/2005/Atom'/>");
  for (const char* target : {"/", "/atom.xml"}) {
    EXPECT_THAT(wire.ask(get(target)).field("cache-control"),
                HasSubstr("public, max-age=60, stale-while-revalidate="))
        << target;
  }
  EXPECT_THAT(wire.ask(get("/archive/000001.xml")).field("cache-control"), HasSubstr("max-age=3600"));
  EXPECT_THAT(wire.ask(get("/missing")).field("cache-control"), HasSubstr("no-cache"));
}

TEST(ServerHeaders, AFeedNamesItsHubAndItself) {
  Wire wire({.site_url = "https://partners.example.org/", .hub_url = "https://partners.example.org/hub"});
  wire.publish("topics/business/atom.xml", "<feed xmlns='http://www.w3.org/2005/Atom'/>");
  wire.publish("index.html", "x");
  EXPECT_EQ(wire.ask(get("/topics/business/atom.xml")).field("link"),
            "<https://partners.example.org/hub>; rel=\"hub\", "
            "<https://partners.example.org/topics/business/atom.xml>; rel=\"self\"");
  EXPECT_FALSE(wire.ask(get("/")).has("link"));
}

TEST(ServerHeaders, ReloadChangesWhatLinksSay) {
  Wire wire({.site_url = "https://partners.example.org/", .hub_url = "https://partners.example.org/hub"});
  wire.publish("atom.xml", "<feed xmlns='http://www.w3.org/2005/Atom'/>");
  EXPECT_TRUE(wire.ask(get("/atom.xml")).has("link"));
  wire.on_thread([&](Server& server) { server.reload(wire.folder(), "https://partners.example.org/", ""); });
  EXPECT_FALSE(wire.ask(get("/atom.xml")).has("link"));
}

TEST(ServerHeaders, NoAnswerNamesTheSoftwareOrSetsACookie) {
  Wire wire;
  wire.publish("index.html", "x");
  const auto response = wire.ask(get("/"));
  EXPECT_FALSE(response.has("server"));
  EXPECT_FALSE(response.has("set-cookie"));
}

TEST(ServerCounters, RequestsConnectionsAndBytesAreCounted) {
  Wire wire;
  wire.publish("index.html", "front");
  auto client = wire.client();
  client.exchange(get("/"));
  client.exchange(get("/missing"));
  client.exchange(get("/", "If-None-Match: *\r\n"));
  const auto counters = wire.counters();
  EXPECT_EQ(counters.requests, 3u);
  EXPECT_EQ(counters.by_class[2], 1u);
  EXPECT_EQ(counters.by_class[3], 1u);
  EXPECT_EQ(counters.by_class[4], 1u);
  EXPECT_EQ(counters.not_modified, 1u);
  EXPECT_EQ(counters.accepted, 1u);
  EXPECT_EQ(counters.open, 1u);
  EXPECT_GT(counters.cached_bytes, 0u);
}
