#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "tests/server/wire.hpp"

using namespace tributary::server;
using namespace tributary::server::test;
using testing::HasSubstr;
using testing::Not;

namespace {

// Says back what it was sent.
Made echo(const Incoming& incoming) {
  return {.status = 202,
          .content_type = "text/plain",
          .body = incoming.method + " " + incoming.path + " ?" + incoming.query + " [" + incoming.body +
                  "] from " + incoming.client + " type " + incoming.header("content-type")};
}

Options with_echo() {
  return {.routes = {{.path = "/hub", .methods = {"POST"}, .max_body = 100, .handle = echo},
                     {.path = "/websub/", .methods = {"GET", "HEAD", "POST"}, .handle = echo}}};
}

std::string post(const std::string& target, const std::string& body, const std::string& more = {}) {
  return "POST " + target + " HTTP/1.1\r\nHost: x\r\n" + more +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

}  // namespace

TEST(ServerRoutes, ARouteGetsMethodPathQueryBodyAndClient) {
  Wire wire(with_echo());
  const auto response =
      wire.ask(post("/hub?a=b", "hub.mode=subscribe", "Content-Type: application/x-www-form-urlencoded\r\n"));
  EXPECT_EQ(response.status, 202);
  EXPECT_EQ(response.body,
            "POST /hub ?a=b [hub.mode=subscribe] from 127.0.0.1 type application/x-www-form-urlencoded");
  EXPECT_EQ(response.field("cache-control"), "no-store");
  EXPECT_THAT(wire.ask(get("/websub/token%31")).body, HasSubstr("GET /websub/token1 "));
}

TEST(ServerRoutes, ConnectionsGoOnBehindABody) {
  Wire wire(with_echo());
  auto client = wire.client();
  client.send(post("/hub", "one") + post("/hub", "two") + get("/websub/x"));
  EXPECT_THAT(client.receive().body, HasSubstr("[one]"));
  EXPECT_THAT(client.receive().body, HasSubstr("[two]"));
  EXPECT_THAT(client.receive().body, HasSubstr("GET /websub/x"));
}

TEST(ServerRoutes, AChunkedBodyIsPutTogether) {
  Wire wire(with_echo());
  auto client = wire.client();
  const std::string head_lines = "POST /hub HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  client.send(head_lines + "3\r\nabc\r\n1;name=value\r\nd\r\n0\r\nTrailer: x\r\n\r\n" + get("/websub/x"));
  EXPECT_THAT(client.receive().body, HasSubstr("[abcd]"));
  EXPECT_EQ(client.receive().status, 202);
  for (const char byte : head_lines + "3\r\nabc\r\n0\r\n\r\n") ASSERT_TRUE(client.send({&byte, 1}));
  EXPECT_THAT(client.receive().body, HasSubstr("[abc]"));
}

TEST(ServerRoutes, ABrokenChunkedBodyIs400AndTheEnd) {
  Wire wire(with_echo());
  for (const char* body : {"x\r\nabc\r\n0\r\n\r\n", "3\r\nabcd\r\n0\r\n\r\n", "3\nabc\r\n0\r\n\r\n",
                           "ffffffffffffffffff\r\nabc", "-1\r\nabc"}) {
    auto client = wire.client();
    client.send(std::string("POST /hub HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n") + body);
    const auto response = client.receive();
    EXPECT_EQ(response.status, 400) << body;
    EXPECT_EQ(response.field("connection"), "close") << body;
  }
}

TEST(ServerRoutes, ABodyOverTheRoutesLimitIs413) {
  Wire wire(with_echo());
  EXPECT_EQ(wire.ask(post("/hub", std::string(100, 'x'))).status, 202);
  EXPECT_EQ(wire.ask(post("/hub", std::string(101, 'x'))).status, 413);
  EXPECT_EQ(wire.ask("POST /hub HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999999\r\n\r\n").status, 413);
  EXPECT_EQ(wire.ask("POST /hub HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n" +
                     std::string(64, 'x') + "\r\n40\r\n" + std::string(64, 'x') + "\r\n0\r\n\r\n")
                .status,
            413);
}

TEST(ServerRoutes, AClientThatWaitsForContinueIsToldToGoOn) {
  Wire wire(with_echo());
  auto client = wire.client();
  client.send("POST /hub HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
  EXPECT_EQ(client.receive().status, 100);
  client.send("abc");
  EXPECT_THAT(client.receive().body, HasSubstr("[abc]"));
}

TEST(ServerRoutes, ABodyThatDoesNotComeInTimeGets408) {
  auto options = with_echo();
  options.head_deadline = std::chrono::milliseconds{60};
  Wire wire(options);
  auto client = wire.client();
  client.send("POST /hub HTTP/1.1\r\nHost: x\r\nContent-Length: 30\r\n\r\nabc");
  EXPECT_EQ(client.receive().status, 408);
}

TEST(ServerRoutes, OtherMethodsAreToldTheRoutesOwn) {
  Wire wire(with_echo());
  EXPECT_EQ(wire.ask(get("/hub")).status, 405);
  EXPECT_EQ(wire.ask(get("/hub")).field("allow"), "POST, OPTIONS");
  EXPECT_EQ(wire.ask(get("/hub/")).status, 404);
}

TEST(ServerRoutes, AHandlerThatThrowsCostsOneRequest) {
  Wire wire({.routes = {{.path = "/hub", .methods = {"GET"}, .handle = [](const Incoming&) -> Made {
                           throw std::runtime_error("secret detail");
                         }}}});
  wire.publish("index.html", "front");
  auto client = wire.client();
  const auto response = client.exchange(get("/hub"));
  EXPECT_EQ(response.status, 500);
  EXPECT_THAT(response.body, Not(HasSubstr("secret")));
  EXPECT_EQ(client.exchange(get("/")).body, "front");
}

TEST(ServerRoutes, WhatAHandlerSaysCannotSplitTheAnswer) {
  Wire wire({.routes = {{.path = "/hub", .methods = {"GET"}, .handle = [](const Incoming&) -> Made {
                           return {.content_type = "text/plain\r\nX-One: 1",
                                   .body = "x",
                                   .headers = {{"Location", "/a\r\n\r\n<script>"}}};
                         }}}});
  const auto response = wire.ask(get("/hub"));
  EXPECT_FALSE(response.has("x-one"));
  EXPECT_EQ(response.body, "x");
}

TEST(ServerRoutes, AProxyOnThisMachineIsBelievedWhoTheClientIs) {
  Wire wire(with_echo());
  EXPECT_THAT(wire.ask(post("/hub", "", "X-Forwarded-For: 203.0.113.9, 192.0.2.4\r\n")).body,
              HasSubstr("from 192.0.2.4 "));
}

TEST(ServerAdmin, ItsPagesAreOnItsOwnAddressOnly) {
  Wire wire({}, [](const std::string& target) -> Made {
    if (target == "/metrics") return {.content_type = "text/plain; version=0.0.4", .body = "up 1\n"};
    return {.status = 404};
  });
  wire.publish("index.html", "front");
  EXPECT_EQ(wire.ask(get("/metrics")).status, 404);
  EXPECT_EQ(wire.ask(get("/health")).status, 404);
  Client admin(wire.admin_url());
  const auto metrics = admin.exchange(get("/metrics"));
  EXPECT_EQ(metrics.status, 200);
  EXPECT_EQ(metrics.body, "up 1\n");
  EXPECT_EQ(metrics.field("content-type"), "text/plain; version=0.0.4");
  EXPECT_EQ(metrics.field("cache-control"), "no-store");
  EXPECT_FALSE(metrics.has("access-control-allow-origin"));
  EXPECT_EQ(admin.exchange(get("/")).status, 404) << "the published pages are not here";
}

TEST(ServerAdmin, ItsTargetComesWithItsQueryAndOnlyGetAndHeadAreTaken) {
  std::string asked;
  Wire wire({}, [&](const std::string& target) -> Made {
    asked = target;
    return {.content_type = "text/plain", .body = "page"};
  });
  Client admin(wire.admin_url());
  EXPECT_EQ(admin.exchange(head("/health?format=json"), true).field("content-length"), "4");
  EXPECT_EQ(asked, "/health?format=json");
  for (const char* method : {"POST", "OPTIONS", "DELETE"}) {
    const auto response = admin.exchange(std::string(method) + " /health HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(response.status, 405) << method;
    EXPECT_EQ(response.field("allow"), "GET, HEAD") << method;
  }
}
