#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <clocale>
#include <cstdlib>

#include "tests/publisher/sample.hpp"

using namespace tributary;
using namespace tributary::publisher;
using testing::HasSubstr;
using testing::Not;

namespace {

/// An entry with everything that an entry can have.
StreamEntry rich() {
  auto e = sample::entry("rich", "Grants & <Gifts>", "2017-06-05T10:00:00Z");
  e.published = sample::at("2017-06-01T08:00:00Z");
  e.type = "Webinar";
  e.topics = {"business"};
  e.licence = "https://creativecommons.org/licenses/by/4.0/";
  e.item.authors = {{"Ann Author", "ann@example.org", "https://example.org/ann"}};
  e.item.contributors = {{"Carl", {}, {}}};
  e.item.categories = {{"grants", "https://library.example.org/tags", "Grants"}};
  e.item.summary = sample::markup("<p>About <b>grants</b>.</p>");
  e.item.content = {sample::markup("<p>All about <b>grants</b>: a &lt; b.</p>")};
  e.item.enclosures = {{.url = "https://library.example.org/talk.mp3", .type = "audio/mpeg", .length = 1234},
                       {.url = "https://library.example.org/hall.jpg",
                        .type = {},
                        .length = {},
                        .title = {},
                        .credit = "Pia",
                        .licence = "CC BY-NC-ND 2.0",
                        .description = "The hall"}};
  e.item.rights = sample::words("© Example Library");
  e.item.comments = "https://library.example.org/rich#comments";
  e.source.updated = sample::at("2017-06-05T11:00:00Z");
  e.source.rights = sample::words("© the library");
  e.also = {{"Example Archive", "example-archive", "Grants again", "https://archive.example.net/1"}};
  return e;
}

Publication rich_publication() {
  auto p = sample::publication_of({rich(), sample::entry("plain", "Plain", "2017-05-01T00:00:00Z")});
  p.options.content = ContentPolicy::full;
  p.pages.front().stream.tombstones = {
      {"tag:partners.example.org,2026:gone", sample::at("2017-06-06T00:00:00Z"), "withdrawn by the partner"}};
  p.hub = "https://partners.example.org/hub";
  return p;
}

std::string schema() {
  return TRIBUTARY_SOURCE_DIR "/../shared/schema/atom_profile.rnc";
}

}  // namespace

TEST(Atom, HasEverythingAnEntryHas) {
  const std::string atom = sample::document(rich_publication(), "atom.xml");
  for (const char* part :
       {"<link rel=\"self\" href=\"https://partners.example.org/atom.xml\" type=\"application/atom+xml\"/>",
        "<link rel=\"alternate\" href=\"https://partners.example.org/\" type=\"text/html\"/>",
        "<link rel=\"hub\" href=\"https://partners.example.org/hub\"/>",
        "<id>tag:partners.example.org,2026:rich</id>",
        "<title type=\"text\">Grants &amp; &lt;Gifts&gt;</title>",
        "<updated>2017-06-05T10:00:00Z</updated>",
        "<published>2017-06-01T08:00:00Z</published>",
        "<name>Example Library</name>",
        "<name>Ann Author</name>",
        "<email>ann@example.org</email>",
        "<link rel=\"enclosure\" href=\"https://library.example.org/talk.mp3\" type=\"audio/mpeg\" "
        "length=\"1234\"/>",
        "<link rel=\"license\" href=\"https://creativecommons.org/licenses/by/4.0/\" title=\"CC BY 4.0\"/>",
        "<link rel=\"via\" href=\"https://library.example.org/feed\"",
        "<link rel=\"related\" href=\"https://archive.example.net/1\" title=\"Grants again – Example "
        "Archive\"/>",
        "<category term=\"webinar\" scheme=\"https://partners.example.org/types/\" label=\"Webinar\"/>",
        "<category term=\"business\" scheme=\"https://partners.example.org/topics/\" label=\"Small "
        "Business\"/>",
        "<category term=\"grants\" scheme=\"https://library.example.org/tags\" label=\"Grants\"/>",
        "<summary type=\"text\">About grants.</summary>",
        "&lt;p&gt;All about &lt;b&gt;grants&lt;/b&gt;: a &amp;lt; b.",
        "<media:description type=\"plain\">The hall</media:description>",
        ">Pia</media:credit>",
        "href=\"https://creativecommons.org/licenses/by-nc-nd/2.0/\">CC BY-NC-ND 2.0</media:license>",
        "<rights type=\"text\">© the library</rights>",
        "<at:deleted-entry ref=\"tag:partners.example.org,2026:gone\" when=\"2017-06-06T00:00:00Z\">"}) {
    EXPECT_THAT(atom, HasSubstr(part));
  }
  EXPECT_LT(atom.find("at:deleted-entry"), atom.find("<entry"));
}

