#include <gtest/gtest.h>

#include "parser/parser.hpp"

using namespace tributary;
using namespace tributary::parser;

TEST(Discover, NamesTheFeedsOfAPageInDocumentOrderWithoutDuplicates) {
  const auto links = discover(R"page(<!DOCTYPE html><html><head>
    <link rel="stylesheet alternate" type="text/xml" href="/style">
    <link rel="alternate" type="application/rss+xml; charset=utf-8" title="News &amp; more" href="/news.rss">
    <LINK REL=Alternate TYPE=application/atom+xml HREF='news.atom'>
    <link rel="alternate" hreflang="fr" href="/fr/">
    <link rel="alternate" type="application/rss+xml" href="/news.rss">
    <link rel="feed" href="/any">
    <link rel="alternate" type="application/rss+xml" href="javascript:alert(1)">
    <script>document.write('<link rel="feed" href="/no">')</script>
    <!-- <link rel="feed" href="/no"> -->
    </head><body>…</body></html>)page",
                              "https://example.org/blog/");
  ASSERT_EQ(links.size(), 3u);
  EXPECT_EQ(links[0].href, "https://example.org/news.rss");
  EXPECT_EQ(links[0].title, "News & more");
  EXPECT_EQ(links[1].href, "https://example.org/blog/news.atom");
  EXPECT_EQ(links[2].href, "https://example.org/any");
}

TEST(Discover, TheFirstBaseElementCounts) {
  const auto links =
      discover(R"(<link rel=feed href=a><base href="/x/"><base href="/y/"><link rel=feed href=b>)",
               "https://example.org/");
  ASSERT_EQ(links.size(), 2u);
  EXPECT_EQ(links[0].href, "https://example.org/x/a");
  EXPECT_EQ(links[1].href, "https://example.org/x/b");
}

TEST(Discover, AFeedSchemeStandsForHttp) {
  const auto links = discover(
      R"(<link rel=feed href="feed://example.org/a"><link rel=feed href="feed:https://example.org/b">)", "");
  ASSERT_EQ(links.size(), 2u);
  EXPECT_EQ(links[0].href, "http://example.org/a");
  EXPECT_EQ(links[1].href, "https://example.org/b");
}
