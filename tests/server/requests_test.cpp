#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/server/wire.hpp"

// Requests as bytes: what is malformed, too large, or read by one server so and by another otherwise (request
// smuggling, RFC 9112 section 11.2). What is refused ends the connection, so that nothing behind it is taken
// for a request.

using namespace tributary::server;
using namespace tributary::server::test;
using namespace std::string_literals;

namespace {

class ServerRequests : public testing::Test {
 protected:
  void SetUp() override { wire.publish("index.html", "front"); }

  // Sends `bytes` and expects that status, the end of the connection, and no second answer.
  void expect_refused(const std::string& bytes, int status) const {
    auto client = wire.client();
    client.send(bytes);
    const auto response = client.receive();
    EXPECT_EQ(response.status, status) << bytes.substr(0, 200);
    EXPECT_EQ(response.field("connection"), "close") << bytes.substr(0, 200);
    EXPECT_TRUE(response.whole);
    client.finish_sending();
    EXPECT_EQ(client.read_to_end(), "") << bytes.substr(0, 200);
  }

  Wire wire;
};

const std::string smuggled = "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n";

}  // namespace

TEST_F(ServerRequests, WhatIsNoHttpGets400AtOnce) {
  expect_refused("\x16\x03\x01\x02", 400);  // a TLS client: answered without waiting for a line's end
  expect_refused("GET\r\n\r\n", 400);
  expect_refused("GET /\r\n\r\n", 400);  // HTTP/0.9
  expect_refused("GET / http/1.1\r\nHost: x\r\n\r\n", 400);
  expect_refused("GET  / HTTP/1.1\r\nHost: x\r\n\r\n", 400);
  expect_refused("GET / HTTP/1.1 \r\nHost: x\r\n\r\n", 400);
  expect_refused("GET / x HTTP/1.1\r\nHost: x\r\n\r\n", 400);
  expect_refused("G=T / HTTP/1.1\r\nHost: x\r\n\r\n", 400);
  expect_refused(" GET / HTTP/1.1\r\nHost: x\r\n\r\n", 400);
}

