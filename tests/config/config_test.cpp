#include "config/config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

using namespace tributary;
using namespace tributary::config;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

namespace {

const std::string head = "site: {title: T, url: https://e.org/}\n";

std::vector<std::string> said(const std::vector<Fault>& faults) {
  std::vector<std::string> lines;
  for (const auto& fault : faults) lines.push_back(to_string(fault));
  return lines;
}

std::vector<std::string> faults_of(const std::string& yaml) {
  const auto loaded = parse(yaml, "feeds.yaml");
  return loaded ? std::vector<std::string>{} : said(loaded.error());
}

Config good(const std::string& yaml) {
  const auto loaded = parse(yaml, "/etc/tributary/feeds.yaml");
  if (!loaded) {
    ADD_FAILURE() << testing::PrintToString(said(loaded.error()));
    return {};
  }
  return loaded->config;
}

}  // namespace

TEST(Config, OnlyTitleAddressAndFeedAddressesAreNeeded) {
  const auto config =
      good("site: {title: T, url: https://e.org/}\nfeeds: [{url: https://a.example.org/feed}]\n");
  EXPECT_EQ(config.site.title, "T");
  EXPECT_EQ(config.site.language, "en");
  EXPECT_EQ(config.store, "sqlite:/etc/tributary/data/tributary.db");
  EXPECT_EQ(config.output, "/etc/tributary/public");
  EXPECT_EQ(config.fetch.contact, "https://e.org/");
  EXPECT_EQ(config.fetch.interval, 1h);
  ASSERT_EQ(config.feeds.size(), 1u);
  EXPECT_EQ(config.feeds[0].name, "a.example.org");
  EXPECT_EQ(config.feeds[0].slug, "a-example-org");
  EXPECT_TRUE(config.feeds[0].enabled);
}

TEST(Config, EveryValueOfTheDesignArrives) {
  const auto config = good(R"(site:
  title: Partnerships & Collaboration
  url: https://partners.example.org/
  language: fr-CA
  timezone: Europe/Paris
  intro: >
    When libraries
    build partnerships
  photo: {src: "https://e.org/p.jpg", alt: People, credit: C, licence: CC BY 4.0, licence_url: "https://cc.example.org/"}
  author: {name: A, email: a@example.org, uri: "https://a.example.org/"}
  rights: R
store: postgresql://user@host/db
output: /srv/www
server: {listen: "[::1]:0", admin: "unix:/run/t.sock", hub: off}
fetch:
  interval: 2h
  min_interval: 1s
  max_interval: 2d
  timeout: 5s
  concurrency: 3
  per_host: 1
  host_spacing: 1s
  max_body: 1MiB
  contact: mailto:a@example.org
  proxy: socks5h://127.0.0.1:1080
  allow_addresses: [127.0.0.0/8, "::1", 10.1.2.3]
publish: {items: 10, excerpt: 100, order: first_seen, content: full, welcome: 0}
licences: {default: link, CC BY 4.0: full}
topics:
- {slug: business, title: Small Business, intro: I}
feeds:
- url: https://example.org/news.atom
  name: Example Association
  type: News
  types: {webinars: Webinar}
  topics: [business]
  licence: CC BY 4.0
  include: {title: "(?i)partner"}
  exclude: {link: /private/}
  priority: -10
  interval: 30m
  future: hold
  timezone: Europe/Berlin
  enabled: false
  auth: {username: tributary, password_env: EXAMPLE_PASSWORD}
  push: true
withdraw: [{url: "https://example.org/wrong", reason: withdrawn by the partner, until: 2027-01-01}]
stories: {merge: [["https://a.example/1", "https://b.example/1"]], split: []}
alerts: {webhook_env: TRIBUTARY_WEBHOOK}
)");
  EXPECT_EQ(config.site.intro, "When libraries build partnerships\n");
  EXPECT_EQ(config.site.photo.licence_url, "https://cc.example.org/");
  EXPECT_EQ(config.site.author.email, "a@example.org");
  EXPECT_EQ(config.store, "postgresql://user@host/db");
  EXPECT_EQ(config.server.listen, "[::1]:0");
  EXPECT_EQ(config.server.admin, "unix:/run/t.sock");
  EXPECT_EQ(config.server.hub, "off");
  EXPECT_EQ(config.fetch.max_body, 1048576u);
  EXPECT_THAT(config.fetch.allow_addresses, ElementsAre("127.0.0.0/8", "::1/128", "10.1.2.3/32"));
  EXPECT_EQ(config.publish.order, Order::first_seen);
  EXPECT_EQ(config.publish.content, ContentPolicy::full);
  EXPECT_EQ(config.publish.welcome, 0u);
  EXPECT_EQ(config.licences.fallback, Licence::link);
  EXPECT_EQ(config.licences.by_name.at("CC BY 4.0"), Licence::full);
  const auto& feed = config.feeds.at(0);
  EXPECT_EQ(feed.slug, "example-association");
  EXPECT_EQ(feed.types.at("webinars"), "Webinar");
  EXPECT_EQ(feed.include.at("title"), "(?i)partner");
  EXPECT_EQ(feed.exclude.at("link"), "/private/");
  EXPECT_EQ(feed.priority, -10);
  EXPECT_EQ(feed.interval, 30min);
  EXPECT_EQ(feed.future, FutureDates::hold);
  EXPECT_FALSE(feed.enabled);
  EXPECT_EQ(feed.auth.password_env, "EXAMPLE_PASSWORD");
  EXPECT_EQ(feed.push, true);
  EXPECT_EQ(to_rfc3339(config.withdraw.at(0).until.value()), "2027-01-01T00:00:00Z");
  EXPECT_EQ(config.stories.merge.at(0).size(), 2u);
  EXPECT_EQ(config.alert_webhook_env, "TRIBUTARY_WEBHOOK");
}

