// The store on another backend: what is published must not show where it is kept.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/behaviour/site.hpp"
#include "tests/support/postgresql.hpp"

using namespace tributary::test;
using testing::HasSubstr;

namespace {

std::vector<std::string> two_feeds(HttpServer& partners) {
  partners.on("/one", feed(rss("One", 30)));
  partners.on("/two", feed(rss("Two", 3)));
  return {"{url: '" + partners.url("/one") + "', name: One, topics: [business]}",
          "{url: '" + partners.url("/two") + "', name: Two}"};
}

const std::string topics = "topics: [{slug: business, title: Small Business}]\n";

/// feeds.yaml with another store.
void name_store(const Site& site, const std::string& url) {
  auto yaml = read_file(site.config());
  const std::string line = "store: sqlite:data/tributary.db\n";
  const auto at = yaml.find(line);
  ASSERT_NE(at, std::string::npos);
  write_file(site.config(), yaml.replace(at, line.size(), "store: '" + url + "'\n"));
}

}  // namespace

TEST(MoveStoreCommand, TheOutputsAreTheSameFromTheNewStore) {
  HttpServer partners;
  Site site;
  site.configure(two_feeds(partners), topics);
  ASSERT_EQ(site.run({"update"}).code, 0);
  const auto before = site.all_published();
  const auto there = (site.folder() / "moved" / "other.db").string();
  const auto moved = site.run({"move-store", there});
  ASSERT_EQ(moved.code, 0) << moved.err;
  EXPECT_THAT(moved.out, HasSubstr("store: " + there));
  name_store(site, "sqlite:" + there);
  ASSERT_EQ(site.run({"publish"}).code, 0);
  EXPECT_EQ(site.all_published(), before);
  const auto again = site.run({"move-store", there});
  EXPECT_EQ(again.code, 2) << "where the store is already: " << again.err;
}

TEST(MoveStoreCommand, WithoutAStoreItSaysSo) {
  Site site;
  site.configure({"{url: 'http://127.0.0.1:1/', name: One}"});
  const auto moved = site.run({"move-store", (site.folder() / "other.db").string()});
  EXPECT_EQ(moved.code, 1);
  EXPECT_THAT(moved.err, HasSubstr("there is no store yet"));
}

TEST(PostgresqlSite, AStoreThatWasMovedThereAndOneThatBeganThereBothPublishTheSame) {
  const TemporaryFolder names;
  const auto url = fresh_postgresql(names.path().filename().string());
  if (url.empty()) GTEST_SKIP() << "no PostgreSQL was started: tests/support/with-postgresql does";
  HttpServer partners;
  const auto feeds = two_feeds(partners);
  Site site;
  site.configure(feeds, topics);
  ASSERT_EQ(site.run({"update"}).code, 0);
  const auto before = site.all_published();
  ASSERT_EQ(site.run({"move-store", url}).code, 0);
  name_store(site, url);
  ASSERT_EQ(site.run({"publish"}).code, 0);
  EXPECT_EQ(site.all_published(), before);
  const auto pass = site.run({"update", "--force"});
  ASSERT_EQ(pass.code, 0) << pass.err;
  EXPECT_EQ(site.all_published(), before);

  Site fresh;
  fresh.configure(feeds, topics);
  name_store(fresh, fresh_postgresql(names.path().filename().string() + "fresh"));
  const auto first = fresh.run({"update"});
  ASSERT_EQ(first.code, 0) << first.err;
  EXPECT_EQ(fresh.all_published(), before);
  EXPECT_THAT(fresh.run({"status"}).out, HasSubstr("One"));
}
