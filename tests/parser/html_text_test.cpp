#include "parser/html_text.hpp"

#include <gtest/gtest.h>

#include "parser/parser.hpp"
#include "parser/sanitiser.hpp"

using namespace tributary;
using namespace tributary::parser;

TEST(HtmlText, ReferencesAreDecodedOnceAsHtmlDoes) {
  EXPECT_EQ(decode_references("AT&amp;T"), "AT&T");
  EXPECT_EQ(decode_references("&amp;lt;"), "&lt;");
  EXPECT_EQ(decode_references("&eacute;&hellip;&nbsp;&CounterClockwiseContourIntegral;"), "é…\u00a0∳");
  EXPECT_EQ(decode_references("&#233;&#xE9;&#XE9 &#150;&#x80;"), "ééé –€");
  EXPECT_EQ(decode_references("&#0;&#xD800;&#x110000;&#99999999999;"), "\uFFFD\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(decode_references("&copy 2020 &notit; &nosuch; & &; &# &#x; a&b"),
            "© 2020 ¬it; &nosuch; & &; &# &#x; a&b");
  EXPECT_EQ(decode_references("&acE;"), "\u223E\u0333");
}

TEST(HtmlText, PlainTextFoldsWhiteSpaceAndSeparatesBlocks) {
  const auto text = [](std::string_view html) { return plain_text(Sanitiser::clean(html, "")); };
  EXPECT_EQ(text("<p>One</p><p>two &amp; <b>th</b>ree</p>"), "One two & three");
  EXPECT_EQ(text("  a\n\n b<br>c <ul><li>d</li><li>e</li></ul>"), "a b c d e");
  EXPECT_EQ(text("1 &lt; 2"), "1 < 2");
  EXPECT_EQ(text("<a title='a > b'>x</a>"), "x");
  EXPECT_EQ(text("<table><tr><td>1<td>2</table>"), "1 2");
  EXPECT_EQ(text(""), "");
}

TEST(HtmlText, MarkupIsATagOfHtmlOrAReference) {
  for (const char* text : {"<b>x</b>", "a<br/>b", "x &amp; y", "&#233;", "&hellip;", "<p class='x'>", "</p>",
                           "<IMG>", "a<br>b", "<SCRIPT>x</SCRIPT>"}) {
    EXPECT_TRUE(has_markup(text)) << text;
  }
  for (const char* text : {"", "AT&T", "1 < 2", "a <b and c", "vector<int>", "&nosuch;", "x & y; z", "<>",
                           "<3", "R&D;", "i<j && j>k", "Using <a> tags", "<!-- x -->"}) {
    EXPECT_FALSE(has_markup(text)) << text;
  }
}

TEST(HtmlText, ATextOfAnyTypeBecomesOneLine) {
  EXPECT_EQ(plain_text(Text{.plain = " 1 < 2\n &amp;  x\t"}), "1 < 2 &amp; x");
  const Text html{.type = Text::Type::html, .html = Sanitiser::clean("<b>AT&amp;T</b><br>1 &lt; 2", "")};
  EXPECT_EQ(plain_text(html), "AT&T 1 < 2");
  EXPECT_EQ(plain_text(Text{}), "");
}
