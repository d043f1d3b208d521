// The command line, its exit codes and messages.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <sstream>

#include "tests/behaviour/site.hpp"

using namespace tributary::test;
using testing::HasSubstr;

TEST(Commands, HelpListsEveryCommandOfTheTable) {
  const auto help = run_program({"--help"});
  EXPECT_EQ(help.code, 0);
  for (const char* command :
       {"run", "update", "publish", "serve", "check", "preview", "status", "parse", "discover", "add",
        "remove", "import", "export", "explain", "move-store", "demo"}) {
    EXPECT_THAT(help.out, HasSubstr("\n  " + std::string(command) + " ")) << command;
  }
}

TEST(Commands, WrongUsageEndsWithTwo) {
  EXPECT_EQ(run_program({}).code, 2);
  EXPECT_EQ(run_program({"bake"}).code, 2);
  EXPECT_EQ(run_program({"update", "--fast"}).code, 2);
  EXPECT_EQ(run_program({"status", "--now", "yesterday"}).code, 2);
  EXPECT_EQ(run_program({"update", "--config", "/nowhere/feeds.yaml"}).code, 2);
}

TEST(Commands, AFaultyConfigurationEndsWithTwoAndNamesEachPlace) {
  Site site;
  write_file(
      site.config(),
      "site:\n  titel: X\n  url: https://partners.example.org/\nfeeds:\n  - {url: 'ftp://example.org/x'}\n");
  for (const char* command : {"check", "update", "publish", "status"}) {
    const auto said = site.run({command});
    EXPECT_EQ(said.code, 2) << command;
    EXPECT_THAT(said.out + said.err, HasSubstr("feeds.yaml:2:3: ")) << command;
    EXPECT_THAT(said.out + said.err, HasSubstr("feeds.yaml:5:")) << command;
  }
}

TEST(Commands, CheckTellsFaultsToProgramsToo) {
  Site site;
  write_file(site.config(), "site: {titel: X, url: 'https://partners.example.org/'}\nfeeds: []\n");
  const auto said = site.run({"check", "--format", "json"});
  EXPECT_EQ(said.code, 2);
  const auto document = boost::json::parse(said.out).as_object();
  EXPECT_GE(document.at("errors").to_number<int>(), 1);
  EXPECT_THAT(site.run({"check", "--format", "github"}).out, HasSubstr("::error "));
  EXPECT_EQ(site.run({"check", "--format", "poem"}).code, 2);
}

TEST(Commands, CheckSaysOfEachFaultyFileExactlyWhatItsFixtureExpects) {
  // The fixtures of tests/config: each begins with what must be said of it (see faults_test.cpp there).
  constexpr std::string_view mark = "# expect ", warning = "warning ";
  std::size_t files = 0;
  for (const auto& fixture : std::filesystem::directory_iterator(std::filesystem::path(TRIBUTARY_SOURCE_DIR) /
                                                                 "tests/config/faults")) {
    const std::string text = read_file(fixture.path());
    std::string expected;
    bool faulty = false;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line) && line.starts_with(mark);) {
      // "# expect [warning ]LINE:COLUMN CODE: what; how" is said as "feeds.yaml:LINE:COLUMN: [warning: ]what;
      // how [CODE]".
      std::string said = line.substr(mark.size());
      const bool only_warns = said.starts_with(warning);
      if (only_warns) said.erase(0, warning.size());
      faulty = faulty || !only_warns;
      const auto blank = said.find(' '), colon = said.find(": ", blank);
      expected += "/srv/tributary/feeds.yaml:" + said.substr(0, blank) + ": " +
                  (only_warns ? "warning: " : "") + said.substr(colon + 2) + " [" +
                  said.substr(blank + 1, colon - blank - 1) + "]\n";
    }
    // A folder that is on no machine, so that messages are the same on all: the path of the copy is put back.
    const TemporaryFolder folder;
    write_file(folder / "feeds.yaml", text);
    const auto checked = run_program({"check", "--config", (folder / "feeds.yaml").string()});
    std::string told;
    std::istringstream out(checked.out);
    for (std::string line; std::getline(out, line);) {
      if (!line.ends_with(']') || line.find("feeds.yaml:") == std::string::npos)
        continue;  // the text underlined
      told += line + "\n";
    }
    for (auto at = told.find(folder.path().string()); at != std::string::npos;
         at = told.find(folder.path().string())) {
      told.replace(at, folder.path().string().size(), "/srv/tributary");
    }
    EXPECT_EQ(told, expected) << fixture.path();
    EXPECT_EQ(checked.code, faulty ? 2 : 0) << fixture.path();
    EXPECT_EQ(checked.err, "") << fixture.path();
    ++files;
  }
  EXPECT_GE(files, 100u);
}

TEST(Commands, CheckOfASoundFileEndsWithZero) {
  Site site;
  site.configure({"{url: 'https://example.org/feed'}"});
  EXPECT_EQ(site.run({"check"}).code, 0);
}