TEST(Atom, SourceIsTheLastOfAnEntry) {
  const std::string atom = sample::document(rich_publication(), "atom.xml");
  EXPECT_THAT(atom, HasSubstr("    </source>\n  </entry>"));
}

TEST(Atom, UpdatedIsTheNewestOfEntriesAndTombstonesAndNeverGoesBack) {
  auto p = rich_publication();
  EXPECT_THAT(sample::document(p, "atom.xml"),
              HasSubstr("<updated>2017-06-06T00:00:00Z</updated>\n  <author>"));
  p.pages.front().updated_at_least = sample::at("2018-01-01T00:00:00Z");
  EXPECT_THAT(sample::document(p, "atom.xml"),
              HasSubstr("<updated>2018-01-01T00:00:00Z</updated>\n  <author>"));
  EXPECT_THAT(sample::document(sample::publication(), "atom.xml"),
              HasSubstr("<updated>1970-01-01T00:00:00Z</updated>"));
}

TEST(Atom, IsValidByTheProfile) {
  if (!std::filesystem::exists(schema())) GTEST_SKIP() << "no ../shared/schema";
  if (sample::run("command -v jing").status != 0) GTEST_SKIP() << "no jing";
  sample::Folder folder;
  auto linkless = sample::entry("linkless", "No link", "2017-01-01T00:00:00Z");
  linkless.item.link.clear();
  linkless.licence = "closed";
  auto p = rich_publication();
  p.pages.front().stream.entries.push_back(linkless);
  folder.put("rich.xml", sample::document(p, "atom.xml"));
  folder.put("empty.xml", sample::document(sample::publication(), "atom.xml"));
  const auto ran = sample::run("jing -c '" + schema() + "' " + (folder.path() / "rich.xml").string() + " " +
                               (folder.path() / "empty.xml").string());
  EXPECT_EQ(ran.status, 0) << ran.output << sample::document(p, "atom.xml");
}

TEST(Rss, HasEverythingAnItemHas) {
  const std::string rss = sample::document(rich_publication(), "rss.xml");
  for (const char* part :
       {"<guid isPermaLink=\"false\">tag:partners.example.org,2026:rich</guid>",
        "<link>https://library.example.org/rich</link>", "<pubDate>Thu, 01 Jun 2017 08:00:00 GMT</pubDate>",
        "<dc:creator>Example Library</dc:creator>",
        "<source url=\"https://library.example.org/feed\">News of the Example Library</source>",
        "<enclosure url=\"https://library.example.org/talk.mp3\" length=\"1234\" type=\"audio/mpeg\"/>",
        "<creativeCommons:license>https://creativecommons.org/licenses/by/4.0/</creativeCommons:license>",
        "<atom:link rel=\"self\" href=\"https://partners.example.org/rss.xml\" "
        "type=\"application/rss+xml\"/>",
        "<description>About grants.</description>"}) {
    EXPECT_THAT(rss, HasSubstr(part));
  }
}

TEST(JsonFeed, HasEverythingAnItemHas) {
  const std::string json = sample::document(rich_publication(), "feed.json");
  for (const char* part :
       {"\"version\": \"https://jsonfeed.org/version/1.1\"",
        "\"feed_url\": \"https://partners.example.org/feed.json\"",
        "\"id\": \"tag:partners.example.org,2026:rich\"", "\"title\": \"Grants & <Gifts>\"",
        "\"summary\": \"About grants.\"", "\"size_in_bytes\": 1234", "\"mime_type\": \"image/jpeg\"",
        "\"credit\": \"Pia\"", "\"date_modified\": \"2017-06-05T10:00:00Z\"", "\"type\": \"WebSub\"",
        "\"comment\": \"withdrawn by the partner\""}) {
    EXPECT_THAT(json, HasSubstr(part));
  }
}