TEST(Config, QuestionMarksInsideBracketsNeedNoQuotes) {
  const auto config = good(
      head +
      "feeds: [{url: https://a.example.org/?feed=rss&b=?, name: Why? Because, include: {title: (?i)x}}]\n");
  ASSERT_EQ(config.feeds.size(), 1u);
  EXPECT_EQ(config.feeds[0].url, "https://a.example.org/?feed=rss&b=?");
  EXPECT_EQ(config.feeds[0].name, "Why? Because");
  EXPECT_EQ(config.feeds[0].include.at("title"), "(?i)x");
  EXPECT_EQ(good("? site\n: {title: T, ? url : https://e.org/}\n").site.title, "T");
}

TEST(Config, SlugsAreMadeOfNamesAndASecondOneIsNumbered) {
  const auto config = good(head + R"(feeds:
  - {url: "https://1.example.org/", name: "Zażółć gęślą & Söhne"}
  - {url: "https://2.example.org/", name: "Библиотека № 5"}
  - {url: "https://3.example.org/", name: "Friends' Library"}
  - {url: "https://4.example.org/", name: "friends library"}
  - {url: "https://5.example.org/", name: "X", slug: friends-library-2}
  - {url: "https://6.example.org/", name: "!!!"}
  - {url: "https://7.example.org/", name: "مكتبة"}
)");
  std::vector<std::string> slugs;
  for (const auto& feed : config.feeds) slugs.push_back(feed.slug);
  EXPECT_THAT(slugs, ElementsAre("zazolc-gesla-sohne", "biblioteka-no-5", "friends-library",
                                 "friends-library-3", "friends-library-2", "6-example-org", "mktbt"));
}

TEST(Config, EveryFaultIsToldAtOnceInTheOrderOfTheFile) {
  EXPECT_THAT(
      faults_of(R"(site:
  titel: T
  url: https://e.org
fetch: {intervall: 1h, timeout: 30}
feeds:
  - url: ftp://example.org/
    topics: [busines]
  - name: é, ü
    enabled: "yes"
topics:
  - {slug: Business, title: B}
)"),
      ElementsAre(
          "feeds.yaml:2:3: unknown key `titel`; did you mean `title`?",
          "feeds.yaml:3:8: `https://e.org` does not end in `/`; write https://e.org/",
          "feeds.yaml:4:9: unknown key `intervall`; did you mean `interval`?",
          "feeds.yaml:4:33: `30` has no unit; write 30s for seconds; m, h and d are minutes, hours and days",
          "feeds.yaml:6:10: `ftp://example.org/` is no web address: only http and https can be asked; write "
          "one that begins with https://",
          "feeds.yaml:7:14: no topic has the slug `busines`; declare it under `topics:`",
          "feeds.yaml:8:5: `url` is missing here; write `url: …` with a web address (http or https)",
          "feeds.yaml:9:14: `yes` is neither true nor false; write true",
          "feeds.yaml:11:12: `Business` is no slug: lower-case ASCII words joined by `-`; write business"));
}

TEST(Config, ColumnsCountCharactersAndAByteOrderMarkIsNone) {
  EXPECT_THAT(faults_of("\xEF\xBB\xBFsite: {title: Zażółć 😀, url: https://e.org/, xyzzy: 1}\n"),
              ElementsAre("feeds.yaml:1:46: unknown key `xyzzy`; known here are title, url, language, "
                          "timezone, intro, photo, "
                          "author, rights, templates"));
}

