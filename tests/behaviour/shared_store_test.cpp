// Several processes on one PostgreSQL store: what goes out to others goes out once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <csignal>

#include "tests/behaviour/site.hpp"
#include "tests/support/postgresql.hpp"

using namespace tributary::test;
using testing::HasSubstr;

namespace {

const std::string fast =
    "fetch: {allow_addresses: [127.0.0.0/8], timeout: 20s, interval: 1s, min_interval: 1s, max_interval: "
    "1s}\n";

void name_store(const Site& site, const std::string& url) {
  auto yaml = read_file(site.config());
  const std::string line = "store: sqlite:data/tributary.db\n";
  write_file(site.config(), yaml.replace(yaml.find(line), line.size(), "store: '" + url + "'\n"));
}

std::vector<std::string> command(const Site& site, const std::string& webhook) {
  return {"env",      "SAMPLE_WEBHOOK=" + webhook, tributary_program().string(), "run",
          "--config", site.config().string()};
}

/// Waits until the partner was asked `more` times more: each process has looked at what came meanwhile.
void wait_for_rounds(const HttpServer& partner, std::size_t more) {
  const auto before = partner.count();
  ASSERT_TRUE(partner.wait_for_requests(before + more));
}

}  // namespace

TEST(PostgresqlProcesses, TellTheWebhookOfAChangeOnce) {
  HttpServer partner, admin;
  partner.on("/one", feed(rss("One", 1)));
  partner.on("/two", feed(rss("Two", 1)));
  admin.on("/hook", Reply{.status = 204});
  const Site first, second, third;
  const auto store = fresh_postgresql(first.folder().path().filename().string());
  for (const auto* site : {&first, &second, &third}) {
    site->configure({"{url: '" + partner.url("/one") + "', name: One}",
                     "{url: '" + partner.url("/two") + "', name: Two}"},
                    fast + "alerts: {webhook_env: SAMPLE_WEBHOOK}\n");
    name_store(*site, store);
  }
  const auto hook = admin.url("/hook");
  Background one(command(first, hook)), two(command(second, hook)), three(command(third, hook));
  for (auto* daemon : {&one, &two, &three}) ASSERT_FALSE(daemon->wait_for_line("serving on ").empty());
  wait_for_rounds(partner, 4);
  EXPECT_EQ(admin.count(), 0u);
  partner.on("/one", Reply{.status = 500});
  ASSERT_TRUE(admin.wait_for_requests(1));
  wait_for_rounds(partner, 6);
  EXPECT_EQ(admin.count(), 1u);
  partner.on("/one", feed(rss("One", 2)));
  ASSERT_TRUE(admin.wait_for_requests(2));
  wait_for_rounds(partner, 6);
  ASSERT_EQ(admin.count(), 2u);
  const auto told = boost::json::parse(admin.requests().back().body).as_object();
  EXPECT_EQ(told.at("from").as_string(), "failing");
  EXPECT_EQ(told.at("to").as_string(), "ok");
  for (auto* daemon : {&one, &two, &three}) daemon->signal(SIGTERM);
  for (auto* daemon : {&one, &two, &three}) EXPECT_EQ(daemon->wait(), 0);
}

TEST(PostgresqlProcesses, AskAPartnersHubOnceAndAllKnowTheCallback) {
  HttpServer partner, hub;
  const std::string topic = partner.url("/rss");
  partner.on("/rss",
             feed(rss("One", 1,
                      "<link xmlns='http://www.w3.org/2005/Atom' rel='hub' href='" + hub.url("/hub") +
                          "'/><link xmlns='http://www.w3.org/2005/Atom' rel='self' href='" + topic + "'/>")));
  hub.on("/hub", Reply{.status = 202});
  const Site first, second;
  const auto store = fresh_postgresql(first.folder().path().filename().string());
  for (const auto* site : {&first, &second}) {
    site->configure({"{url: '" + topic + "', name: One, push: true}"}, fast);
    name_store(*site, store);
  }
  Background one(command(first, "")), two(command(second, ""));
  const auto page_of = [](Background& daemon) {
    const auto line = daemon.wait_for_line("serving on ");
    return line.substr(line.find("http"));
  };
  const std::string page_one = page_of(one), page_two = page_of(two);
  ASSERT_TRUE(hub.wait_for_requests(1));
  const std::string body = hub.requests().front().body;
  const auto at = body.find("websub%2F") + 9;
  const std::string token = body.substr(at, body.find('&', at) - at);
  for (const auto& page : {page_one, page_two}) {
    EXPECT_EQ(
        run({"curl", "-s", "-G", page + "websub/" + token, "-d", "hub.mode=subscribe", "--data-urlencode",
             "hub.topic=" + topic, "-d", "hub.challenge=c4all3nge", "-d", "hub.lease_seconds=864000"})
            .out,
        "c4all3nge")
        << "whichever process the hub's question reaches";
  }
  wait_for_rounds(partner, 6);
  EXPECT_EQ(hub.count(), 1u);
  one.signal(SIGTERM);
  two.signal(SIGTERM);
  EXPECT_EQ(one.wait(), 0);
  EXPECT_EQ(two.wait(), 0);
}

TEST(PostgresqlProcesses, PreviewTriesAConfigurationOnACopy) {
  HttpServer partner;
  partner.on("/one", feed(rss("One", 2)));
  const Site site;
  const auto store = fresh_postgresql(site.folder().path().filename().string());
  const std::string one = "{url: '" + partner.url("/one") + "', name: One";
  site.configure({one + "}"});
  name_store(site, store);
  EXPECT_THAT(site.run({"preview"}).out, HasSubstr("never fetched")) << "before the first pass";
  EXPECT_EQ(site.run({"status"}).code, 0) << "before the first pass";
  ASSERT_EQ(site.run({"update"}).code, 0);
  EXPECT_THAT(site.run({"preview"}).out, HasSubstr("nothing would change"));
  site.configure({one + ", type: News}"});
  name_store(site, store);
  const auto said = site.run({"preview"});
  EXPECT_EQ(said.code, 0) << said.err;
  EXPECT_THAT(said.out, HasSubstr("+ page /types/news/"));
  EXPECT_THAT(site.run({"preview"}).out, HasSubstr("+ page /types/news/")) << "nothing was changed";
}
