#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/entries.hpp"
#include "tests/server/wire.hpp"

// RFC 3229 with "A-IM: feed": who says which version he has gets only the entries that it had not.

using namespace tributary::server;
using namespace tributary::server::test;
using testing::HasSubstr;
using testing::Not;

namespace {

std::string entry(const std::string& id, const std::string& title = "t") {
  return "<entry><id>" + id + "</id><title a=\">\">" + title + "</title></entry>\n";
}

std::string atom(const std::string& entries, const std::string& updated = "2026-01-01T00:00:00Z") {
  return "<?xml version=\"1.0\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" "
         "xmlns:at=\"http://purl.org/atompub/tombstones/1.0\">\n"
         "<updated>" +
         updated + "</updated>\n" + entries + "</feed>\n";
}

class ServerDelta : public testing::Test {
 protected:
  // Publishes and returns the tag.
  std::string publish(const std::string& bytes, const std::string& path = "atom.xml") const {
    wire.publish(path, bytes);
    return wire.ask(get("/" + path)).field("etag");
  }
  Response ask(const std::string& tag, const std::string& im = "feed",
               const std::string& path = "/atom.xml") const {
    return wire.ask(get(path, "A-IM: " + im + "\r\nIf-None-Match: " + tag + "\r\n"));
  }
  Wire wire;
};

}  // namespace

TEST_F(ServerDelta, OnlyWhatIsNewIsSentAs226) {
  const auto before = publish(atom(entry("a") + entry("b")));
  const auto after = publish(atom(entry("c") + entry("a") + entry("b"), "2026-01-02T00:00:00Z"));
  const auto response = ask(before);
  EXPECT_EQ(response.line, "HTTP/1.1 226 IM Used");
  EXPECT_EQ(response.field("im"), "feed");
  EXPECT_EQ(response.field("etag"), after) << "the tag is of the whole document";
  EXPECT_EQ(response.field("delta-base"), before);
  EXPECT_EQ(response.field("vary"), "Accept-Encoding, A-IM, If-None-Match");
  EXPECT_EQ(response.field("content-type"), "application/atom+xml; charset=utf-8");
  EXPECT_EQ(response.body, atom(entry("c"), "2026-01-02T00:00:00Z"));
}

TEST_F(ServerDelta, AnEditedEntryAndATombstoneAreNews) {
  const auto before = publish(atom(entry("a") + entry("b") + entry("c")));
  const std::string tombstone = "<at:deleted-entry ref=\"b\" when=\"2026-01-02T00:00:00Z\"/>\n";
  publish(atom(tombstone + entry("a", "edited") + entry("c")));
  EXPECT_EQ(ask(before).body, atom(tombstone + entry("a", "edited")));
}

TEST_F(ServerDelta, TheCurrentVersionIs304) {
  const auto tag = publish(atom(entry("a")));
  EXPECT_EQ(ask(tag).status, 304);
}

TEST_F(ServerDelta, SeveralVersionsBackStillWork) {
  const auto first = publish(atom(entry("0")));
  std::string entries = entry("0");
  for (int i = 1; i < 30; ++i) {
    entries = entry(std::to_string(i)) + entries;
    publish(atom(entries));
  }
  const auto response = ask("\"unknown\", " + first);
  EXPECT_EQ(response.status, 226);
  EXPECT_THAT(response.body, HasSubstr("<id>29</id>"));
  EXPECT_THAT(response.body, HasSubstr("<id>1</id>"));
  EXPECT_THAT(response.body, Not(HasSubstr("<id>0</id>")));
}

TEST_F(ServerDelta, WithoutAKnownVersionOrAWishForItTheWholeIsSent) {
  const auto before = publish(atom(entry("a")));
  publish(atom(entry("b") + entry("a")));
  EXPECT_EQ(ask("\"unknown\"").status, 200);
  EXPECT_EQ(ask(before, "vcdiff").status, 200);
  EXPECT_EQ(ask(before, "feed;q=0").status, 200);
  EXPECT_EQ(ask(before, "vcdiff, FEED;q=0.3").status, 226);
  EXPECT_EQ(wire.ask(get("/atom.xml", "If-None-Match: " + before + "\r\n")).status, 200);
  EXPECT_EQ(wire.ask(get("/atom.xml", "A-IM: feed\r\n")).status, 200);
}