TEST(Config, SecretsAreRefusedAndShownNowhere) {
  const auto loaded = parse(
      head +
          "feeds:\n  - {url: 'https://a.example.org/', auth: {username: u, password: hunter2}, foo: 1}\n"
          "  - url: https://me:hunter2@b.example.org/\nstore: postgresql://u:hunter2@h/d\n"
          "alerts: {webhook: https://hooks.example.org/hunter2}\n",
      "feeds.yaml");
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().size(), 5u);
  for (const auto& fault : loaded.error()) {
    EXPECT_EQ(to_string(fault).find("hunter2"), std::string::npos) << to_string(fault);
    EXPECT_EQ(fault.source.find("hunter2"), std::string::npos) << fault.source;
  }
}

TEST(Config, HostileYamlGetsOneClearFault) {
  std::string bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\n";
  for (char c = 'b'; c < 'k'; ++c) {
    const std::string before(1, static_cast<char>(c - 1));
    bomb += std::string(1, c) + ": &" + c + " [";
    for (int i = 0; i < 10; ++i) bomb += "*" + before + (i < 9 ? ", " : "]\n");
  }
  const std::string texts[] = {bomb,
                               "a: " + std::string(100'000, '['),
                               "a: " + std::string(100'000, '{'),
                               "? " + std::string(1'000, '?'),
                               "a: &x [*x]\n",
                               std::string("si\0te: 1\n", 9),
                               "site: \xFF\n",
                               "\xFF\xFEs\0i\0",
                               "site: \"open\n",
                               "\tsite: x\n",
                               "site: {title: [}\n",
                               "just words\n",
                               "- a\n- b\n",
                               ""};
  for (const auto& text : texts) {
    const auto loaded = parse(text, "feeds.yaml");
    ASSERT_FALSE(loaded) << text.substr(0, 40);
    for (const auto& fault : loaded.error()) {
      EXPECT_GT(fault.line, 0) << to_string(fault);
      EXPECT_GT(fault.column, 0) << to_string(fault);
      EXPECT_FALSE(fault.code.empty() || fault.what.empty() || fault.mend.empty()) << to_string(fault);
    }
  }
}

TEST(Config, AnUnreadableFileIsOneFaultWithoutALine) {
  for (const auto* name : {"/nowhere/feeds.yaml", "/"}) {
    const auto loaded = load(name);
    ASSERT_FALSE(loaded);
    ASSERT_EQ(loaded.error().size(), 1u);
    EXPECT_EQ(loaded.error()[0].line, 0);
    EXPECT_EQ(loaded.error()[0].code, "unreadable-file");
  }
}

TEST(Config, IntervalsSettleInsideTheirBounds) {
  EXPECT_EQ(good(head + "fetch: {min_interval: 1s, max_interval: 1s}\n").fetch.interval, 1s);
  EXPECT_EQ(good(head + "fetch: {min_interval: 2d}\n").fetch.max_interval, std::chrono::days{2});
  EXPECT_EQ(good(head + "fetch: {max_interval: 1m}\n").fetch.min_interval, 1min);
  EXPECT_THAT(faults_of(head + "fetch: {min_interval: 2h, max_interval: 1h}\n"), testing::SizeIs(1));
}

TEST(Config, LookAlikeAddressesAreWarningsAndDoubledOnesFaults) {
  const auto loaded = parse(head + R"(feeds:
  - url: https://example.org/feed
  - url: http://www.example.org/feed/
  - url: https://examp1e.org/other
)",
                            "feeds.yaml");
  ASSERT_TRUE(loaded);
  EXPECT_THAT(said(loaded->warnings), ElementsAre("feeds.yaml:4:10: warning: `http://www.example.org/feed/` "
                                                  "looks like the feed in line 3; if they are one "
                                                  "feed, keep one of them",
                                                  "feeds.yaml:5:10: warning: the host `examp1e.org` looks "
                                                  "like `example.org` in line 3; make sure that it "
                                                  "is spelled as meant"));
  EXPECT_THAT(
      faults_of(head + "feeds: [{url: https://e.org/f}, {url: https://e.org/f}]\n"),
      ElementsAre("feeds.yaml:2:39: `https://e.org/f` is a feed already, in line 2; keep one of them"));
}

TEST(Config, TheSampleIsGood) {
  const auto loaded = load(std::filesystem::path(TRIBUTARY_SOURCE_DIR) / "feeds.yaml");
  ASSERT_TRUE(loaded) << testing::PrintToString(said(loaded.error()));
  EXPECT_THAT(said(loaded->warnings), IsEmpty());
  EXPECT_EQ(loaded->config.feeds.size(), 6u);
}
