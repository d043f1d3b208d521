// The main job, as an admin's cron job runs it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <boost/json.hpp>

#include "tests/behaviour/site.hpp"

using namespace tributary::test;
using testing::HasSubstr;
using testing::Not;

namespace {

namespace json = boost::json;

json::object status_of(const Site& site, const std::string& url,
                       const std::string& now = "2026-11-24T12:00:00Z") {
  const auto said = site.run({"status", "--json"}, now);
  EXPECT_EQ(said.code, 0) << said.err;
  const json::value document = json::parse(said.out);
  for (const auto& feed : document.at("feeds").as_array()) {
    if (feed.at("configured_url").as_string() == url) return feed.as_object();
  }
  ADD_FAILURE() << "no feed " << url << " in " << said.out;
  return {};
}

std::string atom(const std::string& title, const std::string& link, const std::string& updated) {
  return "<?xml version='1.0' encoding='utf-8'?><feed xmlns='http://www.w3.org/2005/Atom'><title>Two</title>"
         "<id>urn:two</id><updated>" +
         updated + "</updated><entry><title>" + title + "</title><id>urn:two:1</id><link href='" + link +
         "'/><updated>" + updated + "</updated><summary>Words.</summary></entry></feed>";
}

}  // namespace

TEST(Update, ItemsOfAllPartnersStandInTheMergedFeedsAndOnThePage) {
  HttpServer partners;
  partners.on("/rss", feed(rss("One", 2)));
  partners.on("/atom", feed(atom("From Two", "https://two.example.org/1", "2026-11-20T10:00:00Z"),
                            "application/atom+xml"));
  Site site;
  site.configure({"{url: '" + partners.url("/rss") + "', name: One}",
                  "{url: '" + partners.url("/atom") + "', name: Two, type: News}"});
  const auto done = site.run({"update"});
  ASSERT_EQ(done.code, 0) << done.err;
  for (const char* document : {"atom.xml", "rss.xml", "feed.json", "index.html"}) {
    EXPECT_THAT(site.published(document), HasSubstr("From Two")) << document;
  }
  EXPECT_THAT(site.published("index.html"), HasSubstr("News</span> / Last Modified: "));
  EXPECT_THAT(site.published("index.html"), HasSubstr("20 November 2026"));
  EXPECT_THAT(site.published("index.html"), testing::EndsWith("</html>\n"));
  EXPECT_THAT(site.published("opml.xml"), HasSubstr(partners.url("/rss")));
  EXPECT_THAT(site.published("partners/two/atom.xml"), HasSubstr("From Two"));
}

TEST(Update, ASecondPassAsksConditionallyStoresNothingAndLeavesEveryFileAlone) {
  HttpServer partners;
  partners.on(
      "/rss",
      conditional({.headers = {{"ETag", "\"v-1\""}, {"Last-Modified", "Tue, 24 Nov 2026 08:00:00 GMT"}},
                   .body = rss("One", 3)}));
  Site site;
  site.configure({"{url: '" + partners.url("/rss") + "', name: One}"});
  ASSERT_EQ(site.run({"update"}).code, 0);
  const auto before = site.all_published();
  const auto written = std::filesystem::last_write_time(site.output() / "atom.xml");
  const auto again = site.run({"update", "--force"}, "2026-11-24T12:30:00Z");
  ASSERT_EQ(again.code, 0) << again.err;
  const auto asked = partners.requests("/rss");
  ASSERT_EQ(asked.size(), 2u);
  EXPECT_EQ(asked[1].header("If-None-Match"), "\"v-1\"");
  EXPECT_EQ(asked[1].header("If-Modified-Since"), "Tue, 24 Nov 2026 08:00:00 GMT");
  EXPECT_THAT(again.out, HasSubstr("0 new items"));
  EXPECT_EQ(site.all_published(), before);
  EXPECT_EQ(std::filesystem::last_write_time(site.output() / "atom.xml"), written);
}

TEST(Update, AFeedThatIsNotDueIsNotAsked) {
  HttpServer partners;
  partners.on("/rss", feed(rss("One")));
  Site site;
  site.configure({"{url: '" + partners.url("/rss") + "', name: One}"});
  ASSERT_EQ(site.run({"update"}).code, 0);
  ASSERT_EQ(site.run({"update"}, "2026-11-24T12:10:00Z").code, 0);
  EXPECT_EQ(partners.count("/rss"), 1u);
  ASSERT_EQ(site.run({"update"}, "2026-11-26T12:10:00Z").code, 0);
  EXPECT_EQ(partners.count("/rss"), 2u);
}

