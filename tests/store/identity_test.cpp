#include "store/identity.hpp"

#include <gtest/gtest.h>

using namespace tributary;
using namespace tributary::store;

TEST(CanonicalUrl, SetsAsideWhatOnlySaysWhereAReaderCameFrom) {
  const std::string page = canonical_url("https://example.org/news/partners?id=7");
  EXPECT_EQ(canonical_url("http://EXAMPLE.org:80/news/partners/?utm_source=feed&id=7&fbclid=x#top"), page);
  EXPECT_EQ(canonical_url("https://www.example.org/news/partners?id=7&UTM_Medium=rss"), page);
  EXPECT_NE(canonical_url("https://example.org/news/partners?id=8"), page);
  EXPECT_NE(canonical_url("https://example.org:8443/news/partners?id=7"), page);
  EXPECT_NE(canonical_url("https://example.org/News/partners?id=7"), page);
}

TEST(CanonicalUrl, IsEmptyForWhatIsNoPage) {
  EXPECT_EQ(canonical_url("mailto:someone@example.org"), "");
  EXPECT_EQ(canonical_url("news/partners"), "");
  EXPECT_EQ(canonical_url(""), "");
}

TEST(Names, AGuidThatStandsTwiceIsTrustedOnlyWithItsLink) {
  const std::vector<Item> twice{{.id = "x", .link = "https://example.org/1"},
                                {.id = "x", .link = "https://example.org/2"}};
  const auto names = names_of("feed", twice);
  EXPECT_NE(names[0].identity, names[1].identity);
  EXPECT_NE(names_of("feed", {{.id = "x", .link = "https://example.org/1"}})[0].identity, names[0].identity);
}

TEST(Names, TheSameGuidInTwoFeedsIsTwoItems) {
  const std::vector<Item> items{{.id = "x"}};
  EXPECT_NE(names_of("one", items)[0].identity, names_of("two", items)[0].identity);
}

TEST(TextHash, LooksThroughMarkupAndWhiteSpaceButNotThroughWords) {
  Item item{.title = Text{.plain = "Partners  meet"}, .link = "https://example.org/1"};
  Item cosmetic{.title = Text{.plain = "Partners meet "}, .link = "https://example.org/1?utm_source=x"};
  Item edited{.title = Text{.plain = "Partners part"}, .link = "https://example.org/1"};
  EXPECT_EQ(text_hash(item), text_hash(cosmetic));
  EXPECT_NE(text_hash(item), text_hash(edited));
}

TEST(EntryId, IsATagUriOfTheSitesHost) {
  EXPECT_EQ(entry_id("https://partners.example.org/", std::string("\x01\xff", 2)),
            "tag:partners.example.org,2026:01ff");
}
