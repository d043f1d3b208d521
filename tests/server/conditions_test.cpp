#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "model/timestamp.hpp"
#include "tests/server/wire.hpp"

using namespace tributary;
using namespace tributary::server;
using namespace tributary::server::test;

namespace {

class ServerConditions : public testing::Test {
 protected:
  void SetUp() override {
    wire.publish("atom.xml",
                 "<feed xmlns=\"http://www.w3.org/2005/Atom\">" + std::string(2000, ' ') + "</feed>");
    date_file("atom.xml", sunday);
    const auto response = wire.ask(get("/atom.xml"));
    tag = response.field("etag");
    opaque = tag.substr(1, tag.size() - 2);
    date = response.field("last-modified");
  }

  void date_file(const std::string& path, Timestamp when) const {
    const ::timespec both[2] = {{when.time_since_epoch().count(), 0}, {when.time_since_epoch().count(), 0}};
    ASSERT_EQ(::utimensat(AT_FDCWD, (wire.folder() / path).c_str(), both, 0), 0);
  }

  int status(const std::string& more) const { return wire.ask(get("/atom.xml", more)).status; }

  static constexpr auto sunday = Timestamp{std::chrono::seconds{784111777}};  // Sun, 06 Nov 1994 08:49:37 GMT
  Wire wire;
  std::string tag, opaque, date;
};

}  // namespace

TEST_F(ServerConditions, LastModifiedIsTheTimeOfTheFile) {
  EXPECT_EQ(date, "Sun, 06 Nov 1994 08:49:37 GMT");
}

TEST_F(ServerConditions, TheTagIsOneOfTheContentAndNothingElse) {
  Wire other;
  other.publish("atom.xml",
                "<feed xmlns=\"http://www.w3.org/2005/Atom\">" + std::string(2000, ' ') + "</feed>");
  EXPECT_EQ(other.ask(get("/atom.xml")).field("etag"), tag);
  other.publish("atom.xml",
                "<feed xmlns=\"http://www.w3.org/2005/Atom\">" + std::string(2001, ' ') + "</feed>");
  EXPECT_NE(other.ask(get("/atom.xml")).field("etag"), tag);
}

TEST_F(ServerConditions, AMatchingTagGets304WithoutBodyAndWithTheValidators) {
  auto client = wire.client();
  const auto response = client.exchange(get("/atom.xml", "If-None-Match: " + tag + "\r\n"));
  EXPECT_EQ(response.line, "HTTP/1.1 304 Not Modified");
  EXPECT_EQ(response.field("etag"), tag);
  EXPECT_EQ(response.field("last-modified"), date);
  EXPECT_TRUE(response.has("cache-control"));
  EXPECT_TRUE(response.has("vary"));
  EXPECT_TRUE(response.has("date"));
  EXPECT_FALSE(response.has("content-length"));
  EXPECT_EQ(client.exchange(get("/atom.xml")).status, 200) << "the connection goes on behind a 304";
}

TEST_F(ServerConditions, IfNoneMatchIsReadAsTheListItIs) {
  EXPECT_EQ(status("If-None-Match: *\r\n"), 304);
  EXPECT_EQ(status("If-None-Match: \"other\", " + tag + "\r\n"), 304);
  EXPECT_EQ(status("If-None-Match: \"other\"\r\nIf-None-Match: " + tag + "\r\n"), 304);
  EXPECT_EQ(status("If-None-Match: \"a,b\" ,,\t" + tag + "\r\n"), 304);
  EXPECT_EQ(status("If-None-Match: W/" + tag + "\r\n"), 304);
  EXPECT_EQ(status("If-None-Match: \"other\"\r\n"), 200);
  EXPECT_EQ(status("If-None-Match: " + opaque + "\r\n"), 200) << "a tag has quotes";
  EXPECT_EQ(status("If-None-Match: \"" + opaque + "x\"\r\n"), 200);
  EXPECT_EQ(status("If-None-Match:\r\n"), 200);
  EXPECT_EQ(status("If-None-Match: \"" + opaque + "\r\n"), 200) << "the last quote is missing";
}

