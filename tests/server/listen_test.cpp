#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <cstring>
#include <fstream>

#include "tests/server/wire.hpp"

using namespace tributary;
using namespace tributary::server;
using namespace tributary::server::test;
using testing::HasSubstr;
using testing::StartsWith;

namespace {

Result<void> try_to_listen(const std::string& address) {
  boost::asio::io_context io;
  Server server(io, {.addresses = {.listen = address, .admin = ""}});
  return server.listen();
}

std::string address_of(const std::string& url) {
  return url.substr(7, url.size() - 8);  // without "http://" and the last '/'
}

}  // namespace

TEST(ServerListen, PortZeroTakesAFreeOneAndSaysWhich) {
  Wire wire;
  wire.publish("index.html", "front");
  EXPECT_THAT(wire.url(), testing::MatchesRegex("http://127\\.0\\.0\\.1:[1-9][0-9]+/"));
  EXPECT_EQ(wire.ask(get("/")).body, "front");
}

TEST(ServerListen, ATakenPortIsAClearError) {
  Wire wire;
  const auto second = try_to_listen(address_of(wire.url()));
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, ErrorKind::io);
  EXPECT_EQ(second.error().where, address_of(wire.url()));
  EXPECT_THAT(second.error().detail, HasSubstr("taken"));
}

TEST(ServerListen, ATakenAdminPortLeavesTheOtherFree) {
  Wire wire;
  boost::asio::io_context io;
  Server server(io, {.addresses = {.listen = "127.0.0.1:0", .admin = address_of(wire.url())}});
  ASSERT_FALSE(server.listen());
  EXPECT_EQ(server.admin_url(), "");
}

TEST(ServerListen, AMalformedAddressIsAFaultOfTheConfiguration) {
  const auto result = try_to_listen("127.0.0.1");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::config);
  EXPECT_FALSE(try_to_listen("host.invalid:0"));
}

TEST(ServerListen, IPv6IsServedWhereTheMachineHasIt) {
  if (!try_to_listen("[::1]:0")) GTEST_SKIP() << "no IPv6 loopback here";
  Wire wire({.addresses = {.listen = "[::1]:0"}});
  wire.publish("index.html", "front");
  EXPECT_THAT(wire.url(), StartsWith("http://[::1]:"));
  EXPECT_EQ(wire.ask(get("/")).body, "front");
}

TEST(ServerListen, AStarListensOnEveryAddress) {
  Wire wire({.addresses = {.listen = "*:0"}});
  wire.publish("index.html", "front");
  EXPECT_THAT(wire.url(), StartsWith("http://localhost:"));
  EXPECT_EQ(wire.ask(get("/")).body, "front");
}

TEST(ServerListen, LocalhostIsServed) {
  Wire wire({.addresses = {.listen = "localhost:0"}});
  wire.publish("index.html", "front");
  EXPECT_EQ(wire.ask(get("/")).body, "front");
}

TEST(ServerListen, AUnixSocketIsServedAndGoesWithTheServer) {
  TemporaryFolder folder;
  const std::string path = (folder.path() / "s.sock").string();
  {
    Wire wire({.addresses = {.listen = "unix:" + path}});
    wire.publish("index.html", "front");
    EXPECT_EQ(wire.url(), "unix:" + path);
    EXPECT_EQ(wire.ask(get("/")).body, "front");
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(ServerListen, AUnixSocketThatAKilledProcessLeftIsReplaced) {
  TemporaryFolder folder;
  const std::string path = (folder.path() / "s.sock").string();
  const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
  ::sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(fd, reinterpret_cast<::sockaddr*>(&address), sizeof address), 0);
  ::close(fd);  // bound, and nobody listens any more
  ASSERT_TRUE(std::filesystem::exists(path));
  Wire wire({.addresses = {.listen = "unix:" + path}});
  wire.publish("index.html", "front");
  EXPECT_EQ(wire.ask(get("/")).body, "front");
}

TEST(ServerListen, AUnixSocketInUseIsNotTakenAway) {
  TemporaryFolder folder;
  const std::string path = (folder.path() / "s.sock").string();
  Wire wire({.addresses = {.listen = "unix:" + path}});
  wire.publish("index.html", "front");
  const auto second = try_to_listen("unix:" + path);
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().detail, HasSubstr("another process"));
  EXPECT_EQ(wire.ask(get("/")).body, "front");
}

TEST(ServerListen, AFileInAUnixSocketsPlaceIsNotDeleted) {
  TemporaryFolder folder;
  const auto path = folder.path() / "precious.txt";
  std::ofstream(path) << "precious";
  EXPECT_FALSE(try_to_listen("unix:" + path.string()));
  EXPECT_EQ(std::filesystem::file_size(path), 8u);
}
