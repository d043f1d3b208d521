#include "config/opml.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <random>

#include "config/edit.hpp"

using namespace tributary;
using namespace tributary::config;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

const std::filesystem::path file = "/srv/tributary/feeds.yaml";
const std::string head = "site: {title: T, url: https://e.org/}\n";

Config good(const std::string& yaml) {
  const auto loaded = parse(yaml, file);
  if (!loaded) {
    ADD_FAILURE() << render_faults(loaded.error(), FaultFormat::text) << yaml;
    return {};
  }
  return loaded->config;
}

Opml read(const std::string& opml) {
  const auto list = read_opml(opml, "list.opml", file);
  if (!list) ADD_FAILURE() << list.error().detail;
  return list ? *list : Opml{};
}

Import import(const std::string& yaml, const std::string& opml) {
  const auto done = import_opml(yaml, file, opml, "list.opml");
  if (!done) ADD_FAILURE() << done.error().detail << "\n" << yaml << opml;
  return done ? *done : Import{};
}

// Everything that feeds.yaml can say of topics and feeds, as text: equal when nothing was lost.
std::string said(const Config& config) {
  Config named = config;
  const auto text = add_topics(head, file, named.topics);
  const auto all = text ? add_feeds(*text, file, named.feeds) : text;
  return all ? *all : all.error().detail;
}

std::string outline(const std::string& body) {
  return "<opml version=\"2.0\"><head><title>L</title></head><body>" + body + "</body></opml>";
}

std::vector<std::string> lines(const std::vector<Fault>& faults) {
  std::vector<std::string> out;
  for (const auto& fault : faults) out.push_back(std::to_string(fault.line) + " " + fault.code);
  return out;
}

}  // namespace

