#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/server/wire.hpp"

using namespace tributary::server;
using namespace tributary::server::test;
using testing::HasSubstr;

TEST(ServerFiles, APublishedFileIsServedWithItsLengthTypeAndTag) {
  Wire wire;
  wire.publish("atom.xml", "<?xml version=\"1.0\"?><feed xmlns=\"http://www.w3.org/2005/Atom\"/>");
  const auto response = wire.ask(get("/atom.xml"));
  EXPECT_EQ(response.line, "HTTP/1.1 200 OK");
  EXPECT_EQ(response.body, "<?xml version=\"1.0\"?><feed xmlns=\"http://www.w3.org/2005/Atom\"/>");
  EXPECT_EQ(response.field("content-length"), std::to_string(response.body.size()));
  EXPECT_EQ(response.field("content-type"), "application/atom+xml; charset=utf-8");
  EXPECT_THAT(response.field("etag"), testing::MatchesRegex("\"[A-Za-z0-9_-]{22}\""));
  EXPECT_TRUE(response.has("last-modified"));
  EXPECT_TRUE(response.has("date"));
}

TEST(ServerFiles, AFolderIsItsIndexPage) {
  Wire wire;
  wire.publish("index.html", "front");
  wire.publish("topics/business/index.html", "business");
  EXPECT_EQ(wire.ask(get("/")).body, "front");
  EXPECT_EQ(wire.ask(get("/")).field("content-type"), "text/html; charset=utf-8");
  EXPECT_EQ(wire.ask(get("/topics/business/")).body, "business");
}

TEST(ServerFiles, AFolderWithoutSlashRedirectsAndKeepsTheQuery) {
  Wire wire;
  wire.publish("topics/business/index.html", "business");
  const auto response = wire.ask(get("/topics/business?count=3"));
  EXPECT_EQ(response.status, 301);
  EXPECT_EQ(response.field("location"), "/topics/business/?count=3");
}