TEST(Commands, DemoServesTheSamplePartnersAndPublishesThem) {
  const std::filesystem::path source = TRIBUTARY_SOURCE_DIR;
  const TemporaryFolder folder;
  std::filesystem::copy(source / "examples", folder / "examples", std::filesystem::copy_options::recursive);
  std::string yaml = read_file(source / "feeds.yaml");
  // A port that is free here, in place of the sample's own.
  const std::string port = std::to_string(HttpServer().port());
  const auto at = yaml.find("http://127.0.0.1:", yaml.find("feeds:"));
  const std::string sample = yaml.substr(at, yaml.find('/', at + 7) - at);
  for (auto place = yaml.find(sample); place != std::string::npos; place = yaml.find(sample, place + 1)) {
    yaml.replace(place, sample.size(), "http://127.0.0.1:" + port);
  }
  write_file(folder / "feeds.yaml", yaml);
  const auto said = run_program({"demo", "--once", "--config", (folder / "feeds.yaml").string()});
  ASSERT_EQ(said.code, 0) << said.err;
  EXPECT_THAT(said.out, HasSubstr("6 fetched, 0 failed"));
  EXPECT_THAT(read_file(folder / "public" / "atom.xml"), HasSubstr("</entry>"));
}

TEST(Commands, StatusBeforeTheFirstPassKnowsNothingAndSaysSo) {
  Site site;
  site.configure({"{url: 'https://example.org/feed', name: Example}"});
  const auto said = site.run({"status", "--json"});
  ASSERT_EQ(said.code, 0) << said.err;
  const auto document = boost::json::parse(said.out).as_object();
  const auto& feed = document.at("feeds").as_array().at(0).as_object();
  for (const char* member : {"configured_url", "url", "name", "state", "last_fetch", "last_success",
                             "next_fetch", "last_status", "consecutive_failures", "last_error", "items"}) {
    EXPECT_TRUE(feed.contains(member)) << member;
  }
  EXPECT_TRUE(feed.at("last_fetch").is_null());
  EXPECT_EQ(document.at("totals").at("feeds").to_number<int>(), 1);
  EXPECT_EQ(site.run({"status"}).code, 0);
}

TEST(Parse, ReadsAFileOrStandardInputAndPrintsTheContractsJson) {
  TemporaryFolder folder;
  write_file(folder / "feed.xml", rss("Sample", 2));
  const auto file = run_program({"parse", (folder / "feed.xml").string(), "--base", "https://example.org/"});
  ASSERT_EQ(file.code, 0) << file.err;
  const auto document = boost::json::parse(file.out).as_object();
  EXPECT_EQ(document.at("format").as_string(), "rss-2.0");
  EXPECT_EQ(document.at("entries").as_array().size(), 2u);
  EXPECT_EQ(run_program({"parse", "-", "--base", "https://example.org/"}, rss("Sample", 2)).out, file.out);
}

TEST(Parse, WhatIsNoFeedEndsWithOneAndOneLineAndNothingOnStdout) {
  const auto page = run_program({"parse", "-"}, "<!DOCTYPE html><html><body>Hello</body></html>");
  EXPECT_EQ(page.code, 1);
  EXPECT_EQ(page.out, "");
  EXPECT_EQ(std::ranges::count(page.err, '\n'), 1);
  EXPECT_EQ(run_program({"parse", "-"}).code, 1);
  EXPECT_EQ(run_program({"parse", "/nowhere/feed.xml"}).code, 2);
  EXPECT_EQ(run_program({"parse", "/"}).code, 2);
}

TEST(Parse, AUrlIsFetchedWithTheGuard) {
  HttpServer partner;
  partner.on("/rss", feed(rss("Sample")));
  TemporaryFolder folder;
  const auto refused = run({tributary_program().string(), "parse", partner.url("/rss")}, {}, folder.path());
  EXPECT_EQ(refused.code, 1);
  EXPECT_EQ(partner.count(), 0u) << "a private address is not asked";
  EXPECT_THAT(refused.err, HasSubstr("fetch: {allow_addresses: [\"127.0.0.1\"]}"))
      << "and the reason says how it would be";
  write_file(folder / "feeds.yaml",
             "site: {title: S, url: 'https://partners.example.org/'}\nfetch: {allow_addresses: "
             "[127.0.0.0/8]}\nfeeds: []\n");
  const auto allowed = run({tributary_program().string(), "parse", partner.url("/rss")}, {}, folder.path());
  EXPECT_EQ(allowed.code, 0) << allowed.err;
}

TEST(Explain, TellsWhereAnItemCameFromAsTextAndAsJson) {
  HttpServer partner;
  partner.on("/rss", feed(rss("Sample", 2)));
  Site site;
  site.configure({"{url: '" + partner.url("/rss") + "', name: Sample House}"});
  EXPECT_EQ(site.run({"explain", "https://example.org/nothing"}).code, 1) << "there is no store yet";
  ASSERT_EQ(site.run({"update"}).code, 0);
  const auto known = boost::json::parse(site.published("feed.json")).as_object();
  const auto& item = known.at("items").as_array().at(0).as_object();
  const std::string url(item.at("url").as_string()), id(item.at("id").as_string());

  const auto said = site.run({"explain", url});
  EXPECT_EQ(said.code, 0) << said.err;
  EXPECT_THAT(said.out, HasSubstr("from Sample House"));
  EXPECT_THAT(said.out, HasSubstr("on /: number 1 of the front document"));
  const auto told = site.run({"explain", "--json", id});
  ASSERT_EQ(told.code, 0) << told.err;
  const auto story = boost::json::parse(told.out).at("stories").as_array().at(0).as_object();
  EXPECT_EQ(story.at("id").as_string(), id);
  EXPECT_EQ(story.at("copies").as_array().at(0).at("link").as_string(), url);
  const auto unknown = site.run({"explain", "https://example.org/nothing"});
  EXPECT_EQ(unknown.code, 1);
  EXPECT_THAT(unknown.err, HasSubstr("https://example.org/nothing"));
}
