// Where a fault is, in the partner's own document: whatever charset it is in, and whether it had to be
// repaired.
#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "parser/parser.hpp"

using namespace tributary;

namespace {

std::pair<int, int> place_of(std::string_view code, std::string_view document, std::string_view type = {}) {
  const auto feed =
      parser::parse({.bytes = document, .name = "sample", .base = "", .content_type = std::string(type)});
  if (!feed) return {-1, -1};
  const auto found = std::ranges::find(feed->warnings, code, &Warning::code);
  return found == feed->warnings.end() ? std::pair(-2, -2) : std::pair(found->line, found->column);
}

const std::string item = "<item><title>A</title><guid>a</guid><pubDate>soon</pubDate></item>";

std::string rss(const std::string& inside) {
  return "<rss version='2.0'><channel><title>T</title>\n" + inside + "\n</channel></rss>\n";
}

}  // namespace

TEST(Places, OfAnElementAreWhereItsTagBegins) {
  EXPECT_EQ(place_of("bad-date", rss(item)), std::pair(2, 37));
  EXPECT_EQ(place_of("bad-date", rss("\n\r\n   " + item)), std::pair(4, 40));
  EXPECT_EQ(place_of("missing-id", rss("<item>\n <description>x</description></item>")), std::pair(2, 1));
}

TEST(Places, CountLettersNotBytes) {
  EXPECT_EQ(place_of("bad-date", "\xEF\xBB\xBF" + rss("<!-- été 図書 -->" + item)), std::pair(2, 52));
  EXPECT_EQ(place_of("bad-date", rss("<!-- \xE9t\xE9 -->" + item), "text/xml; charset=iso-8859-1"),
            std::pair(2, 49));
}

TEST(Places, AreThoseBeforeReferencesWereRead) {
  EXPECT_EQ(place_of("bad-date", rss("<category>&amp;&#233;&lt;</category>" + item)), std::pair(2, 73));
}

TEST(Places, OfARepairedDocumentAreThoseOfTheDocument) {
  // What comes before in the same line grows by the repair.
  EXPECT_EQ(place_of("bad-date", rss("<category>a & b &nbsp; <x y=z/></category>" + item)), std::pair(2, 79));
  EXPECT_EQ(place_of("undefined-entity", rss("<category>one\ntwo &nope; three</category>" + item)),
            std::pair(3, 5));
  EXPECT_EQ(place_of("not-well-formed", rss("<item><title>A</item>")), std::pair(2, 22));
}

TEST(Places, OfBrokenJsonAndBytesAreKnownToo) {
  EXPECT_EQ(
      place_of("not-well-formed", "{\"version\": \"https://jsonfeed.org/version/1.1\",\n \"items\": [],}"),
      std::pair(2, 14));
  EXPECT_EQ(place_of("bad-encoding", rss("<category>\xC3\xA9t\xC3\xA9 \xE9</category>" + item)),
            std::pair(2, 15));
}
