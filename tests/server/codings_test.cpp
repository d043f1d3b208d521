#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "server/coding.hpp"
#include "tests/server/wire.hpp"

using namespace tributary::server;
using namespace tributary::server::test;

namespace {

const std::string page = [] {
  std::string text = "<!doctype html>";
  for (int i = 0; i < 300; ++i) text += "<p>A partner's story " + std::to_string(i) + "</p>";
  return text;
}();

std::string unzipped(const std::string& bytes) {
  z_stream stream = {};
  inflateInit2(&stream, 15 + 16);
  std::string text(1 << 20, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = static_cast<uInt>(text.size());
  const int end = inflate(&stream, Z_FINISH);
  text.resize(end == Z_STREAM_END ? stream.total_out : 0);
  inflateEnd(&stream);
  return text;
}

}  // namespace

TEST(ServerCodings, GzipIsSentToWhomItSuitsAndUnpacksToThePage) {
  Wire wire;
  wire.publish("index.html", page);
  const auto response = wire.ask(get("/", "Accept-Encoding: gzip, deflate\r\n"));
  EXPECT_EQ(response.field("content-encoding"), "gzip");
  EXPECT_EQ(response.field("vary"), "Accept-Encoding");
  EXPECT_EQ(response.field("content-length"), std::to_string(response.body.size()));
  EXPECT_LT(response.body.size(), page.size() / 2);
  EXPECT_EQ(unzipped(response.body), page);
}

TEST(ServerCodings, BrotliIsPreferredWhereItIsAsWelcome) {
  Wire wire;
  wire.publish("index.html", page);
  EXPECT_EQ(wire.ask(get("/", "Accept-Encoding: gzip, deflate, br\r\n")).field("content-encoding"), "br");
  EXPECT_EQ(wire.ask(get("/", "Accept-Encoding: br;q=0.5, gzip\r\n")).field("content-encoding"), "gzip");
}

TEST(ServerCodings, EveryVersionSaysWhatItVariesWith) {
  Wire wire;
  wire.publish("index.html", page);
  EXPECT_EQ(wire.ask(get("/")).field("vary"), "Accept-Encoding");
  EXPECT_FALSE(wire.ask(get("/")).has("content-encoding"));
}

TEST(ServerCodings, WeightsAreObeyed) {
  Wire wire;
  wire.publish("index.html", page);
  const auto coding = [&](const std::string& accept) {
    return wire.ask(get("/", "Accept-Encoding: " + accept + "\r\n")).field("content-encoding");
  };
  EXPECT_EQ(coding("gzip;q=0"), "");
  EXPECT_EQ(coding("identity"), "");
  EXPECT_EQ(coding("gzip;q=0.1, identity;q=0.9"), "");
  EXPECT_EQ(coding("*"), "br");
  EXPECT_EQ(coding("*;q=0.5, br;q=0"), "gzip");
  EXPECT_EQ(coding("GZIP;Q=0.8"), "gzip");
  EXPECT_EQ(coding("x-gzip"), "gzip");
  EXPECT_EQ(coding("gzip;q=2"), "") << "a weight that is none";
  EXPECT_EQ(coding(""), "");
  EXPECT_EQ(coding("gzipped, deflate"), "");
}

TEST(ServerCodings, PicturesAndTinyPagesAreSentAsTheyAre) {
  Wire wire;
  wire.publish("photo.png", page);
  wire.publish("tiny.html", "tiny");
  const auto photo = wire.ask(get("/photo.png", "Accept-Encoding: gzip, br\r\n"));
  EXPECT_FALSE(photo.has("content-encoding"));
  EXPECT_FALSE(photo.has("vary"));
  EXPECT_FALSE(wire.ask(get("/tiny.html", "Accept-Encoding: gzip, br\r\n")).has("content-encoding"));
}

TEST(ServerCodings, ACompressedFormFollowsItsFile) {
  Wire wire;
  wire.publish("index.html", page);
  EXPECT_EQ(unzipped(wire.ask(get("/", "Accept-Encoding: gzip\r\n")).body), page);
  wire.publish("index.html", page + page);
  EXPECT_EQ(unzipped(wire.ask(get("/", "Accept-Encoding: gzip\r\n")).body), page + page);
}

TEST(ServerCodings, TheSameBytesAreCompressedToTheSameBytes) {
  EXPECT_EQ(gzip(page), gzip(page));
  EXPECT_EQ(brotli(page), brotli(page));
  EXPECT_EQ(gzip(page).substr(4, 4), std::string(4, '\0')) << "no time in it";
}
