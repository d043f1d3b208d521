#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "tests/server/wire.hpp"

using namespace tributary::server;
using namespace tributary::server::test;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

namespace {

const std::string atom = "<?xml version=\"1.0\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\"/>\n";

}  // namespace

TEST(ServerFiles, APublishedFileIsServedWithItsLengthTypeAndTag) {
  Wire wire;
  wire.publish("atom.xml", atom);
  const auto response = wire.ask(get("/atom.xml"));
  EXPECT_EQ(response.line, "HTTP/1.1 200 OK");
  EXPECT_EQ(response.body, atom);
  EXPECT_EQ(response.field("content-length"), std::to_string(atom.size()));
  EXPECT_EQ(response.field("content-type"), "application/atom+xml; charset=utf-8");
  EXPECT_THAT(response.field("etag"), testing::MatchesRegex("\"[A-Za-z0-9_-]{22}\""));
  EXPECT_TRUE(response.has("last-modified"));
  EXPECT_TRUE(response.has("date"));
}

TEST(ServerFiles, AFolderIsItsIndexPage) {
  Wire wire;
  wire.publish("index.html", "front");
  wire.publish("topics/business/index.html", "business");
  EXPECT_EQ(wire.ask(get("/")).body, "front");
  EXPECT_EQ(wire.ask(get("/")).field("content-type"), "text/html; charset=utf-8");
  EXPECT_EQ(wire.ask(get("/topics/business/")).body, "business");
}

TEST(ServerFiles, AFolderWithoutSlashRedirectsAndKeepsTheQuery) {
  Wire wire;
  wire.publish("topics/business/index.html", "business");
  const auto response = wire.ask(get("/topics/business?count=3"));
  EXPECT_EQ(response.status, 301);
  EXPECT_EQ(response.field("location"), "/topics/business/?count=3");
}

TEST(ServerFiles, ASiteOnAPathOfItsHostRedirectsRelativeToWhatTheClientSees) {
  Wire wire({.site_url = "https://example.org/partners/"});
  wire.publish("topics/business/index.html", "business");
  EXPECT_EQ(wire.ask(get("/topics/business")).field("location"), "./business/");
}

TEST(ServerFiles, AFolderWithoutIndexPageIsNotListed) {
  Wire wire;
  wire.publish("archive/000001.xml", atom);
  EXPECT_EQ(wire.ask(get("/archive/")).status, 404);
  EXPECT_EQ(wire.ask(get("/archive")).status, 404);
}

TEST(ServerFiles, EachKindOfFileHasItsContentType) {
  Wire wire;
  const std::pair<const char*, const char*> kinds[] = {
      {"a.html", "text/html; charset=utf-8"},
      {"b.css", "text/css; charset=utf-8"},
      {"c.png", "image/png"},
      {"d.jpg", "image/jpeg"},
      {"e.svg", "image/svg+xml"},
      {"f.webp", "image/webp"},
      {"oembed.json", "application/json"},
      {"h.txt", "text/plain; charset=utf-8"},
      {"i.bin", "application/octet-stream"},
  };
  for (const auto& [name, type] : kinds) {
    wire.publish(name, "x");
    EXPECT_EQ(wire.ask(get(std::string("/") + name)).field("content-type"), type) << name;
  }
}

TEST(ServerFiles, XmlAndJsonAreToldApartByWhatTheyHold) {
  Wire wire;
  wire.publish("archive/000001.xml",
               "<?xml version='1.0'?><!-- <rss> --><a:feed xmlns:a='http://www.w3.org/2005/Atom'/>");
  wire.publish("rss.xml", "<?xml version='1.0'?>\n<?xml-stylesheet href='feed.css'?>\n<rss version='2.0'/>");
  wire.publish("opml.xml", "<opml version='2.0'/>");
  wire.publish("other.xml", "<other/>");
  wire.publish("feed.json", "{\"version\": \"https://jsonfeed.org/version/1.1\"}");
  EXPECT_EQ(wire.ask(get("/archive/000001.xml")).field("content-type"),
            "application/atom+xml; charset=utf-8");
  EXPECT_EQ(wire.ask(get("/rss.xml")).field("content-type"), "application/rss+xml; charset=utf-8");
  EXPECT_EQ(wire.ask(get("/opml.xml")).field("content-type"), "text/x-opml; charset=utf-8");
  EXPECT_EQ(wire.ask(get("/other.xml")).field("content-type"), "application/xml");
  EXPECT_EQ(wire.ask(get("/feed.json")).field("content-type"), "application/feed+json; charset=utf-8");
}

