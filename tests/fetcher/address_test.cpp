#include <gtest/gtest.h>

#include "fetcher/fetcher.hpp"

namespace tributary::fetcher {
namespace {

bool open(std::string_view address) {
  return address_allowed(address, {});
}

TEST(Address, PublicAddressesMayBeDialled) {
  for (const auto* address :
       {"8.8.8.8",         "1.1.1.1",           "93.184.215.14",        "9.255.255.255", "11.0.0.0",
        "100.63.255.255",  "100.128.0.0",       "172.15.255.255",       "172.32.0.0",    "192.0.1.0",
        "192.0.0.9",       "192.0.0.10",        "198.17.255.255",       "198.20.0.0",    "223.255.255.255",
        "2606:4700::1111", "2a00:1450:4001::1", "2001:4860:4860::8888", "2001:20::1",    "2001:4:112::1",
        "64:ff9b::808:808"}) {
    EXPECT_TRUE(open(address)) << address;
  }
}

TEST(Address, EverySpecialIpv4BlockIsRefusedToItsEdges) {
  for (const auto* address :
       {"0.0.0.0",         "0.255.255.255",   "10.0.0.0",        "10.255.255.255",  "100.64.0.0",
        "100.127.255.255", "100.100.100.200", "127.0.0.1",       "127.255.255.255", "169.254.0.0",
        "169.254.169.254", "169.254.255.255", "172.16.0.0",      "172.31.255.255",  "192.0.0.0",
        "192.0.0.8",       "192.0.0.170",     "192.0.0.192",     "192.0.2.1",       "192.88.99.1",
        "192.168.0.0",     "192.168.255.255", "198.18.0.0",      "198.19.255.255",  "198.51.100.1",
        "203.0.113.1",     "224.0.0.1",       "239.255.255.255", "240.0.0.1",       "255.255.255.255",
        "168.63.129.16"}) {
    EXPECT_FALSE(open(address)) << address;
  }
}

TEST(Address, EverySpecialIpv6BlockIsRefused) {
  for (const auto* address : {"::",
                              "::1",
                              "::ffff:8.8.8.8",
                              "::ffff:127.0.0.1",
                              "::127.0.0.1",
                              "64:ff9b::127.0.0.1",
                              "64:ff9b::10.0.0.1",
                              "64:ff9b::169.254.169.254",
                              "64:ff9b:1::808:808",
                              "100::1",
                              "100:0:0:1::1",
                              "2001::1",
                              "2001:2::1",
                              "2001:10::1",
                              "2001:1ff::1",
                              "2001:db8::1",
                              "2002:7f00:1::",
                              "2002:808:808::1",
                              "3fff::1",
                              "5f00::1",
                              "fc00::1",
                              "fd00:ec2::254",
                              "fe80::1",
                              "fec0::1",
                              "ff02::1",
                              "4000::1"}) {
    EXPECT_FALSE(open(address)) << address;
  }
}

TEST(Address, WhatIsNoLiteralIsRefused) {
  for (const auto* address : {"", "localhost", "example.org", "127.1", "0x7f000001", "[::1]", "1.2.3.4:80",
                              "8.8.8.8 ", "fe80::1%eth0"}) {
    EXPECT_FALSE(open(address)) << address;
  }
}

TEST(Address, AllowedRangesOpenExactlyThemselves) {
  const std::vector<std::string> allow{"127.0.0.0/8", "10.1.2.3",    "fd00::/8",
                                       "nonsense",    "10.9.0.0/99", "192.168.0.0/x"};
  EXPECT_TRUE(address_allowed("127.9.9.9", allow));
  EXPECT_TRUE(address_allowed("10.1.2.3", allow));
  EXPECT_FALSE(address_allowed("10.1.2.4", allow));
  EXPECT_TRUE(address_allowed("fd12::1", allow));
  EXPECT_FALSE(address_allowed("fc12::1", allow));
  EXPECT_FALSE(address_allowed("10.9.0.1", allow)) << "a range that cannot be read opens nothing";
  EXPECT_FALSE(address_allowed("192.168.0.1", allow));
  EXPECT_TRUE(address_allowed("::ffff:127.0.0.1", allow)) << "the same address by another spelling";
  EXPECT_FALSE(address_allowed("::ffff:10.0.0.1", allow));
}

TEST(Address, RangesThatEndInsideAByteCount) {
  const std::vector<std::string> allow{"172.16.0.0/12"};
  EXPECT_TRUE(address_allowed("172.31.255.255", allow));
  EXPECT_FALSE(address_allowed("192.168.0.1", allow));
}

}  // namespace
}  // namespace tributary::fetcher
