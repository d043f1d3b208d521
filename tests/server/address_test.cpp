#include "server/address.hpp"

#include <gtest/gtest.h>

using tributary::ErrorKind;
using tributary::server::parse_address;

TEST(ServerAddress, HostAndPortAreReadInEveryForm) {
  EXPECT_EQ(parse_address("127.0.0.1:8080")->host, "127.0.0.1");
  EXPECT_EQ(parse_address("127.0.0.1:8080")->port, 8080);
  EXPECT_EQ(parse_address("localhost:0")->port, 0);
  EXPECT_EQ(parse_address("[::1]:65535")->host, "::1");
  EXPECT_EQ(parse_address("*:80")->host, "");
  EXPECT_EQ(parse_address(":80")->host, "");
  EXPECT_EQ(parse_address("unix:/run/tributary.sock")->path, "/run/tributary.sock");
}

TEST(ServerAddress, WhatIsNoAddressIsAFaultOfTheConfiguration) {
  for (const std::string text : {"", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1",
                                 "127.0.0.1:80a", "::1:80", "[::1:80", "[]:80", "unix:"}) {
    const auto address = parse_address(text);
    ASSERT_FALSE(address) << text;
    EXPECT_EQ(address.error().kind, ErrorKind::config) << text;
    EXPECT_EQ(address.error().where, text);
  }
  EXPECT_FALSE(parse_address("unix:/" + std::string(107, 'x')));
}