TEST(ServerFiles, WhatIsNotThereIsASmallPageThatSays404) {
  Wire wire;
  const auto response = wire.ask(get("/nothing.xml"));
  EXPECT_EQ(response.line, "HTTP/1.1 404 Not Found");
  EXPECT_EQ(response.field("content-type"), "text/html; charset=utf-8");
  EXPECT_THAT(response.body, EndsWith("</html>\n"));
  EXPECT_LT(response.body.size(), 500u);
  EXPECT_EQ(wire.ask(get("/index.html/below")).status, 404);
  EXPECT_EQ(wire.ask(get("/" + std::string(300, 'x'))).status, 404) << "a name longer than a file system's";
}

TEST(ServerFiles, ErrorPagesDoNotRepeatWhatTheClientSent) {
  Wire wire;
  EXPECT_THAT(wire.ask(get("/<script>alert(1)</script>")).body, Not(HasSubstr("alert")));
}

TEST(ServerFiles, NoSpellingOfAPathLeavesTheFolder) {
  TemporaryFolder outer;
  std::filesystem::create_directories(outer.path() / "public");
  std::ofstream(outer.path() / "secret.txt") << "secret";
  std::ofstream(outer.path() / "public" / "index.html") << "front";
  Wire wire({.folder = outer.path() / "public"});
  for (const char* target :
       {"/../secret.txt", "/%2e%2e/secret.txt", "/%2E%2E%2Fsecret.txt", "/..%2fsecret.txt",
        "/x/../../secret.txt", "/./../secret.txt", "//../secret.txt", "/..\\secret.txt",
        "/%252e%252e/secret.txt", "/..;/secret.txt", "/%c0%ae%c0%ae/secret.txt", "/..%00/secret.txt",
        "/secret.txt%00.html", "http://host/../secret.txt"}) {
    const auto response = wire.ask(get(target));
    EXPECT_TRUE(response.status == 400 || response.status == 404) << target << " " << response.status;
    EXPECT_THAT(response.body, Not(HasSubstr("secret"))) << target;
  }
}

TEST(ServerFiles, MalformedEscapesAndEncodedZerosAre400) {
  Wire wire;
  for (const char* target : {"/%", "/%4", "/%zz", "/a%00b", "/a%0ab", "/%7f"}) {
    EXPECT_EQ(wire.ask(get(target)).status, 400) << target;
  }
}

TEST(ServerFiles, EscapedNamesAreDecodedOnce) {
  Wire wire;
  wire.publish("partners/caf\xc3\xa9 b/index.html", "cafe");
  EXPECT_EQ(wire.ask(get("/partners/caf%C3%A9%20b/")).body, "cafe");
  EXPECT_EQ(wire.ask(get("/partners/caf%25C3%25A9%2520b/")).status, 404);
}

TEST(ServerFiles, DotfilesAndTemporaryFilesAreNeverServed) {
  Wire wire;
  for (const char* name : {".htaccess", ".git/config", "atom.xml.tmp", "index.html~", ".atom.xml.Xy12"}) {
    wire.publish(name, "hidden");
    EXPECT_EQ(wire.ask(get(std::string("/") + name)).status, 404) << name;
  }
}