TEST_F(ServerConditions, ATagOfAnotherCodingOfTheSameContentMatchesAndComesBack) {
  const auto zipped = wire.ask(get("/atom.xml", "Accept-Encoding: gzip\r\n"));
  ASSERT_EQ(zipped.field("content-encoding"), "gzip");
  EXPECT_NE(zipped.field("etag"), tag) << "a strong tag is of the bytes sent";
  const auto response = wire.ask(get("/atom.xml", "If-None-Match: " + zipped.field("etag") + "\r\n"));
  EXPECT_EQ(response.status, 304);
  EXPECT_EQ(response.field("etag"), zipped.field("etag"));
}

TEST_F(ServerConditions, DatesAreComparedWhenThereIsNoTag) {
  EXPECT_EQ(status("If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n"), 304);
  EXPECT_EQ(status("If-Modified-Since: Sun, 06 Nov 1994 08:49:38 GMT\r\n"), 304);
  EXPECT_EQ(status("If-Modified-Since: Sun, 06 Nov 1994 08:49:36 GMT\r\n"), 200);
  EXPECT_EQ(status("If-Modified-Since: Sunday, 06-Nov-94 08:49:37 GMT\r\n"), 304);
  EXPECT_EQ(status("If-Modified-Since: Sun Nov  6 08:49:37 1994\r\n"), 304);
  EXPECT_EQ(status("If-Modified-Since: yesterday\r\n"), 200);
}

TEST_F(ServerConditions, IfNoneMatchIsAskedBeforeIfModifiedSince) {
  EXPECT_EQ(status("If-None-Match: \"other\"\r\nIf-Modified-Since: " + date + "\r\n"), 200);
  EXPECT_EQ(status("If-Modified-Since: Sun, 06 Nov 1994 08:49:36 GMT\r\nIf-None-Match: " + tag + "\r\n"),
            304);
}

TEST_F(ServerConditions, IfMatchAndIfUnmodifiedSinceFailWith412) {
  EXPECT_EQ(status("If-Match: " + tag + "\r\n"), 200);
  EXPECT_EQ(status("If-Match: *\r\n"), 200);
  EXPECT_EQ(status("If-Match: \"other\"\r\n"), 412);
  EXPECT_EQ(status("If-Match: W/" + tag + "\r\n"), 412) << "the comparison is strong";
  EXPECT_EQ(status("If-Unmodified-Since: " + date + "\r\n"), 200);
  EXPECT_EQ(status("If-Unmodified-Since: Sun, 06 Nov 1994 08:49:36 GMT\r\n"), 412);
  EXPECT_EQ(status("If-Match: " + tag + "\r\nIf-Unmodified-Since: Sun, 06 Nov 1994 08:49:36 GMT\r\n"), 200);
  EXPECT_EQ(status("If-Match: \"other\"\r\nIf-None-Match: " + tag + "\r\n"), 412);
}

TEST_F(ServerConditions, AFileOnlyTouchedKeepsItsValidators) {
  date_file("atom.xml", sunday + std::chrono::hours{1});
  const auto response = wire.ask(get("/atom.xml"));
  EXPECT_EQ(response.field("etag"), tag);
  EXPECT_EQ(response.field("last-modified"), date);
}

TEST_F(ServerConditions, LastModifiedNeverGoesBackAndADateThenTellsNothing) {
  wire.publish("atom.xml", "<feed xmlns=\"http://www.w3.org/2005/Atom\">older</feed>");
  date_file("atom.xml", sunday - std::chrono::hours{1});
  const auto response = wire.ask(get("/atom.xml"));
  EXPECT_NE(response.field("etag"), tag);
  EXPECT_EQ(response.field("last-modified"), date);
  EXPECT_EQ(status("If-Modified-Since: " + date + "\r\n"), 200) << "the client's version is another one";
}

