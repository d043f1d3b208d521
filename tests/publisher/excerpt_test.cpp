#include <gtest/gtest.h>

#include <random>

#include "publisher/language.hpp"
#include "publisher/plain.hpp"
#include "publisher/publisher.hpp"
#include "publisher/text.hpp"
#include "tests/publisher/sample.hpp"

using namespace tributary;
using namespace tributary::publisher;

TEST(Excerpt, TextThatFitsIsNotCut) {
  EXPECT_EQ(excerpt("Just five words, no more", 24), "Just five words, no more");
  EXPECT_EQ(excerpt("", 250), "");
}

TEST(Excerpt, CutsAtAWordAndSaysSo) {
  EXPECT_EQ(excerpt("one two three", 12), "one two…");
  EXPECT_EQ(excerpt("one two three", 7), "one two…");
  EXPECT_EQ(excerpt("one two three", 6), "one…");
}

TEST(Excerpt, AWordWithHyphenOrAnAddressIsOneWord) {
  EXPECT_EQ(excerpt("a well-known example", 7), "a…");
  EXPECT_EQ(excerpt("see https://example.org/a/b/c for more", 25), "see…");
}

TEST(Excerpt, CountsLettersAsReadersDo) {
  // Each "é" is two code points, each family one grapheme cluster of many.
  const std::string e = "e\xCC\x81";
  EXPECT_EQ(excerpt(e + e + e + " " + e + e, 4), e + e + e + "…");
  const std::string family = "👨‍👩‍👧‍👦";
  EXPECT_EQ(excerpt(family + " " + family + " " + family, 3), family + " " + family + "…");
}

TEST(Excerpt, ScriptsWithoutSpacesAreCutBetweenTheirWords) {
  EXPECT_EQ(excerpt("図書館の協力について", 5), "図書館の協…");
  const std::string thai = "ห้องสมุดร่วมมือกันทุกวัน";
  const std::string cut = excerpt(thai, 12);
  EXPECT_TRUE(thai.starts_with(cut.substr(0, cut.size() - 3))) << cut;
  EXPECT_TRUE(cut.ends_with("…"));
}

TEST(Excerpt, AWordLongerThanTheLimitIsCutBetweenLetters) {
  EXPECT_EQ(excerpt(std::string(300, 'x'), 10), std::string(10, 'x') + "…");
}

TEST(Excerpt, AMountainOfMarksOnOneLetterMakesNoMountainOfText) {
  std::string hostile = "a";
  for (int i = 0; i < 100000; ++i) hostile += "\xCC\x81";
  EXPECT_LT(excerpt(hostile + " and more", 250).size(), 20000u);
}

TEST(Excerpt, BrokenUtf8AndControlCharactersDontGetThrough) {
  EXPECT_EQ(excerpt("a\xFF"
                    "b\x01"
                    "c\xEF\xBF\xBE",
                    250),
            "a\xEF\xBF\xBD"
            "bc");
}

TEST(Excerpt, TextsOfAsciiAreCutWhereAllOthersAre) {
  // A letter with an accent before it makes the same text one that ICU is asked about.
  std::minstd_rand random(7);
  static constexpr std::string_view letters = "abcXYZ019    -.,;:!?()[]/'\"%$&@#+*_~|<>";
  for (int i = 0; i < 20'000; ++i) {
    std::string text = "a";
    for (std::size_t length = random() % 60; text.size() < length;)
      text += letters[random() % letters.size()];
    const std::size_t limit = 1 + random() % 50;
    ASSERT_EQ("é" + excerpt(text, limit), excerpt("é" + text, limit + 1)) << text << " to " << limit;
  }
}

TEST(PlainText, TagsPartWordsWhereBlocksEnd) {
  EXPECT_EQ(plain_text(sample::safe("<p>One</p><p>t<b>w</b>o &amp; three</p><br>four")),
            "One two & three four");
  EXPECT_EQ(plain_text(sample::safe("1 &lt; 2 &#x1F600; AT&T <img alt=\"a > b\" src=\"x\"> end")),
            "1 < 2 😀 AT&T end");
}

TEST(Direction, LanguageDecidesThenTheLetters) {
  EXPECT_EQ(direction_of("Item 3", "he"), Direction::rtl);
  EXPECT_EQ(direction_of("שלום עולם", ""), Direction::rtl);
  EXPECT_EQ(direction_of("שלום עולם", "en-US"), Direction::rtl);
  EXPECT_EQ(direction_of("The word שלום means peace", ""), Direction::ltr);
  EXPECT_EQ(direction_of("2017", "", Direction::rtl), Direction::rtl);
}

TEST(Dates, AreInThePagesLanguageAndZone) {
  const auto when = sample::at("2017-06-05T23:30:00Z");
  EXPECT_EQ(DateFormat("en", "UTC", "dd MMMM y")(when), "05 June 2017");
  EXPECT_EQ(DateFormat("en", "Europe/Paris", "dd MMMM y")(when), "06 June 2017");
  EXPECT_EQ(DateFormat("fr", "UTC", "dd MMMM y")(when), "05 juin 2017");
  EXPECT_EQ(DateFormat("th", "UTC", "y")(when), "2017");
  EXPECT_EQ(DateFormat("it", "UTC", "")(when), "05 giugno 2017");
  EXPECT_EQ(DateFormat("en", "UTC", "dd MMMM y")(sample::at("1500-03-01T00:00:00Z")), "01 March 1500");
}

TEST(Text, AddressesKeepTheirBytesButForWhatMayNotStand) {
  EXPECT_EQ(web_address(" https://example.org/ä b?c=%7E#d\"e "), "https://example.org/ä%20b?c=%7E#d%22e");
  EXPECT_EQ(web_address("javascript:alert(1)"), "");
  EXPECT_EQ(web_address("java\nscript:alert(1)"), "");
  EXPECT_EQ(web_address("data:text/html,x"), "");
  EXPECT_EQ(web_address("/relative"), "");
  EXPECT_EQ(public_address("https://me:secret@example.org/feed?a@b"), "https://example.org/feed?a@b");
}

TEST(Text, MediaTypesAndLanguagesAreCheckedByTheirGrammar) {
  EXPECT_EQ(media_type("Audio/MPEG; q=1"), "audio/mpeg; q=1");
  EXPECT_EQ(media_type("audio"), "");
  EXPECT_EQ(media_type("a b/c"), "");
  EXPECT_EQ(language_tag("en-GB"), "en-GB");
  EXPECT_EQ(language_tag("en_GB"), "");
  EXPECT_EQ(language_tag("english, mostly"), "");
}
