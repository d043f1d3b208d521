// What hostile bases and languages may cost: they are copied into every reference and text under them.
#include <gtest/gtest.h>

#include <string>

#include "parser/parser.hpp"

namespace {

using namespace tributary;

std::string repeated(std::string_view piece, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += piece;
  return out;
}

/// How many times larger than the document its values are.
std::size_t growth(const std::string& document) {
  const auto feed = parser::parse({.bytes = document, .name = "test", .base = "https://example.org/feed"});
  EXPECT_TRUE(feed);
  return feed ? parser::to_json(*feed).size() / document.size() : 0;
}

const std::string long_name(4000, 'a');
const std::string long_base = " xml:base=\"https://example.org/" + long_name + "/\"";

TEST(Bases, ALongBaseAndManyReferencesStayInProportion) {
  const std::string entries = repeated("<entry><id>x</id><title>x</title><link href=\"x\"/></entry>", 5000);
  EXPECT_LT(growth("<feed xmlns=\"http://www.w3.org/2005/Atom\"" + long_base + ">" + entries + "</feed>"),
            20U);
}

TEST(Bases, ALongBaseAndManyReferencesInHtmlStayInProportion) {
  const std::string links = repeated("&lt;a href=x>x&lt;/a>", 20000);
  EXPECT_LT(growth("<rss" + long_base + "><channel><item><description>" + links +
                   "</description></item></channel></rss>"),
            8U);
}

TEST(Bases, ALongBaseAndOneEndlessSrcsetStayInProportion) {
  EXPECT_LT(growth("<rss" + long_base + "><channel><item><description>&lt;img srcset='" +
                   repeated("a, ", 50000) + "'></description></item></channel></rss>"),
            12U);
}

TEST(Bases, ALongBaseOfAShortTextIsUsed) {
  const std::string base = "https://example.org/" + long_name + "/";
  EXPECT_EQ(parser::sanitise("<a href=x>x</a>", base).view(), "<a href=\"" + base + "x\">x</a>");
}

TEST(Bases, ABaseThatIsGivenUpIsGivenUpForTheWholeText) {
  const std::string base = "https://example.org/" + long_name + "/";
  const std::string links = repeated("<a href=\"x\">x</a>", 1000);
  EXPECT_EQ(parser::sanitise(links, base).view(), links);
}

TEST(Bases, ALongBaseInsideInlineMarkupStaysInProportion) {
  const std::string links = repeated("<p xml:base=\"b/\"><a href=\"x\">x</a></p>", 10000);
  EXPECT_LT(growth("<feed xmlns=\"http://www.w3.org/2005/Atom\"" + long_base +
                   "><entry><content type=\"xhtml\">" + links + "</content></entry></feed>"),
            20U);
}

TEST(Bases, BasesNestedWithoutEndAreReadInTime) {
  const int depth = 20000;
  const std::string document = "<feed xmlns=\"http://www.w3.org/2005/Atom\"><entry><content type=\"xhtml\">" +
                               repeated("<p xml:base=\"abcdefgh/\">", depth) + "x" + repeated("</p>", depth) +
                               "</content></entry></feed>";
  EXPECT_LT(growth(document), 8U);
}

TEST(Bases, AnEndlessLanguageIsNone) {
  const std::string document = "<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"" + long_name + "\">" +
                               repeated("<entry><title>x</title></entry>", 1000) + "</feed>";
  EXPECT_LT(growth(document), 8U);
}

TEST(Bases, AnHonestDocumentNeverMeetsTheBudget) {
  const std::string entries = repeated(
      "<entry><id>x</id><title>x</title><link href=\"x\"/><summary type=\"html\">&lt;a href=\"x\">x&lt;/a>"
      "</summary></entry>",
      20000);
  const auto feed = parser::parse(
      {.bytes =
           "<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:base=\"https://example.org/a/usual/base/\">" +
           entries + "</feed>",
       .name = "test"});
  ASSERT_TRUE(feed);
  for (const auto& warning : feed->warnings) EXPECT_NE(warning.code, "base-budget");
  EXPECT_EQ(feed->items.back().summary->html.view(), "<a href=\"https://example.org/a/usual/base/x\">x</a>");
}

}  // namespace
