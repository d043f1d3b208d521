#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cstdlib>
#include <deque>
#include <thread>

#include "tests/server/wire.hpp"

using namespace tributary::server;
using namespace tributary::server::test;
using namespace std::chrono_literals;

namespace {

// Asks until it is so, at most ten seconds.
bool eventually(const std::function<bool()>& holds) {
  const auto end = std::chrono::steady_clock::now() + 10s;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::yield();
  }
  return true;
}

}  // namespace

TEST(ServerConnections, Http11StaysOpenAndHttp10Closes) {
  Wire wire;
  wire.publish("index.html", "front");
  auto modern = wire.client();
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(modern.exchange(get("/")).has("connection"));
  EXPECT_TRUE(modern.open_and_silent());
  auto old = wire.client();
  EXPECT_EQ(old.exchange("GET / HTTP/1.0\r\n\r\n").field("connection"), "close");
  EXPECT_TRUE(old.closed());
}

TEST(ServerConnections, WhatTheClientAsksOfTheConnectionIsDone) {
  Wire wire;
  wire.publish("index.html", "front");
  auto modern = wire.client();
  EXPECT_EQ(modern.exchange(get("/", "Connection: close\r\n")).field("connection"), "close");
  EXPECT_TRUE(modern.closed());
  auto old = wire.client();
  EXPECT_EQ(old.exchange("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").field("connection"),
            "keep-alive");
  EXPECT_EQ(old.exchange("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").status, 200);
}

TEST(ServerConnections, PipelinedRequestsAreAnsweredInOrder) {
  Wire wire;
  std::string requests;
  for (int i = 0; i < 50; ++i) {
    wire.publish("page" + std::to_string(i) + ".html", "page " + std::to_string(i));
    requests += i % 7 == 3 ? get("/missing") : get("/page" + std::to_string(i) + ".html");
  }
  auto client = wire.client();
  client.send(requests);
  for (int i = 0; i < 50; ++i) {
    const auto response = client.receive();
    if (i % 7 == 3) {
      EXPECT_EQ(response.status, 404) << i;
    } else {
      EXPECT_EQ(response.body, "page " + std::to_string(i));
    }
  }
  EXPECT_TRUE(client.open_and_silent());
}

TEST(ServerConnections, NothingBehindAClosingRequestIsAnswered) {
  Wire wire;
  wire.publish("index.html", "front");
  auto client = wire.client();
  client.send(get("/", "Connection: close\r\n") + get("/"));
  EXPECT_EQ(client.receive().status, 200);
  client.finish_sending();
  EXPECT_EQ(client.read_to_end(), "");
}

TEST(ServerConnections, AClientThatFinishedSendingStillGetsItsAnswer) {
  Wire wire;
  wire.publish("index.html", std::string(3'000'000, 'x'));
  auto client = wire.client();
  client.send(get("/"));
  client.finish_sending();
  EXPECT_EQ(client.receive().body.size(), 3'000'000u);
}

TEST(ServerConnections, AHeadThatDoesNotComeWholeInTimeGets408) {
  Wire wire({.head_deadline = 60ms});
  wire.publish("index.html", "front");
  auto client = wire.client();
  client.send("GET / HTTP/1.1\r\nHost: x\r\n");
  const auto response = client.receive();
  EXPECT_EQ(response.status, 408);
  EXPECT_EQ(response.field("connection"), "close");
  client.finish_sending();
  EXPECT_TRUE(client.closed());
  EXPECT_EQ(wire.counters().timed_out, 1u);
}

TEST(ServerConnections, DrippingAHeadDoesNotProlongItsDeadline) {
  Wire wire({.head_deadline = 150ms});
  auto client = wire.client();
  client.send("GET / HTTP/1.1\r\n");
  const auto start = std::chrono::steady_clock::now();
  // The server's silence ends by its own deadline; each drip waits for nothing but the socket.
  Response response;
  while (client.send("A: b\r\n") && client.open_and_silent() &&
         std::chrono::steady_clock::now() - start < 9s) {
    std::this_thread::yield();
  }
  response = client.receive();
  EXPECT_TRUE(response.status == 408 || response.status == 431) << response.status;
}

TEST(ServerConnections, AnIdleConnectionIsClosedWithoutAWordWhenItsTimeIsOver) {
  Wire wire({.idle_deadline = 60ms});
  wire.publish("index.html", "front");
  auto silent = wire.client();
  EXPECT_EQ(silent.read_to_end(), "");
  auto served = wire.client();
  EXPECT_EQ(served.exchange(get("/")).status, 200);
  EXPECT_EQ(served.read_to_end(), "");
}

