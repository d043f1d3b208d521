// What an admin is told of the feeds: status, health pages, metrics, alerts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <csignal>
#include <iomanip>
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

TEST(Status, AFeedIsLateWhenItIsSilentForLongerThanItsOwnRhythm) {
  // Two partners fall silent on the same day: one had something each day, the other each week.
  HttpServer partner;
  Site site;
  site.configure({"{url: '" + partner.url("/daily") + "', name: Daily}",
                  "{url: '" + partner.url("/weekly") + "', name: Weekly}"});
  const auto moment = [](int day) {
    const int month = day < 31 ? 10 : 11;
    std::ostringstream out;
    out << "2026-" << month << "-" << std::setw(2) << std::setfill('0') << (day < 31 ? day + 1 : day - 30);
    return out.str() + "T06:00:00Z";
  };
  const auto written_until = [&](const std::string& name, int last, int every) {
    std::string items;
    for (int day = last; day >= 0; day -= every) {
      items += "<entry><title>" + name + " " + std::to_string(day) + "</title><id>urn:x:" + name +
               std::to_string(day) + "</id><updated>" + moment(day) + "</updated></entry>";
    }
    return feed("<feed xmlns='http://www.w3.org/2005/Atom'><title>" + name + "</title><id>urn:x:" + name +
                    "</id><updated>" + moment(last) + "</updated>" + items + "</feed>",
                "application/atom+xml");
  };
  for (int day = 0; day < 49; day += 7) {
    partner.on("/daily", written_until("daily", day, 1));
    partner.on("/weekly", written_until("weekly", day, 7));
    ASSERT_EQ(site.run({"update", "--force"}, moment(day)).code, 0);
  }
  const auto states = [&](const std::string& now) {
    std::map<std::string, std::string> by_name;
    const auto document = json::parse(site.run({"status", "--json"}, now).out);
    for (const auto& one : document.at("feeds").as_array()) {
      by_name[std::string(one.at("name").as_string())] = std::string(one.at("state").as_string());
    }
    return by_name;
  };
  EXPECT_EQ(states(moment(43)).at("Daily"), "ok") << "a day of silence is nothing";
  EXPECT_EQ(states(moment(52)).at("Daily"), "late");
  EXPECT_EQ(states(moment(52)).at("Weekly"), "ok") << "it was silent for as long before";
  EXPECT_THAT(site.run({"status"}, moment(52)).out, HasSubstr("late      2026-11-12T06:00:00Z Daily"))
      << "since its last item";
  EXPECT_EQ(states("2027-06-01T00:00:00Z").at("Daily"), "quiet");

  Background daemon(
      {tributary_program().string(), "run", "--config", site.config().string(), "--now", moment(52)});
  const std::string health = address_in(daemon.wait_for_line("health on "));
  const std::string page = fetch_until(health + "/daily", "</html>");
  EXPECT_THAT(page, HasSubstr("items, 1 weeks without any, 0 failed fetches")) << "a gap in the year is seen";
  EXPECT_THAT(page, HasSubstr("<rect class=\"gap\""));
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
  EXPECT_THAT(page, HasSubstr("<td class=\"n\">3</td><td class=\"n\">37</td><td>no date can be read"))
      << "line and column of the fault in the partner's bytes";
  EXPECT_THAT(page, HasSubstr("<code>bad-date</code>"));
  EXPECT_THAT(page, HasSubstr("write dates by a library"));
  EXPECT_THAT(page, HasSubstr("1, 0 of them answered with 304 (0 %)"));

  const auto all = json::parse(fetch_until(health + ".json", "feeds")).as_object();
  const auto& worst = all.at("feeds").as_array().at(0).as_object();
  EXPECT_EQ(worst.at("name").as_string(), "Bad");
  EXPECT_EQ(worst.at("problem").at("status").to_number<int>(), 404);
  EXPECT_EQ(worst.at("last_fetches").as_string(), "f");
  EXPECT_THAT(fetch_until(health + "/bad", "</html>"), HasSubstr("No document of it was read yet."));
  EXPECT_THAT(fetch_until(health + "/good", "</html>"), HasSubstr("None was seen."));
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

TEST(Health, TheDashboardAsksForMetricsThatThereAre) {
  HttpServer partner;
  partner.on("/good", feed(rss("Good", 2)));
  Site site;
  site.configure({"{url: '" + partner.url("/good") + "', name: Good}"});
  Background daemon({tributary_program().string(), "run", "--config", site.config().string()});
  const std::string health = address_in(daemon.wait_for_line("health on "));
  const std::string text = fetch_until(health.substr(0, health.rfind('/')) + "/metrics",
                                       "tributary_last_publication_timestamp_seconds");
  const std::string dashboard =
      read_file(std::filesystem::path(TRIBUTARY_SOURCE_DIR) / "packaging/examples/grafana-dashboard.json");
  ASSERT_TRUE(json::parse(dashboard).at("panels").is_array());
  std::set<std::string> asked;
  const std::regex name("tributary_[a-z_]+");
  for (std::sregex_iterator at(dashboard.begin(), dashboard.end(), name), end; at != end; ++at)
    asked.insert(at->str());
  EXPECT_GE(asked.size(), 20u);
  for (const auto& metric : asked) EXPECT_THAT(text, HasSubstr("# TYPE " + metric + " ")) << metric;
  // And none is forgotten.
  const std::regex declared("# TYPE (tributary_[a-z_]+) ");
  for (std::sregex_iterator at(text.begin(), text.end(), declared), end; at != end; ++at) {
    EXPECT_TRUE(asked.contains((*at)[1])) << (*at)[1];
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
