#include "fetcher/wire_url.hpp"

#include <gtest/gtest.h>

#include "fetcher/domain.hpp"

namespace tributary::fetcher {
namespace {

std::string wire(std::string_view url) {
  const auto out = wire_url(url);
  return out ? out->url : "-";
}

TEST(WireUrl, KeepsWhatIsWritten) {
  EXPECT_EQ(wire("https://Example.org:8443/a%2fb?B=2&a=1#frag"), "https://example.org:8443/a%2fb?B=2&a=1");
  EXPECT_EQ(wire("http://example.org"), "http://example.org/");
  EXPECT_EQ(wire("http://example.org?x"), "http://example.org/?x");
  EXPECT_EQ(wire("HTTP://example.org/"), "http://example.org/");
  EXPECT_EQ(wire("http://[2001:db8::1]:81/x"), "http://[2001:db8::1]:81/x");
  EXPECT_EQ(wire("  http://example.org/ \n"), "http://example.org/");
}

TEST(WireUrl, EncodesBlanksControlsAndBytesBeyondAscii) {
  EXPECT_EQ(wire("http://example.org/a b\x01\xC3\xA9\"<>"), "http://example.org/a%20b%01%C3%A9%22%3C%3E");
}

TEST(WireUrl, NamesInOtherScriptsBecomeALabels) {
  EXPECT_EQ(wire("http://b\xC3\xBC"
                 "cher.example/"),
            "http://xn--bcher-kva.example/");
  EXPECT_EQ(wire("http://B\xC3\x9C"
                 "CHER.example/"),
            "http://xn--bcher-kva.example/");
  EXPECT_EQ(wire("http://b%C3%BCcher.example/"), "http://xn--bcher-kva.example/");
}

TEST(WireUrl, SetsTheUserAside) {
  const auto out = wire_url("https://us%40er:p%3Aw@example.org/x@y");
  ASSERT_TRUE(out);
  EXPECT_EQ(out->url, "https://example.org/x@y");
  EXPECT_EQ(out->userinfo, "us@er:p:w");
  EXPECT_EQ(without_user("https://us%40er:p%3Aw@example.org/x@y"), "https://example.org/x@y");
  EXPECT_EQ(without_user("https://example.org/x@y"), "https://example.org/x@y");
}

TEST(WireUrl, RefusesWhatCannotBeAsked) {
  for (const auto* url : {"", "example.org", "ftp://example.org/", "file:///x", "http://", "http:///x",
                          "http://a b/", "http://a%00b/", "http://example.org:0/",
                          "http://example.org:99999/", "http://example.org:80x/", "http://[::1/"}) {
    EXPECT_FALSE(wire_url(url)) << url;
  }
}

TEST(Credentials, StayWithSchemeHostAndPort) {
  EXPECT_TRUE(may_share_credentials("https://a.example/x", "https://A.example:443/y"));
  EXPECT_TRUE(may_share_credentials("http://a.example/x", "https://a.example/y"))
      << "https on the same host only protects them";
  EXPECT_FALSE(may_share_credentials("https://a.example/x", "http://a.example/y"));
  EXPECT_FALSE(may_share_credentials("https://a.example/x", "https://b.a.example/x"));
  EXPECT_FALSE(may_share_credentials("https://a.example/x", "https://a.example:8443/x"));
  EXPECT_FALSE(may_share_credentials("http://a.example:8080/x", "https://a.example/x"));
}

TEST(Domain, IsWhatSomeoneCanRegister) {
  EXPECT_EQ(registrable_domain("news.Example.co.uk"), "example.co.uk");
  EXPECT_EQ(registrable_domain("example.org"), "example.org");
  EXPECT_EQ(registrable_domain("a.b.example.org."), "example.org");
  EXPECT_EQ(registrable_domain("someone.github.io"), "someone.github.io")
      << "a shared domain is many people's";
  EXPECT_EQ(registrable_domain("co.uk"), "co.uk");
  EXPECT_EQ(registrable_domain("localhost"), "localhost");
  EXPECT_EQ(registrable_domain("127.0.0.1"), "127.0.0.1");
  EXPECT_EQ(registrable_domain("2001:db8::1"), "2001:db8::1");
}

}  // namespace
}  // namespace tributary::fetcher