TEST_F(ServerRequests, OtherVersionsOfHttpAreTold505) {
  expect_refused("GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505);
  expect_refused("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505);
  expect_refused("GET / HTTP/1.2\r\nHost: x\r\n\r\n", 505);
  expect_refused("GET / HTTP/11\r\nHost: x\r\n\r\n", 400);
}

TEST_F(ServerRequests, ExactlyOneHostIsNeeded) {
  expect_refused("GET / HTTP/1.1\r\n\r\n", 400);
  expect_refused("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400);
  expect_refused("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400);
  expect_refused("GET / HTTP/1.1\r\nHost: user@a\r\n\r\n", 400);
  EXPECT_EQ(wire.ask("GET / HTTP/1.0\r\n\r\n").status, 200);
  EXPECT_EQ(wire.ask("GET / HTTP/1.1\r\nHost:\r\n\r\n").status, 200);
}

TEST_F(ServerRequests, HeaderLinesThatAreMalformedGet400) {
  expect_refused("GET / HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n", 400);
  expect_refused("GET / HTTP/1.1\r\nHost: x\r\nA : b\r\n\r\n", 400);
  expect_refused("GET / HTTP/1.1\r\nHost: x\r\n: b\r\n\r\n", 400);
  expect_refused("GET / HTTP/1.1\r\nHost: x\r\nA(: b\r\n\r\n", 400);
  expect_refused("GET / HTTP/1.1\r\nHost: x\r\nA: b\0c\r\n\r\n"s, 400);
  expect_refused("GET / HTTP/1.1\r\nHost: x\r\nA: b\rc\r\n\r\n", 400);
  expect_refused("GET / HTTP/1.1\r\nHost: x\r\nA: b\x01\r\n\r\n", 400);
  expect_refused("GET / HTTP/1.1\r\n Host: x\r\n\r\n", 400);
}

TEST_F(ServerRequests, ALineFeedAloneEndsNoLine) {
  expect_refused("GET / HTTP/1.1\nHost: x\n\n", 400);
  expect_refused("GET / HTTP/1.1\r\nHost: x\nA: b\r\n\r\n", 400);
  expect_refused("GET / HTTP/1.1\r\nHost: x\r\n\n" + smuggled, 400);
}

TEST_F(ServerRequests, FoldedLinesAreRefused) {
  expect_refused("GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n", 400);
  expect_refused("GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding:\r\n\tchunked\r\n\r\n0\r\n\r\n" + smuggled,
                 400);
}

TEST_F(ServerRequests, LengthsThatContradictOrAreNoneAreRefused) {
  const std::string begin = "POST / HTTP/1.1\r\nHost: x\r\n";
  expect_refused(begin + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello" + smuggled, 400);
  expect_refused(begin + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello" + smuggled, 400);
  expect_refused(begin + "Content-Length: 5, 5\r\n\r\nhello" + smuggled, 400);
  for (const char* length : {"+5", "-1", "0x5", "5 5", "five", "99999999999999999999", ""}) {
    expect_refused(begin + "Content-Length: " + length + "\r\n\r\nhello" + smuggled, 400);
  }
}

TEST_F(ServerRequests, LengthBesideTransferEncodingIsRefused) {
  const std::string begin = "POST / HTTP/1.1\r\nHost: x\r\n";
  const std::string chunk = "\r\n0\r\n\r\n" + smuggled;
  expect_refused(begin + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n" + chunk, 400);
  expect_refused(begin + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n" + chunk, 400);
  expect_refused("POST / HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n" + chunk, 400);
}

TEST_F(ServerRequests, TransferCodingsOtherThanChunkedAreRefused) {
  const std::string begin = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: ";
  const std::string chunk = "\r\n\r\n0\r\n\r\n" + smuggled;
  for (const char* coding :
       {"gzip", "gzip, chunked", "chunked, gzip", "identity", "xchunked", "chunked;q=1", "\"chunked\""}) {
    expect_refused(begin + coding + chunk, 501);
  }
  expect_refused(begin + "chunked\r\nTransfer-Encoding: chunked" + chunk, 400);
  expect_refused(begin + "chunked\r\nTransfer-Encoding: identity" + chunk, 400);
}

TEST_F(ServerRequests, ABodyThatNobodyAskedForIsNeverTakenForARequest) {
  expect_refused("GET / HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(smuggled.size()) +
                     "\r\n\r\n" + smuggled,
                 200);
  expect_refused("GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + smuggled, 200);
  expect_refused("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(smuggled.size()) +
                     "\r\n\r\n" + smuggled,
                 405);
}

TEST_F(ServerRequests, ABodyOfLengthZeroChangesNothing) {
  auto client = wire.client();
  EXPECT_EQ(client.exchange(get("/", "Content-Length: 0\r\n")).status, 200);
  EXPECT_EQ(client.exchange(get("/")).status, 200);
}

TEST_F(ServerRequests, OtherMethodsGet405WithThoseAllowed) {
  for (const char* method : {"POST", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "BREW"}) {
    const auto response = wire.ask(std::string(method) + " / HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(response.status, 405) << method;
    EXPECT_EQ(response.field("allow"), "GET, HEAD, OPTIONS") << method;
  }
  EXPECT_EQ(wire.ask("get / HTTP/1.1\r\nHost: x\r\n\r\n").status, 405) << "methods are case-sensitive";
}

TEST_F(ServerRequests, OptionsSaysWhatIsAllowed) {
  for (const char* target : {"/", "*", "/missing"}) {
    const auto response = wire.ask(std::string("OPTIONS ") + target + " HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(response.status, 204) << target;
    EXPECT_EQ(response.field("allow"), "GET, HEAD, OPTIONS") << target;
  }
}

TEST_F(ServerRequests, TheAbsoluteFormIsAccepted) {
  EXPECT_EQ(wire.ask("GET http://partners.example.org/ HTTP/1.1\r\nHost: x\r\n\r\n").body, "front");
  EXPECT_EQ(wire.ask("GET http://partners.example.org HTTP/1.1\r\nHost: x\r\n\r\n").body, "front");
  EXPECT_EQ(wire.ask("GET ftp://partners.example.org/ HTTP/1.1\r\nHost: x\r\n\r\n").status, 400);
  EXPECT_EQ(wire.ask("GET index.html HTTP/1.1\r\nHost: x\r\n\r\n").status, 400);
  EXPECT_EQ(wire.ask("GET * HTTP/1.1\r\nHost: x\r\n\r\n").status, 400);
}

TEST_F(ServerRequests, EmptyLinesBeforeARequestAreForgivenButNotForEver) {
  EXPECT_EQ(wire.ask("\r\n\r\n" + get("/")).status, 200);
  std::string many;
  for (int i = 0; i < 100; ++i) many += "\r\n";
  expect_refused(many, 400);
}

TEST_F(ServerRequests, AQueryDoesNotChangeWhichFileIsMeant) {
  EXPECT_EQ(wire.ask(get("/?utm_source=x&%zz")).body, "front");
  EXPECT_EQ(wire.ask(get("/index.html?")).body, "front");
}

TEST_F(ServerRequests, ATargetTooLongGets414) {
  expect_refused(get("/" + std::string(8000, 'a')), 414);
  expect_refused("GET /" + std::string(60'000, 'a'), 414);  // before its line ends
  EXPECT_EQ(wire.ask(get("/?" + std::string(7990, 'a'))).status, 200);
}

TEST_F(ServerRequests, AHeadTooLargeGets431) {
  expect_refused(get("/", "Cookie: " + std::string(20'000, 'c') + "\r\n"), 431);
  std::string many;
  for (int i = 0; i < 101; ++i) many += "A: b\r\n";
  expect_refused(get("/", many), 431);
  expect_refused("GET / HTTP/1.1\r\nHost: x\r\nA: " + std::string(100'000, 'c'), 431);
  EXPECT_EQ(wire.ask(get("/", "Cookie: " + std::string(10'000, 'c') + "\r\n")).status, 200);
}

TEST_F(ServerRequests, AHeadThatComesByteByByteIsReadAsOne) {
  auto client = wire.client();
  for (const char byte : get("/", "Accept-Encoding: gzip\r\n")) ASSERT_TRUE(client.send({&byte, 1}));
  EXPECT_EQ(client.receive().body, "front");
}

TEST_F(ServerRequests, UnknownFieldsAndStrangeButLegalOnesAreNoMatter) {
  EXPECT_EQ(wire.ask(get("/",
                         "X-Anything: \xc3\xa9\xff\r\nEmpty:\r\nTab:\tvalue\t\r\nUpgrade: h2c\r\nConnection: "
                         "Upgrade\r\n"))
                .status,
            200);
}
