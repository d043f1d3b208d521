// The daemon over real sockets and signals.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>

#include "tests/behaviour/site.hpp"

using namespace tributary::test;
using testing::HasSubstr;

namespace {

std::string address_in(const std::string& line) {
  return line.substr(line.find("http"));
}

/// Asks until the answer holds `text`; empty when it never does.
std::string fetch_until(const std::string& url, const std::string& text) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{30};
  while (std::chrono::steady_clock::now() < end) {
    const auto got = run({"curl", "-s", "--max-time", "5", "--retry", "0", url});
    if (got.out.find(text) != std::string::npos) return got.out;
  }
  return {};
}

}  // namespace

TEST(Daemon, FetchesPublishesServesAndEndsCleanly) {
  HttpServer partners;
  partners.on("/rss", feed(rss("One", 2)));
  Site site;
  site.configure({"{url: '" + partners.url("/rss") + "', name: One}"});
  Background daemon({tributary_program().string(), "run", "--config", site.config().string()});
  const std::string page = address_in(daemon.wait_for_line("serving on "));
  const std::string health = address_in(daemon.wait_for_line("health on "));
  EXPECT_THAT(fetch_until(page + "atom.xml", "<entry"), HasSubstr("</feed>"));
  EXPECT_THAT(fetch_until(health, "One"), HasSubstr("</html>"));
  EXPECT_THAT(fetch_until(health.substr(0, health.rfind('/')) + "/metrics", "tributary_items 2"),
              HasSubstr("tributary_items 2"));
  EXPECT_EQ(run({"curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", page + "metrics"}).out, "404")
      << "never on the public address";
  daemon.signal(SIGTERM);
  EXPECT_EQ(daemon.wait(), 0);
}

TEST(Daemon, ASavedConfigurationIsTakenAndAFaultyOneIsNot) {
  HttpServer partners;
  partners.on("/a", feed(rss("Alpha")));
  partners.on("/b", feed(rss("Beta")));
  Site site;
  site.configure({"{url: '" + partners.url("/a") + "', name: Alpha}"});
  Background daemon(
      {tributary_program().string(), "run", "--config", site.config().string(), "--log-level", "off"});
  const std::string page = address_in(daemon.wait_for_line("serving on "));
  ASSERT_FALSE(fetch_until(page + "partners/alpha/atom.xml", "<entry").empty());

  write_file(site.config(), "site: {titel: broken");
  site.configure({"{url: '" + partners.url("/a") + "', name: Alpha}",
                  "{url: '" + partners.url("/b") + "', name: Beta}"});
  EXPECT_FALSE(fetch_until(page + "partners/beta/atom.xml", "<entry").empty());
  EXPECT_FALSE(fetch_until(page + "partners/alpha/atom.xml", "<entry").empty());
  daemon.signal(SIGTERM);
  EXPECT_EQ(daemon.wait(), 0);
}

TEST(Daemon, WhatAReloadCameToIsSeenInLogStatusAndHealth) {
  HttpServer partners;
  partners.on("/a", feed(rss("Alpha")));
  Site site;
  site.configure({"{url: '" + partners.url("/a") + "', name: Alpha}"});
  const std::string good = read_file(site.config());
  const auto log = site.folder() / "log";
  Background daemon({"sh", "-c", "exec \"$0\" run --config \"$1\" --log-level info 2>\"$2\"",
                     tributary_program().string(), site.config().string(), log.string()});
  const std::string page = address_in(daemon.wait_for_line("serving on "));
  const std::string health = address_in(daemon.wait_for_line("health on "));
  ASSERT_FALSE(fetch_until(page + "partners/alpha/atom.xml", "<entry").empty());
  EXPECT_THAT(site.run({"status"}).out, testing::Not(HasSubstr("last reload")));

  // As an editor saves that writes a new file and renames it.
  const auto save_by_rename = [&](const std::string& yaml) {
    write_file(site.folder() / "feeds.yaml~new", yaml);
    std::filesystem::rename(site.folder() / "feeds.yaml~new", site.config());
  };
  save_by_rename("fetsh: {}\n" + good);
  EXPECT_THAT(fetch_until(health, "Last reload: refused at "),
              HasSubstr("feeds.yaml:1:1: unknown key `fetsh`"));
  EXPECT_THAT(fetch_until(health + ".json", "refused at"), HasSubstr("unknown key `fetsh`"));
  EXPECT_THAT(read_file(log), HasSubstr("level=error reload error="));
  EXPECT_FALSE(fetch_until(page + "partners/alpha/atom.xml", "<entry").empty())
      << "the last good one is kept";
  // The file is mended, but a look at the status comes first.
  const auto elsewhere = site.folder() / "other.yaml";
  write_file(elsewhere, good);
  const auto told = run_program({"status", "--config", elsewhere.string()});
  EXPECT_THAT(told.out, HasSubstr("last reload: refused at "));
  save_by_rename(good);
  EXPECT_FALSE(fetch_until(health, "Last reload: done at ").empty());
  EXPECT_THAT(site.run({"status"}).out, HasSubstr("last reload: done at "));
  daemon.signal(SIGTERM);
  EXPECT_EQ(daemon.wait(), 0);
  EXPECT_THAT(site.run({"status"}).out, testing::Not(HasSubstr("last reload")))
      << "there is no daemon any more";
}

