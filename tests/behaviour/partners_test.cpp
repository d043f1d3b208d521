// What partners do to a feed that worked: it moves, hides behind a page, is taken over, or has a history.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include <boost/json.hpp>

#include "tests/behaviour/site.hpp"

using namespace tributary::test;
using testing::HasSubstr;
using testing::Not;

namespace {

namespace json = boost::json;

json::object state_of(const Site& site, const std::string& url, const std::string& now) {
  const auto said = site.run({"status", "--json"}, now);
  EXPECT_EQ(said.code, 0) << said.err;
  const json::value document = json::parse(said.out);
  for (const auto& feed : document.at("feeds").as_array()) {
    if (feed.at("configured_url").as_string() == url) return feed.as_object();
  }
  ADD_FAILURE() << "no feed " << url << " in " << said.out;
  return {};
}

/// Atom of a site, with as many entries from `first` on, and further elements of the feed.
std::string atom(const std::string& site, int first, int count, const std::string& more = {},
                 const std::string& title = "A library") {
  std::string out = "<feed xmlns='http://www.w3.org/2005/Atom' xml:lang='en'><title>" + title +
                    "</title><id>urn:" + site + "</id><link href='https://" + site +
                    "/'/><updated>2026-11-20T00:00:00Z</updated>" + more;
  for (int i = first; i < first + count; ++i) {
    const auto number = std::to_string(i);
    const auto day = std::to_string(10 + i % 18);
    out += "<entry><title>Piece " + number + " of " + site + "</title><id>urn:" + site + ":" + number +
           "</id><link href='https://" + site + "/" + number + "'/><updated>2026-10-" + day +
           "T00:00:00Z</updated><summary>Words.</summary></entry>";
  }
  return out + "</feed>";
}

Reply atom_feed(const std::string& document) {
  return feed(document, "application/atom+xml");
}

constexpr auto later = "2026-11-24T13:00:00Z";
constexpr auto much_later = "2026-11-26T13:00:00Z";

}  // namespace

TEST(Partners, AFeedThatWasTakenOverIsHeldUntilItIsReleased) {
  HttpServer partner;
  partner.on("/feed", atom_feed(atom("library.example.org", 1, 2)));
  Site site;
  const std::string url = partner.url("/feed");
  site.configure({"{url: '" + url + "', name: Library}"});
  ASSERT_EQ(site.run({"update"}).code, 0);
  const auto before = site.all_published();
  EXPECT_EQ(site.run({"release", "library"}).code, 2) << "nothing is held yet";

  partner.on("/feed", atom_feed(atom("casino.example.net", 1, 2, "", "Win big")));
  ASSERT_EQ(site.run({"update", "--force"}, later).code, 0);
  const auto held = state_of(site, url, later);
  EXPECT_EQ(held.at("state").as_string(), "held");
  EXPECT_THAT(std::string(held.at("last_error").as_string()), HasSubstr("another's feed"));
  EXPECT_EQ(site.all_published(), before) << "nothing of it is published";
  EXPECT_THAT(site.run({"status"}, later).out, HasSubstr("tributary release"));

  ASSERT_EQ(site.run({"release", "library"}, later).code, 0);
  ASSERT_EQ(site.run({"update"}, later).code, 0);
  EXPECT_EQ(state_of(site, url, later).at("state").as_string(), "ok");
  EXPECT_THAT(site.published("atom.xml"), HasSubstr("casino.example.net"));
}