TEST(Opml, WhatIsExportedImportsWithoutLoss) {
  const auto config = good(R"(site: {title: "T & <T>", url: https://e.org/, author: {name: Ann}}
topics:
  - {slug: b-b, title: Branches / "North" & West, intro: "I: [x]", photo: {src: p/photo.jpg, alt: A, licence: CC BY 4.0}}
  - {slug: a, title: Branches}
  - {slug: "2024", title: Year}
  - {slug: twin, title: Year}
  - {slug: empty, title: " odd /  title "}
feeds:
  - {url: "https://a.example.org/?x=1&y=2", name: "Ä, 'quoted' <b>", topics: [b-b, a, "2024"], licence: CC BY 4.0, priority: -1}
  - {url: https://b.example.org/, topics: [twin], types: {"a, b": "C: d", e: ""}, include: {title: "(?i)x{1,2}\""}, enabled: false}
  - {url: https://c.example.org/, name: b.example.org, interval: 90m, future: hold, timezone: Europe/Paris, push: true}
  - {url: https://d.example.org/, name: " spaced ", slug: own, topics: [a], auth: {username: u, password_file: secrets/p}, tls: {ca: /etc/ca.pem}}
  - {url: https://e.example.org/, name: Same, slug: zzz}
  - {url: https://f.example.org/, name: Same}
)");
  const auto opml = write_opml(config);
  const auto list = read(opml);
  EXPECT_THAT(list.warnings, IsEmpty());
  EXPECT_EQ(list.title, "T & <T>");
  const auto done = import(head, opml);
  EXPECT_EQ(done.feeds, 6u);
  EXPECT_EQ(done.topics, 5u);
  const auto back = good(done.text);
  EXPECT_EQ(said(back), said(config)) << opml;
  // And once more gives the same bytes.
  Config again = back;
  again.site = config.site;
  EXPECT_EQ(write_opml(again), opml);
}

TEST(Opml, TheSampleConfigurationMakesTheRoundTrip) {
  const auto sample = load(std::filesystem::path(TRIBUTARY_SOURCE_DIR) / "feeds.yaml");
  ASSERT_TRUE(sample);
  const auto done = import_opml(head, sample->config.file, write_opml(sample->config), "list.opml");
  ASSERT_TRUE(done) << done.error().detail;
  const auto back = parse(done->text, sample->config.file);
  ASSERT_TRUE(back);
  EXPECT_EQ(said(back->config), said(sample->config));
}

TEST(Opml, RandomListsMakeTheRoundTrip) {
  const std::vector<std::string> words = {"a",    "B & C",  "x / y",  "<&>\"'", "été", "  ", "#1",
                                          "- z",  "null",   "12",     "tab\t",  "a,b", "{}", "[",
                                          "é: ö", "图书馆", "a\\b\"", "@",      "/",   " / "};
  for (unsigned seed = 0; seed < 100; ++seed) {
    std::mt19937 random(seed);
    const auto word = [&] { return words[random() % words.size()]; };
    Config config;
    config.file = file;
    const auto topics = random() % 5;
    for (unsigned i = 0; i < topics; ++i)
      config.topics.push_back(
          {.slug = "t" + std::to_string(i), .title = word() + "x" + word(), .intro = word()});
    const auto count = random() % 8;
    for (unsigned i = 0; i < count; ++i) {
      Partner feed{.url = "https://f" + std::to_string(i) +
                          ".example.org/?a=" + std::to_string(random() % 9) + "&b"};
      if (random() % 2) feed.name = word() + "n" + word();
      if (random() % 2) feed.type = word();
      if (random() % 2) feed.licence = word();
      if (random() % 2) feed.types = {{word(), word()}, {word(), word()}};
      for (const auto& topic : config.topics) {
        if (random() % 2) feed.topics.push_back(topic.slug);
      }
      std::ranges::shuffle(feed.topics, random);
      if (random() % 2) feed.priority = static_cast<int>(random() % 100) - 50;
      if (random() % 2) feed.interval = std::chrono::seconds{900 + random() % 9000};
      config.feeds.push_back(feed);
    }
    const auto config_text = said(config);
    const auto whole = good(config_text);
    const auto done = import(head, write_opml(whole));
    EXPECT_EQ(said(good(done.text)), said(whole)) << "seed " << seed << "\n" << write_opml(whole);
    EXPECT_THAT(done.warnings, IsEmpty());
  }
}

TEST(Opml, FoldersInFoldersAndCategoriesAreTopics) {
  const auto list = read(outline(R"(
<outline text="Libraries"><outline text="Branches"><outline type="rss" text="A" xmlUrl="https://a.example.org/"/></outline>
<outline text="B" title="Bee" xmlURL="https://b.example.org/"/></outline>
<outline text="C" xmlurl="https://c.example.org/" category="/Libraries/Branches,Business, /Libraries/"/>
<outline text="Copy"><outline text="A again" xmlUrl="https://a.example.org/"/></outline>
<outline text="Nothing here"/>
)"));
  std::vector<std::string> topics, feeds;
  for (const auto& topic : list.topics) topics.push_back(topic.slug + "=" + topic.title);
  for (const auto& feed : list.feeds) {
    feeds.push_back(feed.name);
    for (const auto& topic : feed.topics) feeds.back() += " " + topic;
  }
  EXPECT_THAT(topics, ElementsAre("libraries-branches=Libraries / Branches", "libraries=Libraries",
                                  "business=Business", "copy=Copy"));
  EXPECT_THAT(feeds, ElementsAre("A libraries-branches copy", "Bee libraries",
                                 "C libraries-branches business libraries"));
  EXPECT_THAT(lines(list.warnings), ElementsAre("6 no-feed"));
}

TEST(Opml, NestedListsOfOthersComeOutAsTheyWentIn) {
  const auto in = outline(
      R"(<outline text="A"><outline text="B"><outline type="rss" text="F" xmlUrl="https://f.example.org/"/></outline></outline>)");
  const auto out = write_opml(good(import(head, in).text));
  EXPECT_THAT(out, HasSubstr("<outline text=\"A\">\n      <outline text=\"B\""));
  EXPECT_THAT(out, HasSubstr("category=\"/A/B\""));
}

TEST(Opml, WhatCannotBeTakenOverIsToldByLine) {
  const auto list = read(
      "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n<opml version=\"1.1\" "
      "xmlns:t=\"urn:tributary:feeds.yaml\">\n<body>\n"
      "<outline text=\"Biblioth\xE8que\" xmlUrl=\"feed://a.example.org/x\"/>\n"
      "<outline text=\"bad\" xmlUrl=\"ftp://b.example.org/\"/>\n"
      "<outline text=\"secret\" xmlUrl=\"https://me:hunter2@c.example.org/\"/>\n"
      "<outline text=\"link\" type=\"link\" url=\"https://d.example.org/\"/>\n"
      "<outline text=\"options\" xmlUrl=\"https://e.example.org/\" t:interval=\"often\" t:colour=\"red\" "
      "t:priority=\"7\" u:x=\"1\"/>\n"
      "</body></opml>");
  ASSERT_EQ(list.feeds.size(), 2u);
  EXPECT_EQ(list.feeds[0].name, "Bibliothèque");
  EXPECT_EQ(list.feeds[0].url, "https://a.example.org/x");
  EXPECT_EQ(list.feeds[1].priority, 7);
  EXPECT_FALSE(list.feeds[1].interval);
  EXPECT_THAT(lines(list.warnings),
              ElementsAre("5 bad-url", "6 secret-in-file", "7 no-feed", "8 bad-duration", "8 unknown-key"));
  for (const auto& warning : list.warnings) EXPECT_EQ(to_string(warning).find("hunter2"), std::string::npos);
}

TEST(Opml, WhatIsNoOpmlIsRefusedAndWhatBreaksOffIsKept) {
  for (const auto* text : {"", "<rss version=\"2.0\"/>", "not xml", "{}",
                           "<html><body><outline xmlUrl='https://a.example.org/'/></body></html>"}) {
    const auto list = read_opml(text, "list.opml", file);
    ASSERT_FALSE(list) << text;
    EXPECT_EQ(list.error().kind, ErrorKind::not_a_feed);
  }
  const auto list = read(
      "<opml><body><outline text=\"A\" xmlUrl=\"https://a.example.org/\"/>\n<outline text=\"B\" "
      "xmlUrl=\"https://b.exa");
  EXPECT_EQ(list.feeds.size(), 1u);
  EXPECT_THAT(lines(list.warnings), ElementsAre("2 bad-opml"));
}

TEST(Opml, ThousandsOfFoldersInFoldersEndSomewhere) {
  std::string deep;
  for (int i = 0; i < 5000; ++i) deep += "<outline text=\"x\">";
  deep += "<outline text=\"f\" xmlUrl=\"https://a.example.org/\"/>";
  for (int i = 0; i < 5000; ++i) deep += "</outline>";
  const auto list = read(outline(deep));
  EXPECT_THAT(list.feeds, IsEmpty());
  EXPECT_EQ(list.warnings.size(), 1u);
}

TEST(Import, ShowsItsDiffAndKeepsWhatIsThere) {
  const std::string yaml = "# ours\n" + head +
                           "topics:\n  - slug: biz   # short\n    title: Business\nfeeds:\n  - url: "
                           "https://a.example.org/\n    name: Ours\n# end\n";
  const auto done = import(
      yaml,
      outline(
          R"(<outline text="Business"><outline text="Theirs" xmlUrl="https://a.example.org/"/><outline text="New" xmlUrl="https://b.example.org/"/></outline>
<outline text="Learning"><outline text="Other" xmlUrl="https://c.example.org/"/></outline>)"));
  EXPECT_EQ(done.known, 1u);
  EXPECT_EQ(done.feeds, 2u);
  EXPECT_EQ(done.topics, 1u);
  EXPECT_EQ(done.diff,
            "--- /srv/tributary/feeds.yaml\n+++ /srv/tributary/feeds.yaml\n@@ -3,7 +3,15 @@\n topics:\n   - "
            "slug: biz   # short\n     title: Business\n"
            "+  - slug: learning\n+    title: Learning\n feeds:\n   - url: https://a.example.org/\n     "
            "name: Ours\n"
            "+  - url: https://b.example.org/\n+    name: New\n+    topics: [biz]\n+  - url: "
            "https://c.example.org/\n+    name: Other\n+    topics: [learning]\n # end\n");
  const auto again = import(done.text, outline(R"(<outline text="New" xmlUrl="https://b.example.org/"/>)"));
  EXPECT_EQ(again.text, done.text);
  EXPECT_EQ(again.diff, "");
}

TEST(Import, AThousandFeedsArePutInAtOnce) {
  std::string body;
  for (int i = 0; i < 1000; ++i)
    body += "<outline text=\"F" + std::to_string(i) + "\" xmlUrl=\"https://f" + std::to_string(i) +
            ".example.org/\"/>\n";
  const auto done = import(head, outline(body));
  EXPECT_EQ(done.feeds, 1000u);
  EXPECT_EQ(good(done.text).feeds.size(), 1000u);
}
