// Commands that look at feeds, and those that change feeds.yaml.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "tests/behaviour/site.hpp"

using namespace tributary::test;
using testing::HasSubstr;
using testing::Not;

namespace {

namespace json = boost::json;

const std::string page =
    "<!DOCTYPE html><html><head><title>A library</title>"
    "<link rel='alternate' type='application/rss+xml' title='News' href='/news.rss'>"
    "<link rel='alternate' type='application/atom+xml' title='Events' href='/events.atom'>"
    "</head><body><p>Welcome.</p></body></html>";

const std::string commented =
    "# Our partners\r\n"
    "site: {title: Sample Partners, url: 'https://partners.example.org/'}   # the page\r\n"
    "fetch: {allow_addresses: [127.0.0.0/8]}\r\n"
    "topics: [{slug: business, title: Small Business}]\r\n"
    "feeds:\r\n"
    "    # the oldest partner\r\n"
    "    - url: https://example.org/one.rss   # one\r\n"
    "      name: One\r\n"
    "\r\n"
    "    - {url: https://example.org/two.rss, name: Two}\r\n"
    "# the end\r\n";

HttpServer& page_and_feeds(HttpServer& partner) {
  partner.on("/", Reply{.headers = {{"Content-Type", "text/html"}}, .body = page});
  partner.on("/news.rss", feed(rss("News of a library", 3)));
  partner.on("/events.atom", feed(rss("Events", 1)));
  partner.on("/bare", Reply{.headers = {{"Content-Type", "text/html"}},
                            .body = "<!DOCTYPE html><html><body>No feed.</body></html>"});
  return partner;
}

}  // namespace

TEST(Discover, ListsTheFeedsThatAPageNamesWithOneRequest) {
  HttpServer partner;
  page_and_feeds(partner);
  Site site;
  site.configure({});
  const auto said = site.run({"discover", partner.url("/")});
  ASSERT_EQ(said.code, 0) << said.err;
  EXPECT_EQ(said.out, partner.url("/news.rss") + "\tapplication/rss+xml\tNews\n" +
                          partner.url("/events.atom") + "\tapplication/atom+xml\tEvents\n");
  EXPECT_EQ(partner.count(), 1u) << "no guessed paths, no robots.txt";
}

TEST(Discover, AnswersOfAFeedWithItself) {
  HttpServer partner;
  page_and_feeds(partner);
  Site site;
  site.configure({});
  const auto said = site.run({"discover", partner.url("/news.rss")});
  ASSERT_EQ(said.code, 0) << said.err;
  EXPECT_EQ(said.out, partner.url("/news.rss") + "\trss-2.0\tNews of a library\n");
}

TEST(Discover, APageWithoutFeedsEndsWithOne) {
  HttpServer partner;
  page_and_feeds(partner);
  Site site;
  site.configure({});
  const auto said = site.run({"discover", partner.url("/bare")});
  EXPECT_EQ(said.code, 1);
  EXPECT_EQ(said.out, "");
  EXPECT_EQ(site.run({"discover", partner.url("/missing")}).code, 1);
  EXPECT_EQ(site.run({"discover", "not an address"}).code, 2);
}

TEST(Discover, LooksAtTheUsualAddressesOfASiteWhosePageNamesNone) {
  HttpServer partner;
  page_and_feeds(partner);
  partner.on("/rss.xml", feed(rss("Unnamed", 2)));
  Site site;
  site.configure({});
  const auto said = site.run({"discover", partner.url("/bare")});
  ASSERT_EQ(said.code, 0) << said.err;
  EXPECT_THAT(said.out, HasSubstr(partner.url("/rss.xml") + "\t"));
  EXPECT_THAT(said.err, HasSubstr("names no feed"));
  EXPECT_EQ(partner.count(), 4u) << "the page, and what comes before /rss.xml";
  EXPECT_EQ(site.run({"add", partner.url("/bare")}).code, 0);
  EXPECT_THAT(read_file(site.config()), HasSubstr(partner.url("/rss.xml")));
}