TEST(Partners, ARejectedFeedIsAskedNoMoreUntilItIsReleasedAfterAll) {
  HttpServer partner;
  partner.on("/feed", atom_feed(atom("library.example.org", 1, 2)));
  Site site;
  const std::string url = partner.url("/feed");
  site.configure({"{url: '" + url + "', name: Library}"});
  ASSERT_EQ(site.run({"update"}).code, 0);
  partner.on("/feed", atom_feed(atom("casino.example.net", 1, 2, "", "Win big")));
  ASSERT_EQ(site.run({"update", "--force"}, later).code, 0);
  ASSERT_EQ(site.run({"reject", url}, later).code, 0);
  partner.forget_requests();
  ASSERT_EQ(site.run({"update", "--force"}, much_later).code, 0);
  EXPECT_EQ(partner.count(), 0u);
  EXPECT_EQ(state_of(site, url, much_later).at("state").as_string(), "gone");
  EXPECT_EQ(site.run({"reject", url}, much_later).code, 2);

  partner.on("/feed", atom_feed(atom("library.example.org", 1, 3)));
  ASSERT_EQ(site.run({"release", url}, much_later).code, 0);
  ASSERT_EQ(site.run({"update"}, much_later).code, 0);
  EXPECT_EQ(state_of(site, url, much_later).at("state").as_string(), "ok");
  EXPECT_EQ(state_of(site, url, much_later).at("items").to_number<int>(), 3);
}

TEST(Partners, ADecisionReachesTheDaemonThatHasTheStore) {
  HttpServer partner;
  partner.on("/feed", atom_feed(atom("library.example.org", 1, 2)));
  Site site;
  site.configure({"{url: '" + partner.url("/feed") + "', name: Library}"});
  ASSERT_EQ(site.run({"update"}).code, 0);
  partner.on("/feed", atom_feed(atom("casino.example.net", 1, 2, "", "Win big")));
  ASSERT_EQ(site.run({"update", "--force"}, later).code, 0);
  Background daemon(
      {tributary_program().string(), "run", "--config", site.config().string(), "--now", later});
  ASSERT_FALSE(daemon.wait_for_line("serving on ").empty());
  partner.forget_requests();
  const auto said = site.run({"release", "library"}, later);
  ASSERT_EQ(said.code, 0) << said.err;
  EXPECT_TRUE(partner.wait_for_requests(1)) << "released, it is asked at once";
  daemon.signal(SIGTERM);
  EXPECT_EQ(daemon.wait(), 0);
}

TEST(Partners, AFeedBehindAPageIsFollowedOnceAndProposed) {
  HttpServer partner;
  partner.on("/news",
             Reply{.headers = {{"Content-Type", "text/html"}},
                   .body = "<!DOCTYPE html><html><head><link rel='alternate' "
                           "type='application/atom+xml' href='/real.atom'></head><body></body></html>"});
  partner.on("/real.atom", atom_feed(atom("library.example.org", 1, 2)));
  Site site;
  const std::string url = partner.url("/news");
  site.configure({"{url: '" + url + "', name: Library}"});
  const auto done = site.run({"update"});
  ASSERT_EQ(done.code, 0) << done.err;
  EXPECT_EQ(partner.count("/news"), 1u);
  EXPECT_EQ(partner.count("/real.atom"), 1u);
  EXPECT_EQ(partner.count(), 2u);
  EXPECT_THAT(site.published("atom.xml"), HasSubstr("Piece 1 of library"));
  const auto state = state_of(site, url, later);
  EXPECT_EQ(state.at("state").as_string(), "moved");
  EXPECT_EQ(state.at("url").as_string(), partner.url("/real.atom"));
  const auto proposed = site.run({"status"}, later).out;
  EXPECT_THAT(proposed, HasSubstr("-  - {url: '" + url + "', name: Library}"));
  EXPECT_THAT(proposed, HasSubstr("+  - {url: '" + partner.url("/real.atom") + "', name: Library}"));

  ASSERT_EQ(site.run({"update", "--force"}, later).code, 0);
  EXPECT_EQ(partner.count("/news"), 1u) << "from now on the feed itself is asked";
}

