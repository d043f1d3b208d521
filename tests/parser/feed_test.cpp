// What a partner's document comes out as, format by format: the plain cases. The odd ones are fixtures.
#include <gtest/gtest.h>

#include "parser/parser.hpp"

namespace {

using namespace tributary;

Feed read(std::string_view text, std::string base = {}) {
  auto feed = parser::parse({.bytes = text, .name = "test", .base = std::move(base)});
  EXPECT_TRUE(feed) << (feed ? "" : feed.error().detail);
  return feed.value_or(Feed{});
}

TEST(Parser, RssItemGivesItsMembers) {
  const Feed feed =
      read(R"(<rss version="2.0"><channel><title>City Library</title><link>https://library.example.org/</link>
    <item><title>AT&amp;T</title><link>/news/1</link><guid isPermaLink="false">n1</guid>
    <pubDate>Thu, 01 Jan 2004 19:48:21 GMT</pubDate><description>&lt;p&gt;Open&lt;/p&gt;</description></item></channel></rss>)");
  EXPECT_EQ(feed.format, "rss-2.0");
  EXPECT_TRUE(feed.well_formed);
  ASSERT_EQ(feed.items.size(), 1U);
  const Item& item = feed.items.front();
  EXPECT_EQ(item.id, "n1");
  EXPECT_EQ(item.id_is_permalink, false);
  EXPECT_EQ(item.link, "https://library.example.org/news/1");
  EXPECT_EQ(item.title->plain, "AT&T");
  EXPECT_EQ(item.summary->type, Text::Type::html);
  EXPECT_EQ(item.summary->html.view(), "<p>Open</p>");
  EXPECT_EQ(to_rfc3339(item.published.value()), "2004-01-01T19:48:21Z");
}

TEST(Parser, AtomEntryGivesItsMembers) {
  const Feed feed = read(R"(<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>Museum</title>
    <entry><id>tag:example.org,2004:1</id><title type="html">A &amp;amp; B</title><link href="x/1"/>
    <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><b>Hi</b> <i>there</i></div></content></entry></feed>)",
                         "https://museum.example.org/feed");
  EXPECT_EQ(feed.format, "atom-1.0");
  EXPECT_EQ(feed.details.language, "en");
  ASSERT_EQ(feed.items.size(), 1U);
  const Item& item = feed.items.front();
  EXPECT_EQ(item.link, "https://museum.example.org/x/1");
  EXPECT_EQ(item.title->html.view(), "A &amp; B");
  ASSERT_EQ(item.content.size(), 1U);
  EXPECT_EQ(item.content.front().type, Text::Type::xhtml);
  EXPECT_EQ(item.content.front().html.view(), "<b>Hi</b> <i>there</i>");
}

TEST(Parser, JsonFeedItemGivesItsMembers) {
  const Feed feed = read(
      R"({"version":"https://jsonfeed.org/version/1.1","title":"School","home_page_url":"https://school.example.org/",
    "items":[{"id":7,"url":"/a","content_html":"<p>x</p>","attachments":[{"url":"/a.mp3","mime_type":"audio/mpeg","size_in_bytes":5}]}]})");
  EXPECT_EQ(feed.format, "json-feed-1.1");
  ASSERT_EQ(feed.items.size(), 1U);
  const Item& item = feed.items.front();
  EXPECT_EQ(item.id, "7");
  EXPECT_EQ(item.link, "https://school.example.org/a");
  ASSERT_EQ(item.enclosures.size(), 1U);
  EXPECT_EQ(item.enclosures.front().url, "https://school.example.org/a.mp3");
  EXPECT_EQ(item.enclosures.front().length, 5U);
}

TEST(Parser, WhatIsNoFeedIsRefusedWithAReason) {
  for (const auto* text : {"", " \n", "<html><body/></html>", "<!DOCTYPE html><p>x", "<opml version='2.0'/>",
                           "hello", "[1,2]", "{\"a\":1}"}) {
    const auto feed = parser::parse({.bytes = text, .name = "test"});
    ASSERT_FALSE(feed) << text;
    EXPECT_EQ(feed.error().kind, ErrorKind::not_a_feed);
    EXPECT_FALSE(feed.error().detail.empty());
  }
}

}  // namespace