TEST(Daemon, AReloadDropsNoConnection) {
  HttpServer partners;
  partners.on("/a", feed(rss("Alpha")));
  Site site;
  site.configure({"{url: '" + partners.url("/a") + "', name: Alpha}"});
  Background daemon(
      {tributary_program().string(), "run", "--config", site.config().string(), "--log-level", "off"});
  const std::string page = address_in(daemon.wait_for_line("serving on "));
  const std::string health = address_in(daemon.wait_for_line("health on "));
  ASSERT_FALSE(fetch_until(page + "partners/alpha/atom.xml", "<entry").empty());
  // One connection that waits between two requests, and one that is in the middle of its request.
  const auto said = run({"python3", "-c", R"py(
import http.client, os, sys, urllib.request
page, health, file = sys.argv[1:]
host = page.split("/")[2]
idle, busy = http.client.HTTPConnection(host), http.client.HTTPConnection(host)
idle.request("GET", "/atom.xml")
assert idle.getresponse().read()
socket = idle.sock
busy.connect()
busy.sock.sendall(b"GET /atom.xml HTTP/1.1\r\nHost: x\r\n")
with open(file + ".new", "w") as new:
    new.write(open(file).read().replace("name: Alpha", "name: Alfa"))
os.rename(file + ".new", file)
while "Last reload: done" not in urllib.request.urlopen(health).read().decode():
    pass
idle.request("GET", "/atom.xml")
assert idle.getresponse().read() and idle.sock is socket
busy.sock.sendall(b"\r\n")
assert busy.sock.recv(100).startswith(b"HTTP/1.1 200 ")
print("kept")
)py",
                         page, health, site.config().string()});
  EXPECT_EQ(said.out, "kept\n") << said.err;
  daemon.signal(SIGTERM);
  EXPECT_EQ(daemon.wait(), 0);
}

TEST(Daemon, TheLastOfManySavesCounts) {
  HttpServer partners;
  partners.on("/a", feed(rss("Alpha")));
  Site site;
  const std::string alpha = "{url: '" + partners.url("/a") + "', name: Alpha";
  site.configure({alpha + "}"});
  Background daemon(
      {tributary_program().string(), "run", "--config", site.config().string(), "--log-level", "off"});
  const std::string page = address_in(daemon.wait_for_line("serving on "));
  ASSERT_FALSE(fetch_until(page + "partners/alpha/atom.xml", "<entry").empty());
  for (int i = 0; i < 30; ++i) {
    site.configure({alpha + ", slug: alpha-" + std::to_string(i) + "}"});
    daemon.signal(SIGHUP);
  }
  EXPECT_FALSE(fetch_until(page + "partners/alpha-29/atom.xml", "<entry").empty());
  daemon.signal(SIGTERM);
  EXPECT_EQ(daemon.wait(), 0);
}

TEST(Daemon, SecondProcessOnTheSamePortEndsWithAMessage) {
  HttpServer taken;
  Site site;
  site.configure({"{url: 'https://example.org/feed'}"});
  std::string yaml = read_file(site.config());
  yaml.replace(yaml.find("127.0.0.1:0"), 11, "127.0.0.1:" + std::to_string(taken.port()));
  write_file(site.config(), yaml);
  const auto refused = site.run({"run"});
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.err, HasSubstr(std::to_string(taken.port())));
}
