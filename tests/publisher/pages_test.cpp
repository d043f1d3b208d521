#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/publisher/sample.hpp"

using namespace tributary;
using namespace tributary::publisher;
using testing::HasSubstr;
using testing::Not;

namespace {

StreamEntry archive_entry(const std::string& name) {
  auto e = sample::entry(name, "From the archive: " + name, "2017-06-04T10:00:00Z");
  e.partner = "Example Archive";
  e.partner_slug = "example-archive";
  e.feed_url = "https://archive.example.net/rss";
  return e;
}

Page partner_page(const std::string& slug, const std::string& title) {
  Page page;
  page.stream.id = {StreamId::Kind::partner, slug};
  page.title = title;
  return page;
}

}  // namespace

TEST(Archives, AreChainedFromTheFrontDocument) {
  auto p = sample::publication_of({sample::entry("c", "C", "2017-06-05T10:00:00Z")});
  p.pages.front().last_archive = 2;
  p.archives.push_back(
      {.stream = {}, .title = p.site.title, .number = 1, .entries = {archive_entry("a")}, .tombstones = {}});
  p.archives.push_back(
      {.stream = {}, .title = p.site.title, .number = 2, .entries = {archive_entry("b")}, .tombstones = {}});
  const std::string front = sample::document(p, "atom.xml");
  EXPECT_THAT(
      front,
      HasSubstr("<link rel=\"prev-archive\" href=\"https://partners.example.org/archive/000002.xml\"/>"));
  EXPECT_THAT(front, Not(HasSubstr("fh:archive")));
  const std::string second = sample::document(p, "archive/000002.xml");
  EXPECT_THAT(second, HasSubstr("<fh:archive/>"));
  EXPECT_THAT(second,
              HasSubstr("<link rel=\"self\" href=\"https://partners.example.org/archive/000002.xml\""));
  EXPECT_THAT(second, HasSubstr("<link rel=\"current\" href=\"https://partners.example.org/atom.xml\"/>"));
  EXPECT_THAT(
      second,
      HasSubstr("<link rel=\"prev-archive\" href=\"https://partners.example.org/archive/000001.xml\"/>"));
  EXPECT_THAT(second, HasSubstr("<id>https://partners.example.org/</id>"));
  EXPECT_THAT(second, Not(HasSubstr("next-archive")));
  EXPECT_THAT(sample::document(p, "archive/000001.xml"), Not(HasSubstr("prev-archive")));
  EXPECT_THAT(sample::document(p, "feed.json"),
              HasSubstr("\"next_url\": \"https://partners.example.org/archive/000002.json\""));
  EXPECT_THAT(sample::document(p, "archive/000002.json"),
              HasSubstr("\"next_url\": \"https://partners.example.org/archive/000001.json\""));
}

TEST(Archives, DontChangeWhenAPartnersFeedIsOnlyStampedAnew) {
  auto p = sample::publication();
  ArchivePage page{
      .stream = {}, .title = p.site.title, .number = 1, .entries = {archive_entry("a")}, .tombstones = {}};
  page.entries[0].source.updated = sample::at("2017-06-05T10:00:00Z");
  p.archives = {page};
  const std::string before = sample::document(p, "archive/000001.xml");
  p.archives[0].entries[0].source.updated = sample::at("2018-06-05T10:00:00Z");
  EXPECT_EQ(sample::document(p, "archive/000001.xml"), before);
}

TEST(Archives, CarryTombstones) {
  auto p = sample::publication();
  p.archives = {{.stream = {StreamId::Kind::topic, "business"},
                 .title = "Small Business",
                 .number = 3,
                 .entries = {},
                 .tombstones = {
                     {"tag:partners.example.org,2026:x", sample::at("2017-07-01T00:00:00Z"), "taken down"}}}};
  const std::string page = sample::document(p, "topics/business/archive/000003.xml");
  EXPECT_THAT(
      page,
      HasSubstr("<at:deleted-entry ref=\"tag:partners.example.org,2026:x\" when=\"2017-07-01T00:00:00Z\">"));
  EXPECT_THAT(page, HasSubstr("<updated>2017-07-01T00:00:00Z</updated>"));
}