TEST_F(ServerDelta, NothingInCommonMeansTheWhole) {
  const auto before = publish(atom(entry("a")));
  publish(atom(entry("b")));
  EXPECT_EQ(ask(before).status, 200);
}

TEST_F(ServerDelta, ADeltaMayBeCompressedAndItsTagIsOfThatForm) {
  const auto before = publish(atom(entry("a")));
  publish(atom(entry("b", std::string(3000, 'x')) + entry("a")));
  const auto response =
      wire.ask(get("/atom.xml", "A-IM: feed\r\nAccept-Encoding: gzip\r\nIf-None-Match: " + before + "\r\n"));
  EXPECT_EQ(response.status, 226);
  EXPECT_EQ(response.field("content-encoding"), "gzip");
  const auto again = wire.ask(get("/atom.xml", "A-IM: feed\r\nAccept-Encoding: gzip\r\nIf-None-Match: " +
                                                   response.field("etag") + "\r\n"));
  EXPECT_EQ(again.status, 304);
}

TEST_F(ServerDelta, HeadSaysWhatGetWouldSay) {
  const auto before = publish(atom(entry("a")));
  publish(atom(entry("b") + entry("a")));
  const auto whole = ask(before);
  const auto response = wire.ask(head("/atom.xml", "A-IM: feed\r\nIf-None-Match: " + before + "\r\n"));
  EXPECT_EQ(response.status, 226);
  EXPECT_EQ(response.field("content-length"), whole.field("content-length"));
}

TEST_F(ServerDelta, RssIsCutAtItsItems) {
  const auto rss = [](const std::string& items) {
    return "<rss version=\"2.0\"><channel><title>t</title><image><title>item</title></image>" + items +
           "</channel></rss>";
  };
  const auto before = publish(rss("<item><guid>a</guid></item>"), "rss.xml");
  publish(rss("<item><guid>b</guid></item><item><guid>a</guid></item>"), "rss.xml");
  EXPECT_EQ(ask(before, "feed", "/rss.xml").body, rss("<item><guid>b</guid></item>"));
}

TEST_F(ServerDelta, ArchivePagesAndOtherFilesHaveNone) {
  const auto before = publish(atom(entry("a")), "archive/000001.xml");
  publish(atom(entry("b") + entry("a")), "archive/000001.xml");
  EXPECT_EQ(ask(before, "feed", "/archive/000001.xml").status, 200);
}

TEST(ServerSlices, MarkupThatOnlyLooksLikeAnEntryIsNone) {
  const auto slices = slice(
      "<!DOCTYPE feed><feed><!-- <entry> "
      "--><title><![CDATA[<entry>]]></title><x:wrap><entry>inner</entry></x:wrap>"
      "<a:entry x='</entry>'><source><entry/></source></a:entry></feed>");
  ASSERT_TRUE(slices);
  ASSERT_EQ(slices->entries.size(), 1u);
  EXPECT_EQ(slices->entries[0].bytes, "<a:entry x='</entry>'><source><entry/></source></a:entry>");
  EXPECT_EQ(slices->end, "</feed>");
}

TEST(ServerSlices, WhatIsNoWholeFeedIsNotCut) {
  for (const char* document :
       {"", "text", "<html></html>", "<feed>", "<feed><entry></feed>", "<feed/>", "<feed><entry x=\"></feed>",
        "<feed></feed><feed></feed>", "<feed><!-- </feed>", "</feed>", "<feed></feed></feed>"}) {
    EXPECT_FALSE(slice(document)) << document;
  }
}

TEST(ServerSlices, OldVersionsAreForgottenBeforeMemoryGrows) {
  KnownVersions versions(100);
  for (int i = 0; i < 1000; ++i) versions.add(std::to_string(i), atom(entry(std::to_string(i))));
  EXPECT_EQ(versions.find("0"), nullptr);
  EXPECT_NE(versions.find("999"), nullptr);
}