TEST(Update, OnlyTheFeedsThatAreNamedAreAsked) {
  HttpServer partners;
  partners.otherwise([](const Seen&) { return feed(rss("One")); });
  Site site;
  site.configure({"{url: '" + partners.url("/a") + "', name: Alpha}",
                  "{url: '" + partners.url("/b") + "', name: Beta}"});
  ASSERT_EQ(site.run({"update", "beta"}).code, 0);
  EXPECT_EQ(partners.count("/a"), 0u);
  EXPECT_EQ(partners.count("/b"), 1u);
  EXPECT_EQ(site.run({"update", "gamma"}).code, 2);
}

TEST(Update, APartnerThatIsDownSlowHugeOrNoFeedCostsTheOthersNothingAndStatusSaysWhy) {
  HttpServer partners;
  partners.on("/good", feed(rss("Good", 2)));
  partners.on("/gone", Reply{.status = 410});
  partners.on("/broken", Reply{.status = 500});
  partners.on("/html", Reply{.headers = {{"Content-Type", "text/html"}},
                             .body = "<!DOCTYPE html><html><body><h1>Welcome</h1></body></html>"});
  partners.on("/never", Reply{.gate = std::make_shared<Gate>()});
  partners.on("/huge", Reply{.headers = {{"Content-Type", "application/rss+xml"}},
                             .body = std::string(1 << 20, ' '),
                             .repeat = 100});
  int closed_port = 0;
  {
    HttpServer gone;
    closed_port = gone.port();
  }
  const std::string down = "http://127.0.0.1:" + std::to_string(closed_port) + "/feed";
  Site site;
  std::vector<std::string> feeds;
  for (const char* path : {"/gone", "/broken", "/html", "/never", "/huge", "/good"}) {
    feeds.push_back("{url: '" + partners.url(path) + "', name: 'F" + std::string(path + 1) + "'}");
  }
  feeds.push_back("{url: '" + down + "', name: Down}");
  site.configure(feeds, "fetch: {allow_addresses: [127.0.0.0/8], timeout: 2s, per_host: 16}\n");

  const auto done = site.run({"update"});
  ASSERT_EQ(done.code, 0) << done.err;
  EXPECT_THAT(site.published("atom.xml"), HasSubstr("<entry"));
  EXPECT_EQ(status_of(site, partners.url("/good")).at("state").as_string(), "ok");
  EXPECT_EQ(status_of(site, partners.url("/good")).at("items").to_number<int>(), 2);
  EXPECT_EQ(status_of(site, partners.url("/gone")).at("state").as_string(), "gone");
  for (const auto& url : {partners.url("/broken"), partners.url("/html"), partners.url("/never"),
                          partners.url("/huge"), down}) {
    const auto feed = status_of(site, url);
    EXPECT_EQ(feed.at("state").as_string(), "failing") << url;
    EXPECT_TRUE(feed.at("last_error").is_string()) << url;
    EXPECT_EQ(feed.at("consecutive_failures").to_number<int>(), 1) << url;
    EXPECT_TRUE(feed.at("last_success").is_null()) << url;
  }
  EXPECT_EQ(status_of(site, partners.url("/broken")).at("last_status").to_number<int>(), 500);

  ASSERT_EQ(site.run({"update", "--force"}, "2026-11-24T13:00:00Z").code, 0);
  EXPECT_EQ(partners.count("/gone"), 1u) << "a gone feed is asked no more";
}

TEST(Update, AFailureCostsNothingThatWasStored) {
  HttpServer partners;
  partners.on("/rss", feed(rss("One", 2)));
  Site site;
  site.configure({"{url: '" + partners.url("/rss") + "', name: One}"});
  ASSERT_EQ(site.run({"update"}).code, 0);
  const auto before = site.all_published();
  partners.on("/rss", feed("<rss><channel><title>cut"));
  ASSERT_EQ(site.run({"update", "--force"}, "2026-11-24T13:00:00Z").code, 0);
  EXPECT_EQ(site.published("atom.xml"), before.at("atom.xml"));
  partners.on("/rss", feed(""));
  ASSERT_EQ(site.run({"update", "--force"}, "2026-11-24T14:00:00Z").code, 0);
  EXPECT_EQ(site.published("atom.xml"), before.at("atom.xml"));
}

TEST(Update, OneStoryOfTwoPartnersStandsOnceWithBothNames) {
  HttpServer partners;
  partners.on("/a", feed(atom("The story", "https://example.org/story", "2026-11-20T10:00:00Z")));
  partners.on("/b", feed(atom("The story, again", "http://www.example.org/story/?utm_source=b",
                              "2026-11-21T10:00:00Z")));
  Site site;
  site.configure({"{url: '" + partners.url("/a") + "', name: Alpha, priority: 5}",
                  "{url: '" + partners.url("/b") + "', name: Beta}"});
  ASSERT_EQ(site.run({"update"}).code, 0);
  const std::string page = site.published("index.html");
  EXPECT_THAT(page, HasSubstr("The story"));
  EXPECT_THAT(page, Not(HasSubstr("The story, again</a></h")));
  EXPECT_THAT(page, HasSubstr("Also published by"));
  EXPECT_THAT(page, HasSubstr("Beta"));
}