TEST(Partners, APageThatNamesAPageIsAFailureAndAsksNoFurther) {
  HttpServer partner;
  partner.otherwise([](const Seen&) {
    return Reply{.headers = {{"Content-Type", "text/html"}},
                 .body =
                     "<!DOCTYPE html><html><head><link rel='alternate' type='application/rss+xml' "
                     "href='/again'></head><body></body></html>"};
  });
  Site site;
  site.configure({"{url: '" + partner.url("/news") + "', name: Library}"});
  ASSERT_EQ(site.run({"update"}).code, 0);
  EXPECT_EQ(partner.count(), 2u);
  const auto state = state_of(site, partner.url("/news"), later);
  EXPECT_EQ(state.at("state").as_string(), "failing");
  EXPECT_THAT(std::string(state.at("last_error").as_string()), HasSubstr("tributary discover"));
}

TEST(Partners, APermanentMoveIsFollowedFromThenOnAndProposed) {
  HttpServer partner;
  partner.on("/old", redirect(308, partner.url("/new")));
  partner.on("/new", atom_feed(atom("library.example.org", 1, 2)));
  Site site;
  site.configure({"{url: '" + partner.url("/old") + "', name: Library}"});
  ASSERT_EQ(site.run({"update"}).code, 0);
  EXPECT_THAT(site.run({"status"}, later).out,
              HasSubstr("+  - {url: '" + partner.url("/new") + "', name: Library}"));
  ASSERT_EQ(site.run({"update", "--force"}, later).code, 0);
  EXPECT_EQ(partner.count("/old"), 1u);
  EXPECT_EQ(partner.count("/new"), 2u);

  const auto before = site.all_published();
  site.configure({"{url: '" + partner.url("/new") + "', name: Library}"});
  const auto again = site.run({"update", "--force"}, much_later);
  EXPECT_THAT(again.out, HasSubstr(" 0 new items")) << "taking the proposal over floods nobody";
  EXPECT_EQ(state_of(site, partner.url("/new"), much_later).at("state").as_string(), "ok");
}

TEST(Partners, TheHistoryOfAFeedThatJoinsIsWalkedToItsBeginning) {
  HttpServer partner;
  const auto prev = [&](const std::string& path) {
    return "<link rel='prev-archive' href='" + partner.url(path) + "'/>";
  };
  partner.on("/feed", atom_feed(atom("library.example.org", 9, 3, prev("/archive/2"))));
  partner.on("/archive/2", atom_feed(atom("library.example.org", 5, 4, prev("/archive/1"))));
  partner.on("/archive/1", atom_feed(atom("library.example.org", 1, 4)));
  Site site;
  site.configure({"{url: '" + partner.url("/feed") + "', name: Library}"});
  const auto done = site.run({"update"});
  ASSERT_EQ(done.code, 0) << done.err;
  EXPECT_THAT(done.out, HasSubstr("11 new items"));
  EXPECT_EQ(partner.count(), 3u);
  EXPECT_THAT(site.published("atom.xml"), HasSubstr("Piece 1 of library"));

  ASSERT_EQ(site.run({"update", "--force"}, later).code, 0);
  EXPECT_EQ(partner.count("/archive/2"), 1u) << "walked once";
}

TEST(Partners, WhatFellBetweenTwoPollsIsFetchedFromTheArchive) {
  HttpServer partner;
  const auto prev = [&](const std::string& path) {
    return "<link rel='prev-archive' href='" + partner.url(path) + "'/>";
  };
  partner.on("/feed", atom_feed(atom("library.example.org", 1, 3)));
  Site site;
  site.configure({"{url: '" + partner.url("/feed") + "', name: Library}"});
  ASSERT_EQ(site.run({"update"}).code, 0);
  partner.on("/feed", atom_feed(atom("library.example.org", 10, 3, prev("/archive/3"))));
  partner.on("/archive/3", atom_feed(atom("library.example.org", 7, 3, prev("/archive/2"))));
  partner.on("/archive/2", atom_feed(atom("library.example.org", 2, 5, prev("/archive/1"))));
  partner.on("/archive/1", atom_feed(atom("library.example.org", 0, 2)));
  const auto done = site.run({"update", "--force"}, later);
  ASSERT_EQ(done.code, 0) << done.err;
  EXPECT_THAT(done.out, HasSubstr("9 new items"));
  EXPECT_EQ(partner.count("/archive/1"), 0u) << "the walk ends where something is known";
  EXPECT_THAT(site.published("atom.xml"), HasSubstr("Piece 8 of library"));
}