TEST(EveryoneElse, LeavesOutThePartnerItself) {
  auto p = sample::publication_of(
      {sample::entry("mine", "Mine", "2017-06-05T10:00:00Z"), archive_entry("theirs")});
  p.pages.push_back(partner_page("example-library", "Example Library"));
  p.pages.push_back(partner_page("example-archive", "Example Archive"));
  for (const char* file : {"atom.xml", "rss.xml", "feed.json", "index.html", "embed.html"}) {
    const std::string bytes = sample::document(p, std::string("partners/example-library/others/") + file);
    EXPECT_THAT(bytes, HasSubstr("From the archive: theirs")) << file;
    EXPECT_THAT(bytes, Not(HasSubstr(">Mine<"))) << file;
    EXPECT_THAT(bytes, HasSubstr("Everyone but Example Library")) << file;
  }
  EXPECT_THAT(sample::document(p, "partners/example-library/index.html"), HasSubstr("href=\"others/\""));
}

TEST(EveryoneElse, IsMadeOfThePageGivenWhenThereIsOne) {
  auto p = sample::publication();
  auto page = partner_page("example-library", "Example Library");
  p.pages.push_back(page);
  page.everyone_else = true;
  page.stream.entries = {archive_entry("older than the front page")};
  p.pages.push_back(page);
  EXPECT_THAT(sample::document(p, "partners/example-library/others/atom.xml"),
              HasSubstr("older than the front page"));
}

TEST(Weeks, AreThoseOfIso8601) {
  EXPECT_EQ(to_string(week_of(sample::at("2026-11-20T12:00:00Z"), "UTC")), "2026-W47");
  EXPECT_EQ(to_string(week_of(sample::at("2027-01-03T23:59:59Z"), "UTC")), "2026-W53");
  EXPECT_EQ(to_string(week_of(sample::at("2024-12-30T00:00:00Z"), "UTC")), "2025-W01");
  EXPECT_EQ(to_string(week_of(sample::at("2021-01-01T00:00:00Z"), "UTC")), "2020-W53");
  EXPECT_EQ(to_string(week_of(sample::at("1969-12-29T00:00:00Z"), "UTC")), "1970-W01");
}

TEST(Weeks, BeginAtMidnightOfTheSitesZoneAlsoWhenClocksChange) {
  // Clocks in Paris go back on Sunday, 25 October 2026: this week is an hour longer.
  const Week week = week_of(sample::at("2026-10-25T12:00:00Z"), "Europe/Paris");
  EXPECT_EQ(to_string(week), "2026-W43");
  EXPECT_EQ(to_rfc3339(week.from), "2026-10-18T22:00:00Z");
  EXPECT_EQ(to_rfc3339(week.until), "2026-10-25T23:00:00Z");
  EXPECT_EQ(to_string(week_of(week.until, "Europe/Paris")), "2026-W44");
  EXPECT_EQ(to_string(week_of(week.until - std::chrono::seconds{1}, "Europe/Paris")), "2026-W43");
}

TEST(Weeks, EachHasAPageAndAllHaveAnIndex) {
  auto p = sample::publication();
  const Week now = week_of(sample::at("2026-11-20T12:00:00Z"), "UTC");
  const Week before = week_of(sample::at("2026-11-05T12:00:00Z"), "UTC");
  p.weeks = {{now, {sample::entry("a", "A", "2026-11-20T12:00:00Z")}, before, {}},
             {before, {sample::entry("b", "B", "2026-11-05T12:00:00Z")}, {}, now}};
  const std::string page = sample::document(p, "digest/2026-W47/index.html");
  EXPECT_THAT(page, HasSubstr("Week of 16 November 2026"));
  EXPECT_THAT(page, HasSubstr(">A</a></h3>"));
  EXPECT_THAT(page, HasSubstr("<a rel=\"prev\" href=\"../../digest/2026-W45/\">"));
  EXPECT_THAT(page, HasSubstr("href=\"../../atom.xml\""));
  const std::string index = sample::document(p, "digest/index.html");
  EXPECT_THAT(index, HasSubstr("<li><a href=\"../digest/2026-W47/\">Week of 16 November 2026</a></li>"));
  EXPECT_THAT(index, HasSubstr("2026-W45"));
  EXPECT_THAT(sample::document(p, "index.html"), HasSubstr("href=\"digest/\""));
}

