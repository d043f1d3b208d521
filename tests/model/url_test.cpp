#include "model/url.hpp"

#include <gtest/gtest.h>

using namespace tributary;

// RFC 3986 section 5.4, the whole table.
TEST(Url, ResolvesTheExamplesOfRfc3986) {
  const std::string base = "http://a/b/c/d;p?q";
  const std::pair<const char*, const char*> examples[] = {
      {"g:h", "g:h"},
      {"g", "http://a/b/c/g"},
      {"./g", "http://a/b/c/g"},
      {"g/", "http://a/b/c/g/"},
      {"/g", "http://a/g"},
      {"//g", "http://g"},
      {"?y", "http://a/b/c/d;p?y"},
      {"g?y", "http://a/b/c/g?y"},
      {"#s", "http://a/b/c/d;p?q#s"},
      {"g#s", "http://a/b/c/g#s"},
      {"g?y#s", "http://a/b/c/g?y#s"},
      {";x", "http://a/b/c/;x"},
      {"g;x", "http://a/b/c/g;x"},
      {"", "http://a/b/c/d;p?q"},
      {".", "http://a/b/c/"},
      {"./", "http://a/b/c/"},
      {"..", "http://a/b/"},
      {"../", "http://a/b/"},
      {"../g", "http://a/b/g"},
      {"../..", "http://a/"},
      {"../../g", "http://a/g"},
      {"../../../g", "http://a/g"},
      {"/./g", "http://a/g"},
      {"/../g", "http://a/g"},
      {"g.", "http://a/b/c/g."},
      {"..g", "http://a/b/c/..g"},
      {"./../g", "http://a/b/g"},
      {"g/./h", "http://a/b/c/g/h"},
      {"g;x=1/../y", "http://a/b/c/y"},
      {"g?y/../x", "http://a/b/c/g?y/../x"},
      {"g#s/../x", "http://a/b/c/g#s/../x"},
  };
  for (const auto& [reference, expected] : examples)
    EXPECT_EQ(resolve_url(base, reference), expected) << reference;
}

TEST(Url, KeepsTheBytesOfAnAbsoluteAddress) {
  EXPECT_EQ(resolve_url("http://a/", "  http://Example.org/ä b/../c?x=%7E  "),
            "http://Example.org/ä b/../c?x=%7E");
}

TEST(Url, WithoutABaseTheReferenceStays) {
  EXPECT_EQ(resolve_url("", "a/b"), "a/b");
  EXPECT_EQ(resolve_url("mailto:x@example.org", "a/b"), "a/b");
}

TEST(Url, FindsHostAndPortThroughUserPortAndBrackets) {
  EXPECT_EQ(host_of("http://me@Example.ORG:8080/x"), "example.org");
  EXPECT_EQ(host_of("http://[::1]:80/"), "::1");
  EXPECT_EQ(host_of("a/b"), "");
  EXPECT_EQ(port_of("https://example.org/"), 443);
  EXPECT_EQ(port_of("http://[::1]:81/"), 81);
  EXPECT_EQ(port_of("http://example.org:99999/"), 0);
}

TEST(Url, SeesThroughDisguisedSchemesThatRunCode) {
  EXPECT_TRUE(is_dangerous_url("java\nscript:alert(1)"));
  EXPECT_TRUE(is_dangerous_url(" \x01JaVaScRiPt:alert(1)"));
  EXPECT_TRUE(is_dangerous_url("feed:javascript:alert(1)"));
  EXPECT_TRUE(is_dangerous_url("data:text/html,x"));
  EXPECT_FALSE(is_dangerous_url("http://example.org/javascript:x"));
  EXPECT_FALSE(is_dangerous_url("feed://example.org/a"));
  EXPECT_FALSE(is_dangerous_url("path/javascript:x"));
}