TEST(Partners, AnArchiveThatBreaksOffCostsNothingElse) {
  HttpServer partner;
  partner.on("/feed", atom_feed(atom("library.example.org", 1, 3,
                                     "<link rel='prev-archive' href='" + partner.url("/lost") + "'/>")));
  Site site;
  site.configure({"{url: '" + partner.url("/feed") + "', name: Library}"});
  const auto done = site.run({"update"});
  ASSERT_EQ(done.code, 0) << done.err;
  EXPECT_THAT(done.out, HasSubstr("1 fetched, 0 failed, 3 new items"));
  EXPECT_EQ(partner.count("/lost"), 1u);
  EXPECT_EQ(state_of(site, partner.url("/feed"), later).at("state").as_string(), "ok");
}

TEST(Partners, AnItemThatLeftTheMiddleIsWithdrawnWhenItsOwnPageIsGone) {
  HttpServer partner;
  const auto with = [&](const std::vector<int>& numbers) {
    std::string out =
        "<feed "
        "xmlns='http://www.w3.org/2005/Atom'><title>L</title><id>urn:l</id><updated>2026-11-20T00:00:00Z</"
        "updated>";
    for (const int number : numbers) {
      const auto text = std::to_string(number);
      out += "<entry><title>Piece " + text + "</title><id>urn:l:" + text + "</id><link href='" +
             partner.url("/page/" + text) + "'/><updated>2026-10-1" + text + "T00:00:00Z</updated></entry>";
    }
    return atom_feed(out + "</feed>");
  };
  partner.on("/feed", with({6, 5, 4, 3, 2, 1}));
  partner.on("/page/4", Reply{.headers = {{"Content-Type", "text/html"}}, .body = "<p>still here</p>"});
  partner.on("/page/3", Reply{.status = 404});
  Site site;
  site.configure({"{url: '" + partner.url("/feed") + "', name: Library}"});
  ASSERT_EQ(site.run({"update"}).code, 0);
  EXPECT_EQ(partner.count(), 1u) << "no page is asked without a reason";

  partner.on("/feed", with({6, 5, 2}));
  const auto done = site.run({"update", "--force"}, later);
  ASSERT_EQ(done.code, 0) << done.err;
  EXPECT_EQ(partner.count("/page/3"), 1u);
  EXPECT_EQ(partner.count("/page/4"), 1u);
  EXPECT_EQ(partner.count("/page/1"), 0u) << "what left the end is only old";
  const std::string document = site.published("atom.xml");
  EXPECT_THAT(document, HasSubstr("its page is gone"));
  EXPECT_THAT(document, Not(HasSubstr("<title>Piece 3")));
  EXPECT_THAT(document, HasSubstr("Piece 4"));

  partner.on("/feed", with({6, 5, 2, 1}));
  ASSERT_EQ(site.run({"update", "--force"}, much_later).code, 0);
  EXPECT_EQ(partner.count("/page/4"), 1u) << "asked once";
  EXPECT_EQ(partner.count("/page/3"), 1u);
}

TEST(Partners, AHostThatAsksForPatienceTwiceEndsThePassAllTheSame) {
  HttpServer partner;
  partner.otherwise([](const Seen&) { return Reply{.status = 429, .headers = {{"Retry-After", "600"}}}; });
  Site site;
  std::vector<std::string> feeds;
  for (int i = 0; i < 6; ++i) {
    feeds.push_back("{url: '" + partner.url("/" + std::to_string(i)) + "', name: 'F" + std::to_string(i) +
                    "'}");
  }
  site.configure(feeds, "fetch: {allow_addresses: [127.0.0.0/8], timeout: 20s, per_host: 1}\n");
  const auto done = site.run({"update"});
  EXPECT_EQ(done.code, 0) << done.err;
  EXPECT_LT(partner.count(), 6u) << "the whole host is left alone";
}