TEST(Add, AFeedCostsOneRequestAndEveryOtherByteStays) {
  HttpServer partner;
  page_and_feeds(partner);
  Site site;
  write_file(site.config(), commented);
  const auto said = site.run({"add", partner.url("/news.rss"), "--topic", "business", "--type", "News"});
  ASSERT_EQ(said.code, 0) << said.err;
  EXPECT_EQ(partner.count(), 1u);
  EXPECT_THAT(said.out, HasSubstr("+"));
  const std::string after = read_file(site.config());
  const auto at = after.find(partner.url("/news.rss"));
  ASSERT_NE(at, std::string::npos);
  EXPECT_THAT(after, HasSubstr("News of a library"));
  EXPECT_THAT(after, HasSubstr("business"));
  // Without what was put in, the file is what it was.
  std::size_t same = 0;
  while (same < commented.size() && commented[same] == after[same]) ++same;
  EXPECT_EQ(after.substr(after.size() - (commented.size() - same)), commented.substr(same));
  EXPECT_EQ(site.run({"check"}).code, 0);

  const auto again = site.run({"add", partner.url("/news.rss")});
  EXPECT_EQ(again.code, 2);
  EXPECT_EQ(partner.count(), 1u) << "a feed that is there already is not asked";
}

TEST(Add, FindsTheFeedOfAPage) {
  HttpServer partner;
  page_and_feeds(partner);
  Site site;
  site.configure({});
  const auto said = site.run({"add", partner.url("/")});
  ASSERT_EQ(said.code, 0) << said.err;
  EXPECT_THAT(read_file(site.config()), HasSubstr(partner.url("/news.rss")));
  EXPECT_THAT(said.err, HasSubstr(partner.url("/events.atom"))) << "what else there is, is said";
  EXPECT_EQ(partner.count("/"), 1u);
  EXPECT_EQ(partner.count("/news.rss"), 1u);
  EXPECT_EQ(partner.count(), 2u);
}

TEST(Add, WhatIsNoFeedChangesNothing) {
  HttpServer partner;
  page_and_feeds(partner);
  Site site;
  write_file(site.config(), commented);
  EXPECT_EQ(site.run({"add", partner.url("/bare")}).code, 1);
  EXPECT_EQ(site.run({"add", partner.url("/missing")}).code, 1);
  EXPECT_EQ(site.run({"add", partner.url("/news.rss"), "--topic", "undeclared"}).code, 2);
  EXPECT_EQ(site.run({"add", partner.url("/news.rss"), "--dry-run"}).code, 0);
  EXPECT_EQ(read_file(site.config()), commented);
}

TEST(Remove, TakesOneFeedOutAndLeavesEveryOtherByte) {
  Site site;
  write_file(site.config(), commented);
  const auto said = site.run({"remove", "two"});
  ASSERT_EQ(said.code, 0) << said.err;
  EXPECT_THAT(said.out, HasSubstr("-    - {url: https://example.org/two.rss, name: Two}"));
  const std::string after = read_file(site.config());
  EXPECT_THAT(after, HasSubstr("    - url: https://example.org/one.rss   # one\r\n      name: One\r\n"));
  EXPECT_THAT(after, HasSubstr("# the end\r\n"));
  EXPECT_THAT(after, Not(HasSubstr("two.rss")));
  EXPECT_EQ(site.run({"remove", "three"}).code, 2);
  EXPECT_EQ(read_file(site.config()), after);
}

TEST(Import, ShowsItsDiffAndKeepsWhatIsThere) {
  Site site;
  write_file(site.config(), commented);
  write_file(site.folder() / "list.opml",
             "<opml version='2.0'><head><title>L</title></head><body><outline text='Museums'>"
             "<outline type='rss' text='Three' xmlUrl='https://example.net/three.rss'/></outline>"
             "<outline type='rss' text='One' xmlUrl='https://example.org/one.rss'/></body></opml>");
  const std::string list = (site.folder() / "list.opml").string();
  const auto shown = site.run({"import", list, "--dry-run"});
  ASSERT_EQ(shown.code, 0) << shown.err;
  EXPECT_THAT(shown.out, HasSubstr("https://example.net/three.rss"));
  EXPECT_EQ(read_file(site.config()), commented);
  const auto done = site.run({"import", list});
  ASSERT_EQ(done.code, 0) << done.err;
  EXPECT_THAT(done.out, HasSubstr("1 new feeds, 1 new topics; 1 feeds were there before"));
  EXPECT_THAT(read_file(site.config()), HasSubstr("https://example.net/three.rss"));
  EXPECT_THAT(read_file(site.config()), HasSubstr("    # the oldest partner\r\n"));
  EXPECT_EQ(site.run({"import", (site.folder() / "missing.opml").string()}).code, 2);
}