TEST(Embeds, NameSourceAndLicenceAndNeedNoScriptOrStyle) {
  auto e = sample::entry("a", "Grants", "2017-06-05T10:00:00Z");
  e.licence = "CC BY 4.0";
  e.type = "News";
  auto p = sample::publication_of({e});
  p.pages.push_back(partner_page("example-library", "Example Library"));
  const std::string fragment = sample::document(p, "embed-fragment.html");
  EXPECT_THAT(fragment, testing::StartsWith("<section class=\"tributary\""));
  EXPECT_THAT(fragment,
              HasSubstr("News / Last Modified: <time datetime=\"2017-06-05T10:00:00Z\">05 June 2017</time>"));
  EXPECT_THAT(fragment, HasSubstr("<a href=\"https://partners.example.org/partners/example-library/\">"));
  EXPECT_THAT(
      fragment,
      HasSubstr("<a rel=\"license\" href=\"https://creativecommons.org/licenses/by/4.0/\">CC BY 4.0</a>"));
  EXPECT_THAT(fragment, Not(HasSubstr("style")));
  EXPECT_THAT(fragment, Not(HasSubstr("<script")));
  const std::string frame = sample::document(p, "partners/example-library/embed.html");
  EXPECT_THAT(frame, HasSubstr("<link rel=\"stylesheet\" href=\"../../embed.css\">"));
  EXPECT_TRUE(frame.ends_with("</html>\n"));
}

TEST(Embeds, EachEntryIsOneLineSoThatTheLastOnesCanBeLeftOut) {
  std::vector<StreamEntry> entries;
  for (int i = 0; i < 30; ++i) {
    entries.push_back(
        sample::entry(std::to_string(i), "Line\nbreaks " + std::to_string(i), "2017-06-05T10:00:00Z"));
  }
  const std::string fragment = sample::document(sample::publication_of(entries), "embed-fragment.html");
  std::size_t items = 0, closed = 0;
  for (auto at = fragment.find("\n<li"); at != std::string::npos; at = fragment.find("\n<li", at + 1))
    ++items;
  for (auto at = fragment.find("</li>\n"); at != std::string::npos; at = fragment.find("</li>\n", at + 1))
    ++closed;
  EXPECT_EQ(items, 20u);
  EXPECT_EQ(closed, 20u);
}

TEST(Embeds, OembedGivesAFrame) {
  const std::string json = sample::document(sample::publication(), "oembed.json");
  EXPECT_THAT(json, HasSubstr("\"version\": \"1.0\""));
  EXPECT_THAT(json, HasSubstr("\"type\": \"rich\""));
  EXPECT_THAT(json, HasSubstr("<iframe src=\\\"https://partners.example.org/embed.html\\\""));
  EXPECT_THAT(json, HasSubstr("\"width\": 600"));
}

TEST(FeedStyle, SaysInThePagesLanguageHowToSubscribe) {
  auto p = sample::publication();
  p.site.language = "de";
  EXPECT_THAT(sample::document(p, "feed.css"), HasSubstr("kopieren Sie die Adresse dieser Seite"));
  EXPECT_THAT(sample::document(p, "atom.xml"),
              HasSubstr("<?xml-stylesheet type=\"text/css\" href=\"feed.css\"?>"));
  p.pages.push_back(partner_page("example-library", "Example Library"));
  EXPECT_THAT(sample::document(p, "partners/example-library/rss.xml"),
              HasSubstr("href=\"../../feed.css\"?>"));
}

TEST(Press, PieceByPieceGivesTheSameBytesAsAllAtOnce) {
  auto p = sample::publication_of(
      {sample::entry("mine", "Mine", "2017-06-05T10:00:00Z"), archive_entry("theirs")});
  p.pages.push_back(partner_page("example-library", "Example Library"));
  p.pages.back().stream.entries = {p.pages.front().stream.entries.front()};
  const auto all = render(p);
  ASSERT_TRUE(all);
  auto press = Press::open(p);
  ASSERT_TRUE(press);
  auto pieces = press->page(p.pages.back());
  for (auto& file : press->page(p.pages.front())) pieces.push_back(std::move(file));
  for (auto& file : press->site()) pieces.push_back(std::move(file));
  for (const OutputFile& piece : pieces) {
    EXPECT_THAT(*all, testing::Contains(testing::AllOf(testing::Field(&OutputFile::path, piece.path),
                                                       testing::Field(&OutputFile::bytes, piece.bytes))))
        << piece.path;
  }
}
