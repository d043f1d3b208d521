#include "store/canonical_url.hpp"

#include <gtest/gtest.h>

namespace tributary::store {
namespace {

constexpr auto page = "https://example.org/news/1";

TEST(CanonicalUrl, SpellingsOfOnePageAreOne) {
  for (const auto* spelling : {"http://example.org/news/1",
                               "HTTPS://Example.ORG/news/1",
                               "https://www.example.org/news/1/",
                               "http://example.org:80/news/1",
                               "https://example.org:443/news/1",
                               "https://user:pw@example.org/news/1",
                               "https://example.org/news/1#comments",
                               "https://example.org/news/1?utm_source=rss&utm_medium=feed",
                               "https://example.org/news/1?fbclid=IwAR0&ref=rss",
                               "https://example.org/news/./x/../1",
                               "https://example.org/%6Eews/1",
                               "https://example.org./news/1",
                               "https://example.org/news/1/amp/",
                               "https://example.org/news/1?amp=1",
                               "https://m.example.org/news/1",
                               "https://www.google.com/amp/s/example.org/news/1",
                               "https://example-org.cdn.ampproject.org/c/s/example.org/news/1/amp",
                               " https://example.org/news/1\n",
                               "https://example.org/news/1;jsessionid=AB12",
                               "https://example.org/news/1?"}) {
    EXPECT_EQ(canonical_url(spelling), page) << spelling;
  }
}

TEST(CanonicalUrl, DifferentPagesStayDifferent) {
  for (const auto* other :
       {"https://example.org/news/2", "https://example.org/News/1", "https://example.org/news/1?id=2",
        "https://example.net/news/1", "https://example.org:8080/news/1", "https://de.example.org/news/1",
        "https://example.org/news/1?ref=main", "https://example.org/news/1?page=2",
        "https://example.org/camp"}) {
    EXPECT_NE(canonical_url(other), page) << other;
  }
  EXPECT_NE(canonical_url("https://example.org/camp"), canonical_url("https://example.org/c"));
}

TEST(CanonicalUrl, TheOrderOfParametersSaysNothing) {
  EXPECT_EQ(canonical_url("https://example.org/?b=2&utm_campaign=x&a=1"),
            canonical_url("http://example.org/?a=1&b=2"));
}

TEST(CanonicalUrl, AShortHostThatLooksMobileIsKept) {
  EXPECT_EQ(canonical_url("https://m.org/a"), "https://m.org/a");
}

TEST(CanonicalUrl, OnlyTheWebHasPages) {
  EXPECT_EQ(canonical_url("mailto:a@example.org"), "");
  EXPECT_EQ(canonical_url("urn:isbn:1"), "");
  EXPECT_EQ(canonical_url(""), "");
  EXPECT_EQ(canonical_url("/relative"), "");
}

TEST(CanonicalUrl, AFragmentIsKeptWhereItTellsEntriesOfOnePageApart) {
  EXPECT_EQ(canonical_url_with_fragment("https://example.org/log#v2"), "https://example.org/log#v2");
  EXPECT_EQ(canonical_url_with_fragment("https://example.org/log#xtor=RSS-1"), "https://example.org/log");
}

TEST(CanonicalUrl, AFrontPageSaysNothingOfAnItem) {
  EXPECT_TRUE(is_front_page(canonical_url("https://example.org")));
  EXPECT_TRUE(is_front_page(canonical_url("https://www.example.org/?utm_source=x")));
  EXPECT_FALSE(is_front_page(canonical_url("https://example.org/?p=1")));
}

}  // namespace
}  // namespace tributary::store