TEST(Export, WritesWhatImportTakesBackWithoutLoss) {
  Site site;
  write_file(site.config(), commented);
  const auto list = site.run({"export"});
  ASSERT_EQ(list.code, 0) << list.err;
  EXPECT_THAT(list.out, HasSubstr("xmlUrl=\"https://example.org/two.rss\""));
  Site other;
  other.configure({});
  write_file(other.folder() / "list.opml", list.out);
  ASSERT_EQ(other.run({"import", (other.folder() / "list.opml").string()}).code, 0);
  const auto again = other.run({"export"});
  const auto body = [](const std::string& opml) { return opml.substr(opml.find("<body>")); };
  EXPECT_EQ(body(again.out), body(list.out));
}

TEST(CheckOnline, AsksEachFeedOnceAndSaysWhatCame) {
  HttpServer partner;
  page_and_feeds(partner);
  partner.on("/old", redirect(301, partner.url("/news.rss")));
  partner.on("/damaged", feed("<rss version='2.0'><channel><title>X</title><item><title>a &nbsp b</title>"
                              "</item></channel>"));
  Site site;
  site.configure({"{url: '" + partner.url("/news.rss") + "', name: Good}",
                  "{url: '" + partner.url("/missing") + "', name: Missing}",
                  "{url: '" + partner.url("/") + "', name: Page}",
                  "{url: '" + partner.url("/old") + "', name: Old}",
                  "{url: '" + partner.url("/damaged") + "', name: Damaged}",
                  "{url: '" + partner.url("/asleep") + "', name: Asleep, enabled: false}"});
  const auto said = site.run({"check", "--online"});
  EXPECT_EQ(said.code, 1);
  EXPECT_THAT(said.out, HasSubstr("rss-2.0, 3 items"));
  EXPECT_THAT(said.out, HasSubstr("HTTP 404"));
  EXPECT_THAT(said.out, HasSubstr("to be asked at " + partner.url("/news.rss")));
  EXPECT_THAT(said.err, HasSubstr("asking: "));
  EXPECT_EQ(partner.count("/missing"), 1u);
  EXPECT_EQ(partner.count("/asleep"), 0u);
  EXPECT_FALSE(std::filesystem::exists(site.store()));

  const auto programs = json::parse(site.run({"check", "--online", "--format", "json"}).out).as_object();
  EXPECT_EQ(programs.at("errors").to_number<int>(), 0);
  const auto& feeds = programs.at("feeds").as_array();
  ASSERT_EQ(feeds.size(), 6u);
  EXPECT_EQ(feeds[0].at("state").as_string(), "ok");
  EXPECT_EQ(feeds[1].at("state").as_string(), "failing");
  EXPECT_EQ(feeds[2].at("moved_to").as_string(), partner.url("/news.rss"));
  EXPECT_EQ(feeds[3].at("moved_to").as_string(), partner.url("/news.rss"));
  EXPECT_FALSE(feeds[4].at("warnings").as_array().empty());
  EXPECT_EQ(feeds[5].at("state").as_string(), "disabled");
}

TEST(CheckOnline, OnlyGoodFeedsEndWithZero) {
  HttpServer partner;
  page_and_feeds(partner);
  Site site;
  partner.on("/old", redirect(301, partner.url("/news.rss")));
  site.configure({"{url: '" + partner.url("/news.rss") + "', name: Good}",
                  "{url: '" + partner.url("/old") + "', name: Old}"});
  const auto said = site.run({"check", "--online"});
  EXPECT_EQ(said.code, 0) << "an address that redirects is a warning";
  EXPECT_THAT(said.out, HasSubstr("to be asked at " + partner.url("/news.rss")));
  EXPECT_EQ(site.run({"check", "--online", "--format", "github"}).out,
            "::warning file=" + site.config().string() + ",line=8,col=12,endColumn=" +
                std::to_string(12 + partner.url("/old").size()) + ",title=feed-moved::`" +
                partner.url("/old") + "` has moved for good; write " + partner.url("/news.rss") + "\n");
}