TEST_F(ServerConditions, ASecondChangeWithinOneSecondIsNotHiddenByTheDate) {
  wire.publish("atom.xml", "<feed xmlns=\"http://www.w3.org/2005/Atom\">again</feed>");
  date_file("atom.xml", sunday);
  EXPECT_EQ(status("If-Modified-Since: " + date + "\r\n"), 200);
}

TEST_F(ServerConditions, LastModifiedIsNeverLaterThanDate) {
  Wire clocked({.clock = [] { return sunday; }});
  clocked.publish("index.html", "x");  // its file is of today
  const auto response = clocked.ask(get("/"));
  EXPECT_EQ(response.field("date"), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(response.field("last-modified"), "Sun, 06 Nov 1994 08:49:37 GMT");
}

TEST_F(ServerConditions, RangesAreOfThePlainForm) {
  wire.publish("photo.jpg", "0123456789");
  const auto part = wire.ask(get("/photo.jpg", "Range: bytes=2-5\r\nAccept-Encoding: gzip\r\n"));
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(part.body, "2345");
  EXPECT_EQ(part.field("content-range"), "bytes 2-5/10");
  EXPECT_EQ(part.field("content-length"), "4");
  EXPECT_FALSE(part.has("content-encoding"));
  EXPECT_EQ(wire.ask(get("/photo.jpg")).field("accept-ranges"), "bytes");
  EXPECT_EQ(wire.ask(get("/photo.jpg", "Range: bytes=7-\r\n")).body, "789");
  EXPECT_EQ(wire.ask(get("/photo.jpg", "Range: bytes=-3\r\n")).body, "789");
  EXPECT_EQ(wire.ask(get("/photo.jpg", "Range: bytes=-30\r\n")).body, "0123456789");
  EXPECT_EQ(wire.ask(get("/photo.jpg", "Range: bytes=8-99\r\n")).field("content-range"), "bytes 8-9/10");
}

TEST_F(ServerConditions, ARangeBehindTheEndIs416) {
  wire.publish("photo.jpg", "0123456789");
  for (const char* range : {"bytes=10-", "bytes=10-12", "bytes=-0"}) {
    const auto response = wire.ask(get("/photo.jpg", std::string("Range: ") + range + "\r\n"));
    EXPECT_EQ(response.status, 416) << range;
    EXPECT_EQ(response.field("content-range"), "bytes */10") << range;
  }
}

TEST_F(ServerConditions, RangesThatAreMalformedOrSeveralGetTheWhole) {
  wire.publish("photo.jpg", "0123456789");
  for (const char* range : {"bytes=5-2", "bytes=a-b", "bytes=0-1,4-5", "items=0-1", "bytes=", "bytes=-",
                            "bytes=1", "bytes=99999999999999999999-"}) {
    const auto response = wire.ask(get("/photo.jpg", std::string("Range: ") + range + "\r\n"));
    EXPECT_EQ(response.status, 200) << range;
    EXPECT_EQ(response.body, "0123456789") << range;
  }
}

TEST_F(ServerConditions, IfRangeGivesThePartOnlyOfTheSameVersion) {
  const std::string range = "Range: bytes=0-3\r\n";
  EXPECT_EQ(status(range + "If-Range: " + tag + "\r\n"), 206);
  EXPECT_EQ(status(range + "If-Range: " + date + "\r\n"), 206);
  EXPECT_EQ(status(range + "If-Range: \"other\"\r\n"), 200);
  EXPECT_EQ(status(range + "If-Range: W/" + tag + "\r\n"), 200);
  EXPECT_EQ(status(range + "If-Range: Sun, 06 Nov 1994 08:49:36 GMT\r\n"), 200);
  EXPECT_EQ(status(range + "If-None-Match: " + tag + "\r\n"), 304) << "conditions come before ranges";
}
