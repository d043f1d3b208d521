// What an admin is told of the feeds: status, health pages, metrics, alerts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <csignal>
#include <regex>
#include <set>
#include <sstream>

#include "tests/behaviour/site.hpp"

using namespace tributary::test;
using testing::HasSubstr;
using testing::Not;

namespace {

namespace json = boost::json;

std::string address_in(const std::string& line) {
  return line.substr(line.find("http"));
}

std::string fetch_until(const std::string& url, const std::string& text) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{30};
  while (std::chrono::steady_clock::now() < end) {
    const auto got = run({"curl", "-s", "--max-time", "5", url});
    if (got.out.find(text) != std::string::npos) return got.out;
  }
  return {};
}

std::string content_type_of(const std::string& url) {
  return run({"curl", "-s", "-o", "/dev/null", "-w", "%{content_type}", url}).out;
}

const std::string faulty =
    "<?xml version='1.0'?>\n<rss version='2.0'><channel><title>Faulty</title>\n"
    "<item><title>A</title><guid>a</guid><pubDate>the day after tomorrow</pubDate></item>\n"
    "</channel></rss>\n";

}  // namespace

TEST(Status, ShowsThoseInNeedFirstWithTheTimeSinceAndTheirLastFetches) {
  HttpServer partner;
  partner.on("/good", conditional({.headers = {{"ETag", "\"1\""}}, .body = rss("Good", 2)}));
  partner.on("/bad", Reply{.status = 500});
  Site site;
  site.configure({"{url: '" + partner.url("/good") + "', name: Good}",
                  "{url: '" + partner.url("/bad") + "', name: Bad}"});
  ASSERT_EQ(site.run({"update"}).code, 0);
  ASSERT_EQ(site.run({"update", "--force"}, "2026-11-24T13:00:00Z").code, 0);
  const auto said = site.run({"status"}, "2026-11-24T13:00:00Z");
  ASSERT_EQ(said.code, 0) << said.err;
  EXPECT_LT(said.out.find("Bad"), said.out.find("Good"));
  EXPECT_THAT(said.out, HasSubstr("failing   2026-11-24T12:00:00Z Bad")) << "since the first failure";
  EXPECT_THAT(said.out, HasSubstr(" ▇▁\n")) << "no blanks at the end";
  EXPECT_THAT(said.out, HasSubstr("×× "));
}

TEST(Health, ShowsEachPartnerItsFeedAsWeSeeIt) {
  HttpServer partner;
  partner.on("/good", feed(rss("Good", 2)));
  partner.on("/faulty", feed(faulty));
  partner.on("/bad", Reply{.status = 404});
  Site site;
  site.configure({"{url: '" + partner.url("/good") + "', name: Good}",
                  "{url: '" + partner.url("/faulty") + "', name: Faulty}",
                  "{url: '" + partner.url("/bad") + "', name: Bad}"});
  ASSERT_EQ(site.run({"update"}).code, 0);
  Background daemon({tributary_program().string(), "run", "--config", site.config().string(), "--now",
                     "2026-11-24T12:05:00Z"});
  const std::string health = address_in(daemon.wait_for_line("health on "));
  const std::string overview = fetch_until(health, "Last publication: 2026");
  EXPECT_LT(overview.find(">Bad<"), overview.find(">Good<")) << "those in need first";
  EXPECT_THAT(overview, HasSubstr("<svg class=\"spark\""));
  EXPECT_THAT(overview, HasSubstr("<svg class=\"year\""));
  EXPECT_THAT(overview, HasSubstr("href=\"/health/faulty\""));
  EXPECT_THAT(overview, testing::EndsWith("</html>\n"));

  const std::string page = fetch_until(health + "/faulty", "</html>");
  EXPECT_THAT(page, HasSubstr("Your feed as we see it: Faulty"));
  EXPECT_THAT(page, HasSubstr("<td class=\"n\">3</td>")) << "the line of the fault in the partner's bytes";
  EXPECT_THAT(page, HasSubstr("<code>bad-date</code>"));
  EXPECT_THAT(page, HasSubstr("write dates by a library"));
  EXPECT_THAT(page, HasSubstr("1, 0 of them answered with 304 (0 %)"));

  const auto all = json::parse(fetch_until(health + ".json", "feeds")).as_object();
  const auto& worst = all.at("feeds").as_array().at(0).as_object();
  EXPECT_EQ(worst.at("name").as_string(), "Bad");
  EXPECT_EQ(worst.at("problem").at("status").to_number<int>(), 404);
  EXPECT_EQ(worst.at("last_fetches").as_string(), "f");
  const auto problem = json::parse(fetch_until(health + "/bad.json", "title")).as_object();
  EXPECT_EQ(problem.at("type").as_string(), "urn:tributary:feed-failing");
  EXPECT_EQ(problem.at("instance").as_string(), "/health/bad");
  EXPECT_EQ(content_type_of(health + "/bad.json"), "application/problem+json");
  EXPECT_EQ(content_type_of(health + "/good.json"), "application/json");
  EXPECT_EQ(run({"curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", health + "/nobody"}).out, "404");
  daemon.signal(SIGTERM);
  EXPECT_EQ(daemon.wait(), 0);
}