TEST(Preview, ShowsWhatEntersLeavesAndChangesLicenceAndChangesNothing) {
  HttpServer partner;
  partner.on("/a", feed(rss("Alpha", 2)));
  // Pages of its own: stories of one address would be one.
  std::string beta = rss("Beta", 2);
  for (auto at = beta.find("example.org"); at != std::string::npos; at = beta.find("example.org", at + 1)) {
    beta.replace(at, 11, "example.net");
  }
  partner.on("/b", feed(beta));
  Site site;
  const std::string a = "{url: '" + partner.url("/a") + "', name: Alpha";
  const std::string b = "{url: '" + partner.url("/b") + "', name: Beta";
  const std::string topic = "topics: [{slug: business, title: Small Business}]\n";
  site.configure({a + "}", b + "}"}, topic);
  ASSERT_EQ(site.run({"update"}).code, 0);
  const auto before = site.all_published();

  EXPECT_THAT(site.run({"preview"}).out, HasSubstr("nothing would change"));
  site.configure(
      {a + ", topics: [business], licence: CC BY 4.0}", "{url: '" + partner.url("/c") + "', name: Gamma}"},
      topic + "licences: {CC BY 4.0: full}\n");
  const std::string store = read_file(site.store());
  const auto said = site.run({"preview", "--json"});
  ASSERT_EQ(said.code, 0) << said.err;
  const auto document = json::parse(said.out).as_object();
  std::map<std::string, json::object> pages;
  for (const auto& one : document.at("pages").as_array()) {
    pages[std::string(one.at("page").as_string())] = one.as_object();
  }
  EXPECT_EQ(pages.at("/").at("leaves").as_array().size(), 2u);
  EXPECT_EQ(pages.at("/").at("licences").as_array().size(), 2u);
  EXPECT_EQ(pages.at("/").at("licences").as_array().at(0).at("to").as_string(), "CC BY 4.0 (full)");
  EXPECT_EQ(pages.at("/topics/business/").at("enters").as_array().size(), 2u);
  EXPECT_EQ(document.at("feeds_never_fetched").as_array().at(0).as_string(), partner.url("/c"));
  EXPECT_EQ(document.at("feeds_dropped").as_array().at(0).as_string(), partner.url("/b"));
  const auto text = site.run({"preview"});
  EXPECT_THAT(text.out, HasSubstr("  + 1. Alpha "));
  EXPECT_THAT(text.out, HasSubstr("  - "));
  EXPECT_THAT(text.out, HasSubstr("CC BY 4.0 (full)"));
  EXPECT_EQ(read_file(site.store()), store);
  EXPECT_EQ(site.all_published(), before);
  EXPECT_EQ(partner.count("/c"), 0u);
}

TEST(Preview, ShowsWhatMovesWhenTheOrderChanges) {
  HttpServer partner;
  const auto entry = [](const std::string& id, const std::string& published, const std::string& updated) {
    return "<entry><title>" + id + "</title><id>urn:x:" + id + "</id><link href='https://example.org/" + id +
           "'/><published>" + published + "</published><updated>" + updated + "</updated></entry>";
  };
  partner.on("/a", feed("<feed xmlns='http://www.w3.org/2005/Atom'><title>T</title><id>urn:x</id>"
                        "<updated>2026-11-20T00:00:00Z</updated>" +
                            entry("old", "2026-01-01T00:00:00Z", "2026-11-20T00:00:00Z") +
                            entry("new", "2026-10-01T00:00:00Z", "2026-10-01T00:00:00Z") + "</feed>",
                        "application/atom+xml"));
  Site site;
  site.configure({"{url: '" + partner.url("/a") + "', name: Alpha}"});
  ASSERT_EQ(site.run({"update"}).code, 0);
  site.configure({"{url: '" + partner.url("/a") + "', name: Alpha}"}, "publish: {order: published}\n");
  const auto moves =
      json::parse(site.run({"preview", "--json"}).out).at("pages").as_array().at(0).at("moves");
  EXPECT_EQ(moves.as_array().size(), 1u);
}

TEST(Preview, WorksBeforeTheFirstPass) {
  Site site;
  site.configure({"{url: 'https://example.org/feed', name: Example}"});
  const auto said = site.run({"preview"});
  EXPECT_EQ(said.code, 0) << said.err;
  EXPECT_THAT(said.out, HasSubstr("never fetched"));
  EXPECT_FALSE(std::filesystem::exists(site.store()));
}