TEST(ServerConnections, AReaderThatDoesNotReadIsCutOff) {
  Wire wire({.write_deadline = 60ms});
  // So small a buffer and so many answers that the server cannot be rid of them; a second for each 4 KiB is
  // too long for a test, so the answers are many and each is small.
  wire.publish("small.bin", std::string(2'000, 'x'));
  auto client = wire.client(4096);
  std::string requests;
  for (int i = 0; i < 200; ++i) requests += get("/small.bin");
  // The server stops reading when it cannot write, so this may not all be taken.
  for (int i = 0; i < 100 && wire.counters().timed_out == 0; ++i) {
    if (!client.send(requests)) break;
  }
  EXPECT_TRUE(eventually([&] { return wire.counters().timed_out == 1; }));
}

TEST(ServerConnections, ASlowClientHoldsUpNobodyElse) {
  Wire wire;
  wire.publish("index.html", "front");
  wire.publish("large.bin", std::string(20'000'000, 'x'));
  auto slow = wire.client();
  slow.send(get("/large.bin"));
  auto half = wire.client();
  half.send("GET / HT");
  for (int i = 0; i < 20; ++i) EXPECT_EQ(wire.ask(get("/")).body, "front");
  EXPECT_EQ(half.exchange("TP/1.1\r\nHost: x\r\n\r\n").body, "front");
  EXPECT_EQ(slow.receive().body.size(), 20'000'000u);
}

TEST(ServerConnections, AClientThatLeavesInTheMiddleCostsNothing) {
  Wire wire;
  wire.publish("index.html", "front");
  wire.publish("large.bin", std::string(20'000'000, 'x'));
  for (int i = 0; i < 30; ++i) {
    auto client = wire.client(4096);
    client.send(i % 3 == 0 ? "GET / HT" : get(i % 3 == 1 ? "/large.bin" : "/"));
  }
  EXPECT_EQ(wire.ask(get("/")).body, "front");
}

TEST(ServerConnections, WhenAllPlacesAreTakenTheOneIdleLongestMakesRoom) {
  Wire wire({.max_connections = 4});
  wire.publish("index.html", "front");
  std::deque<Client> clients;
  for (int i = 0; i < 4; ++i) {
    clients.push_back(wire.client());
    EXPECT_EQ(clients.back().exchange(get("/")).status, 200);
  }
  EXPECT_EQ(clients[0].exchange(get("/")).status, 200);  // now the second has been idle longest
  auto fifth = wire.client();
  EXPECT_EQ(fifth.exchange(get("/")).status, 200);
  EXPECT_TRUE(clients[1].closed());
  EXPECT_TRUE(clients[0].open_and_silent());
  EXPECT_TRUE(clients[2].open_and_silent());
  EXPECT_TRUE(clients[3].open_and_silent());
}

TEST(ServerConnections, WithoutAnIdleOneANewConnectionIsTold503) {
  Wire wire({.max_connections = 2});
  std::deque<Client> busy;
  for (int i = 0; i < 2; ++i) {
    busy.push_back(wire.client());
    busy.back().send("GET / HT");
  }
  // Both must be seen as busy before the third comes.
  ASSERT_TRUE(eventually([&] { return wire.counters().accepted == 2; }));
  auto third = wire.client();
  const auto response = third.receive();
  if (response.status != 503)
    GTEST_SKIP() << "the kernel took the connection but not yet the bytes of the others";
  EXPECT_EQ(response.field("retry-after"), "5");
}

TEST(ServerConnections, ThousandIdleConnectionsAreHeldWhileOthersAreServed) {
  Wire wire;
  wire.publish("index.html", "front");
  std::deque<Client> idle;
  for (int i = 0; i < 1000; ++i) idle.push_back(wire.client());
  auto visitor = wire.client();
  for (int i = 0; i < 100; ++i) ASSERT_EQ(visitor.exchange(get("/")).body, "front");
  EXPECT_EQ(wire.counters().open, 1001u);
  for (auto& client : idle) ASSERT_EQ(client.exchange(get("/")).status, 200);
}

TEST(ServerConnections, TenThousandIdleConnectionsDoNotKeepAVisitorOut) {
  if (const char* const wanted = std::getenv("TRIBUTARY_LONG"); wanted == nullptr || *wanted != '1') {
    GTEST_SKIP() << "only in a long run (TRIBUTARY_LONG=1)";
  }
  ::rlimit limit = {};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur < 15'000) GTEST_SKIP() << "the system allows too few descriptors for both ends";
  Wire wire;
  wire.publish("index.html", "front");
  std::deque<Client> idle;
  for (int i = 0; i < 10'000; ++i) {
    idle.push_back(wire.client());
    ASSERT_TRUE(idle.back().connected()) << i;
  }
  EXPECT_EQ(wire.ask(get("/")).body, "front");
  EXPECT_LE(wire.counters().open, 4096u);
}

TEST(ServerConnections, StopLetsAnAnswerUnderWayEndAndClosesIdleOnesAtOnce) {
  Wire wire;
  wire.publish("index.html", "front");
  wire.publish("large.bin", std::string(20'000'000, 'x'));
  auto idle = wire.client();
  EXPECT_EQ(idle.exchange(get("/")).status, 200);
  auto reading = wire.client();
  reading.send(get("/large.bin"));
  ASSERT_TRUE(eventually([&] { return wire.counters().requests == 2; }));
  wire.on_thread([](Server& server) { server.stop(10s); });
  EXPECT_TRUE(idle.closed());
  EXPECT_FALSE(wire.client().connected()) << "no more connections are taken";
  EXPECT_EQ(reading.receive().body.size(), 20'000'000u);
  EXPECT_TRUE(reading.closed());
  EXPECT_TRUE(wire.ended());
}

TEST(ServerConnections, StopCutsWhatOutlastsTheGrace) {
  Wire wire;
  wire.publish("large.bin", std::string(20'000'000, 'x'));
  auto reading = wire.client();
  reading.send(get("/large.bin"));
  ASSERT_TRUE(eventually([&] { return wire.counters().requests == 1; }));
  wire.on_thread([](Server& server) { server.stop(0s); });
  EXPECT_TRUE(wire.ended());
  EXPECT_LT(reading.receive().body.size(), 20'000'000u);
}