TEST(Opml, ListsEveryPartnerWithoutTheirPasswords) {
  auto p = sample::publication();
  p.partners[0].url = "https://me:secret@library.example.org/feed";
  const std::string opml = sample::document(p, "opml.xml");
  EXPECT_THAT(opml, HasSubstr("xmlUrl=\"https://library.example.org/feed\" category=\"/topics/business\"/>"));
  EXPECT_THAT(opml, HasSubstr("text=\"Example Archive\""));
  EXPECT_THAT(opml, Not(HasSubstr("secret")));
}

TEST(Feeds, CharactersThatXmlForbidsNeverGetOut) {
  std::string all = "x";
  for (int c = 1; c < 0x20; ++c) all += static_cast<char>(c);
  all += "\x7F\xEF\xBF\xBE\xEF\xBF\xBF\xED\xA0\x80\xC0\xAF\xF8 end";
  auto e = rich();
  e.item.title = sample::words(all);
  e.item.summary = sample::words(all);
  e.item.content = {sample::words(all)};
  e.partner = all;
  e.licence = all;
  e.item.rights = sample::words(all);
  e.item.authors = {{all, all, all}};
  e.item.categories = {{all, all, all}};
  e.source.title = sample::words(all);
  e.also = {{all, all, all, "https://example.org/" + all}};
  e.item.enclosures = {{.url = "https://example.org/" + all, .type = all, .length = {}, .title = all}};
  auto p = sample::publication_of({e});
  p.site.rights = all;
  p.options.content = ContentPolicy::full;
  for (const char* path : {"atom.xml", "rss.xml", "feed.json", "opml.xml", "index.html"}) {
    const std::string bytes = sample::document(p, path);
    for (const char c : bytes) {
      ASSERT_TRUE(static_cast<unsigned char>(c) >= 0x20 || c == '\n') << path << " byte " << int(c);
    }
    EXPECT_THAT(bytes, Not(HasSubstr("\xEF\xBF\xBE")));
    EXPECT_THAT(bytes, Not(HasSubstr("\xED\xA0\x80")));
  }
}

TEST(Feeds, ALicenceDecidesWhatGoesOut) {
  auto open = sample::entry("open", "Open", "2017-06-03T00:00:00Z");
  open.licence = "CC BY 4.0";
  open.item.content = {sample::markup("<p>Every word of it.</p>")};
  auto unknown = open;
  unknown.id += "u";
  unknown.licence.clear();
  unknown.item.content = {sample::markup("<p>Not this word.</p>")};
  auto closed = open;
  closed.id += "c";
  closed.licence = "closed";
  closed.item.summary = sample::words("Nor even that.");
  auto p = sample::publication_of({open, unknown, closed});
  p.options.content = ContentPolicy::full;
  for (const char* path : {"atom.xml", "rss.xml", "feed.json"}) {
    const std::string bytes = sample::document(p, path);
    EXPECT_THAT(bytes, HasSubstr("Every word of it.")) << path;
    EXPECT_THAT(bytes, Not(HasSubstr("Not this word."))) << path;
    EXPECT_THAT(bytes, Not(HasSubstr("Nor even that."))) << path;
  }
  EXPECT_THAT(sample::document(p, "index.html"), Not(HasSubstr("Nor even that.")));
}

TEST(Feeds, TheSamePublicationGivesTheSameBytesInAnyZoneAndLocale) {
  const auto p = rich_publication();
  const auto first = render(p);
  ASSERT_TRUE(first);
  const char* zone = std::getenv("TZ");
  const std::string kept = zone == nullptr ? "" : zone;
  ::setenv("TZ", "Pacific/Kiritimati", 1);
  ::setenv("LC_ALL", "tr_TR.UTF-8", 1);
  std::setlocale(LC_ALL, "");
  const auto second = render(p);
  std::setlocale(LC_ALL, "C");
  ::unsetenv("LC_ALL");
  if (zone == nullptr) {
    ::unsetenv("TZ");
  } else {
    ::setenv("TZ", kept.c_str(), 1);
  }
  ASSERT_TRUE(second);
  ASSERT_EQ(first->size(), second->size());
  for (std::size_t i = 0; i < first->size(); ++i) {
    EXPECT_EQ((*first)[i].path, (*second)[i].path);
    EXPECT_EQ((*first)[i].bytes, (*second)[i].bytes) << (*first)[i].path;
  }
}