TEST(ServerFiles, SymbolicLinksOutOfTheFolderAreNotFollowed) {
  TemporaryFolder elsewhere;
  std::ofstream(elsewhere.path() / "secret.html") << "secret";
  Wire wire;
  wire.publish("real/index.html", "real");
  std::filesystem::create_symlink(elsewhere.path() / "secret.html", wire.folder() / "link.html");
  std::filesystem::create_directory_symlink(elsewhere.path(), wire.folder() / "way");
  std::filesystem::create_directory_symlink("real", wire.folder() / "alias");
  EXPECT_EQ(wire.ask(get("/link.html")).status, 404);
  EXPECT_EQ(wire.ask(get("/way/secret.html")).status, 404);
  EXPECT_EQ(wire.ask(get("/alias/")).body, "real");
}

TEST(ServerFiles, APipeInTheFolderHoldsNobody) {
  Wire wire;
  wire.publish("index.html", "front");
  ASSERT_EQ(::mkfifo((wire.folder() / "pipe.html").c_str(), 0600), 0);
  EXPECT_EQ(wire.ask(get("/pipe.html")).status, 404);
  EXPECT_EQ(wire.ask(get("/")).body, "front");
}

TEST(ServerFiles, AFileReplacedByRenameIsServedByTheNextRequest) {
  Wire wire;
  auto client = wire.client();
  std::string last_tag;
  for (int version = 0; version < 20; ++version) {
    wire.publish("index.html", "version " + std::to_string(version));
    const auto response = client.exchange(get("/"));
    EXPECT_EQ(response.body, "version " + std::to_string(version));
    EXPECT_NE(response.field("etag"), last_tag);
    last_tag = response.field("etag");
  }
}

TEST(ServerFiles, AReaderWhoPollsWhileFilesChangeNeverSeesHalfOfOne) {
  Wire wire;
  const auto page = [](int version) {
    return std::string(20'000 + static_cast<std::size_t>(version), static_cast<char>('a' + version % 26)) +
           ".";
  };
  wire.publish("index.html", page(0));
  std::atomic<bool> done = false;
  std::jthread writer([&] {
    for (int version = 0; version < 300; ++version) wire.publish("index.html", page(version));
    done = true;
  });
  auto client = wire.client();
  int reads = 0;
  while (!done || reads < 50) {
    const auto response = client.exchange(get("/"));
    ASSERT_EQ(response.status, 200);
    ASSERT_EQ(response.body.find_first_not_of(response.body[0]), response.body.size() - 1);
    ASSERT_EQ(response.body.back(), '.');
    ++reads;
  }
}

TEST(ServerFiles, WhoAsksAfterAReplacementSeesItHoweverBusyTheServerIs) {
  Wire wire;
  wire.publish("atom.xml", "0");
  std::atomic<bool> done = false;
  std::vector<std::jthread> others;
  for (int i = 0; i < 8; ++i) {
    others.emplace_back([&] {
      auto client = wire.client();
      while (!done && client.exchange(get("/atom.xml")).status == 200) {
      }
    });
  }
  auto client = wire.client();
  std::string seen, expected;
  for (int version = 1; version <= 300 && seen == expected; ++version) {
    expected = std::to_string(version);
    wire.publish("atom.xml", expected);
    seen = client.exchange(get("/atom.xml")).body;
  }
  EXPECT_EQ(seen, expected);
  done = true;
}

TEST(ServerFiles, AFileThatIsGoneIs404AndComesBack) {
  Wire wire;
  wire.publish("index.html", "one");
  EXPECT_EQ(wire.ask(get("/")).status, 200);
  std::filesystem::remove(wire.folder() / "index.html");
  EXPECT_EQ(wire.ask(get("/")).status, 404);
  wire.publish("index.html", "two");
  EXPECT_EQ(wire.ask(get("/")).body, "two");
}

TEST(ServerFiles, TheFolderMayAppearAfterTheServer) {
  TemporaryFolder outer;
  Wire wire({.folder = outer.path() / "public"});
  EXPECT_EQ(wire.ask(get("/")).status, 404);
  std::filesystem::create_directory(outer.path() / "public");
  std::ofstream(outer.path() / "public" / "index.html") << "front";
  EXPECT_EQ(wire.ask(get("/")).body, "front");
}

TEST(ServerFiles, AFolderThatIsALinkMayBeSwitchedToAnotherRelease) {
  TemporaryFolder outer;
  for (const char* release : {"one", "two"}) {
    std::filesystem::create_directory(outer.path() / release);
    std::ofstream(outer.path() / release / "index.html") << release;
  }
  std::filesystem::create_directory_symlink("one", outer.path() / "public");
  Wire wire({.folder = outer.path() / "public"});
  EXPECT_EQ(wire.ask(get("/")).body, "one");
  std::filesystem::create_directory_symlink("two", outer.path() / "next");
  std::filesystem::rename(outer.path() / "next", outer.path() / "public");
  EXPECT_EQ(wire.ask(get("/")).body, "two");
}

TEST(ServerFiles, AnEmptyFileIsServedWithLengthZero) {
  Wire wire;
  wire.publish("empty.txt", "");
  const auto response = wire.ask(get("/empty.txt"));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.field("content-length"), "0");
}