TEST(Update, AnOutputThatCannotBeWrittenIsSaidInAFewLinesAndEndsWithOne) {
  HttpServer partners;
  partners.on("/rss", feed(rss("One")));
  Site site;
  site.configure({"{url: '" + partners.url("/rss") + "', name: One}"});
  std::filesystem::create_directories(site.output() / "atom.xml" / "in the way");
  const auto refused = site.run({"update"});
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.err, HasSubstr("atom.xml"));
  EXPECT_LT(std::ranges::count(refused.err, '\n'), 5);
}

TEST(Update, AFileSizeLimitEndsWithOneAndTheStoreStaysWhole) {
  HttpServer partners;
  partners.on("/rss", feed(rss("One", 500)));
  Site site;
  site.configure({"{url: '" + partners.url("/rss") + "', name: One}"});
  const auto limited = tributary::test::run({"bash", "-c", "ulimit -f 64; exec \"$0\" update --config \"$1\"",
                                             tributary_program().string(), site.config().string()});
  EXPECT_EQ(limited.code, 1) << limited.err;
  EXPECT_FALSE(limited.err.empty());
  EXPECT_EQ(site.run({"update"}).code, 0);
  EXPECT_THAT(site.published("atom.xml"), HasSubstr("<entry"));
}

TEST(Update, ATruncatedStoreIsRefusedBeforeAnythingIsChanged) {
  HttpServer partners;
  partners.on("/rss", feed(rss("One", 50)));
  Site site;
  site.configure({"{url: '" + partners.url("/rss") + "', name: One}"});
  ASSERT_EQ(site.run({"update"}).code, 0);
  std::filesystem::resize_file(site.store(), std::filesystem::file_size(site.store()) / 2);
  const std::string before = read_file(site.store());
  const auto refused = site.run({"update", "--force"});
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.err, HasSubstr("truncated"));
  EXPECT_EQ(read_file(site.store()), before);
  EXPECT_EQ(partners.count("/rss"), 1u);
}

TEST(Update, TheSameStoreGivesTheSameBytesInAnotherFolderTimeZoneAndLocale) {
  HttpServer partners;
  partners.on("/rss", feed(rss("One", 5)));
  std::map<std::string, std::string> first;
  for (const char* zone : {"UTC", "Asia/Kolkata"}) {
    Site site;
    site.configure({"{url: '" + partners.url("/rss") + "', name: One}"});
    const auto done = tributary::test::run({"env", std::string("TZ=") + zone, "LC_ALL=tr_TR.UTF-8",
                                            tributary_program().string(), "update", "--config",
                                            site.config().string(), "--now", "2026-11-24T12:00:00Z"});
    ASSERT_EQ(done.code, 0) << done.err;
    if (first.empty()) {
      first = site.all_published();
    } else {
      EXPECT_EQ(site.all_published(), first);
    }
  }
}

TEST(Update, PublishMakesTheSameOutputAgainFromTheStore) {
  HttpServer partners;
  partners.on("/rss", feed(rss("One", 5)));
  Site site;
  site.configure({"{url: '" + partners.url("/rss") + "', name: One}"});
  ASSERT_EQ(site.run({"update"}).code, 0);
  const auto before = site.all_published();
  std::filesystem::remove_all(site.output());
  ASSERT_EQ(site.run({"publish"}, "2027-01-01T00:00:00Z").code, 0);
  EXPECT_EQ(site.all_published(), before);
}

TEST(Update, SecretsComeFromTheEnvironmentAndAppearNowhere) {
  HttpServer partners;
  partners.on("/rss", feed(rss("One")));
  Site site;
  site.configure({"{url: '" + partners.url("/rss") +
                  "', name: One, auth: {username: tributary, password_env: SAMPLE_PASSWORD}}"});
  const auto done =
      tributary::test::run({"env", "SAMPLE_PASSWORD=open-sesame", tributary_program().string(), "update",
                            "--config", site.config().string(), "--log-level", "trace"});
  ASSERT_EQ(done.code, 0) << done.err;
  ASSERT_EQ(partners.count("/rss"), 1u);
  EXPECT_EQ(partners.requests("/rss")[0].header("Authorization"), "Basic dHJpYnV0YXJ5Om9wZW4tc2VzYW1l");
  EXPECT_THAT(done.err + done.out + read_file(site.store()), Not(HasSubstr("open-sesame")));
  const auto without = site.run({"update", "--force"}, "2026-11-24T13:00:00Z");
  EXPECT_EQ(without.code, 0);
  EXPECT_THAT(std::string(status_of(site, partners.url("/rss")).at("last_error").as_string()),
              HasSubstr("SAMPLE_PASSWORD"));
}