TEST(Health, ChangesOfStateAreAFeed) {
  HttpServer partner;
  partner.on("/good", feed(rss("Good", 2)));
  partner.on("/bad", Reply{.status = 404});
  Site site;
  site.configure({"{url: '" + partner.url("/good") + "', name: Good}",
                  "{url: '" + partner.url("/bad") + "', name: Bad & Co}"});
  ASSERT_EQ(site.run({"update"}).code, 0);
  Background daemon({tributary_program().string(), "run", "--config", site.config().string(), "--now",
                     "2026-11-24T12:05:00Z"});
  const std::string health = address_in(daemon.wait_for_line("health on "));
  const std::string changes = fetch_until(health + "/changes.xml", "</feed>");
  const auto read = run_program({"parse", "-"}, changes);
  ASSERT_EQ(read.code, 0) << read.err;
  const auto document = json::parse(read.out).as_object();
  EXPECT_EQ(document.at("format").as_string(), "atom-1.0");
  EXPECT_TRUE(document.at("well_formed").as_bool());
  EXPECT_EQ(document.at("entries").as_array().size(), 2u);
  EXPECT_THAT(read.out, HasSubstr("Bad & Co: failing"));
  daemon.signal(SIGTERM);
  EXPECT_EQ(daemon.wait(), 0);
}

TEST(Health, MetricsAreInPrometheusTextFormat) {
  HttpServer partner;
  partner.on("/good", feed(rss("Good", 2)));
  Site site;
  site.configure({"{url: '" + partner.url("/good?a=\"b\\") + "', name: Good}"});
  ASSERT_EQ(site.run({"update"}).code, 0);
  Background daemon({tributary_program().string(), "run", "--config", site.config().string()});
  std::string health = address_in(daemon.wait_for_line("health on "));
  const std::string url = health.substr(0, health.rfind('/')) + "/metrics";
  const std::string text = fetch_until(url, "tributary_last_publication_timestamp_seconds");
  EXPECT_EQ(content_type_of(url), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_THAT(text, HasSubstr("tributary_feed_requests_total{feed="));
  EXPECT_THAT(text, HasSubstr("tributary_hub_subscriptions 0"));
  static const std::regex sample(
      R"re(([a-z_]+)(\{[a-z]+="([^"\\\n]|\\[\\"n])*"(,[a-z]+="([^"\\\n]|\\[\\"n])*")*\})? -?[0-9.e+]+)re");
  static const std::regex declared(R"(# (HELP|TYPE) ([a-z_]+) (.+))");
  std::set<std::string> families;
  std::string family, kind;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::smatch found;
    if (std::regex_match(line, found, declared)) {
      if (found[1] == "HELP") {
        family = found[2];
        EXPECT_TRUE(families.insert(family).second) << family << " comes twice";
      } else {
        kind = found[3];
        EXPECT_EQ(found[2], family);
        EXPECT_EQ(kind == "counter", family.ends_with("_total")) << family;
      }
    } else {
      ASSERT_TRUE(std::regex_match(line, found, sample)) << line;
      EXPECT_EQ(found[1], family) << "a sample stands under its own family";
    }
  }
  if (run({"sh", "-c", "command -v promtool"}).code == 0) {
    const auto judged = run({"promtool", "check", "metrics"}, text);
    EXPECT_EQ(judged.code, 0) << judged.out << judged.err;
  }
  daemon.signal(SIGTERM);
  EXPECT_EQ(daemon.wait(), 0);
}

TEST(Alerts, AWebhookIsToldOnceOfEachChange) {
  HttpServer partner, admin;
  partner.on("/feed", feed(rss("One", 1)));
  admin.on("/hook", Reply{.status = 503});
  Site site;
  site.configure({"{url: '" + partner.url("/feed") + "', name: One}"},
                 "alerts: {webhook_env: SAMPLE_WEBHOOK}\n");
  const auto update = [&](const std::string& now) {
    const auto done = run({"env", "SAMPLE_WEBHOOK=" + admin.url("/hook"), tributary_program().string(),
                           "update", "--force", "--config", site.config().string(), "--now", now});
    EXPECT_EQ(done.code, 0) << done.err;
  };
  update("2026-11-24T12:00:00Z");
  EXPECT_EQ(admin.count(), 0u) << "that a new feed is well is no news";
  partner.on("/feed", Reply{.status = 500});
  update("2026-11-24T13:00:00Z");
  EXPECT_EQ(admin.count(), 1u);
  admin.on("/hook", Reply{.status = 204});
  update("2026-11-24T14:00:00Z");
  ASSERT_EQ(admin.count(), 2u) << "what did not arrive is told again";
  update("2026-11-24T15:00:00Z");
  EXPECT_EQ(admin.count(), 2u) << "and once it arrived, no more";
  const auto told = json::parse(admin.requests().back().body).as_object();
  EXPECT_EQ(told.at("name").as_string(), "One");
  EXPECT_EQ(told.at("from").as_string(), "ok");
  EXPECT_EQ(told.at("to").as_string(), "failing");
  EXPECT_EQ(told.at("since").as_string(), "2026-11-24T13:00:00Z");
  partner.on("/feed", feed(rss("One", 1)));
  update("2026-11-24T16:00:00Z");
  ASSERT_EQ(admin.count(), 3u);
  EXPECT_EQ(json::parse(admin.requests().back().body).at("to").as_string(), "ok");
}