TEST(ServerFiles, AFileTooLargeForTheCacheIsSentWholeAndByRange) {
  Wire wire({.cache_bytes = 1024 * 1024});
  std::string bytes(3'000'000, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 7 / 3);
  wire.publish("large.bin", bytes);
  const auto whole = wire.ask(get("/large.bin"));
  EXPECT_EQ(whole.body, bytes);
  EXPECT_EQ(wire.ask(head("/large.bin")).field("content-length"), "3000000");
  const auto part = wire.ask(get("/large.bin", "Range: bytes=1000000-1999999\r\n"));
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(part.body, bytes.substr(1'000'000, 1'000'000));
  EXPECT_EQ(wire.ask(get("/large.bin", "If-None-Match: " + whole.field("etag") + "\r\n")).status, 304);
  EXPECT_LT(wire.counters().cached_bytes, 1024u * 1024u);
}

TEST(ServerFiles, ALargePageThatIsMuchAskedForComesWholeEachTime) {
  Wire wire;  // from the fifth time on the kernel sends it by itself
  std::string bytes;
  for (int i = 0; bytes.size() < 2'000'000; ++i) bytes += std::to_string(i) + " ";
  wire.publish("large.txt", bytes);
  auto client = wire.client();
  for (int i = 0; i < 8; ++i) EXPECT_EQ(client.exchange(get("/large.txt")).body, bytes) << i;
  wire.publish("large.txt", bytes + "more");
  EXPECT_EQ(client.exchange(get("/large.txt")).body, bytes + "more");
}

TEST(ServerFiles, TheCacheStaysWithinItsBudget) {
  Wire wire({.cache_bytes = 200'000});
  auto client = wire.client();
  for (int i = 0; i < 100; ++i) {
    const std::string name = "page" + std::to_string(i) + ".html";
    wire.publish(name, std::string(10'000, 'x') + name);
    EXPECT_THAT(client.exchange(get("/" + name)).body, EndsWith(name));
  }
  EXPECT_LE(wire.counters().cached_bytes, 200'000u);
  EXPECT_THAT(client.exchange(get("/page0.html")).body, EndsWith("page0.html"));
}

TEST(ServerFiles, HeadSaysWhatGetSaysAndSendsNoBody) {
  Wire wire;
  wire.publish("index.html", std::string(5000, 'x'));
  wire.publish("topics/a/index.html", "a");
  auto client = wire.client();
  for (const std::string target : {"/", "/topics/a", "/missing", "/%zz"}) {
    for (const std::string more : {"", "Accept-Encoding: gzip\r\n", "If-None-Match: *\r\n"}) {
      const auto to_get = client.exchange(get(target, more));
      const auto to_head = client.exchange(head(target, more), true);
      const auto without_date = [](std::multimap<std::string, std::string> fields) {
        fields.erase("date");
        return fields;
      };
      EXPECT_EQ(to_head.line, to_get.line) << target;
      EXPECT_EQ(without_date(to_head.fields), without_date(to_get.fields)) << target;
    }
  }
  EXPECT_TRUE(client.open_and_silent());
}
