// What is published as a whole: history, weeks, embeds; and that only what changed is written.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <set>

#include "tests/behaviour/site.hpp"

using namespace tributary::test;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

namespace {

/// Atom with the items `first` … `last`, one a day from 1 September 2026 on.
std::string atom(const std::string& name, int first, int last, const std::string& changed = {}) {
  std::string out = "<feed xmlns='http://www.w3.org/2005/Atom'><title>" + name + "</title><id>urn:" + name +
                    "</id><updated>2026-11-20T00:00:00Z</updated>";
  for (int i = last; i >= first; --i) {
    char day[32];
    std::snprintf(day, sizeof day, "2026-%02d-%02dT10:00:00Z", 9 + (i - 1) / 30, 1 + (i - 1) % 30);
    const auto number = std::to_string(i);
    out += "<entry><title>" + name + " piece " + number + "</title><id>urn:" + name + ":" + number +
           "</id><link href='https://" + name + ".example.org/" + number + "'/><updated>" + day +
           "</updated><summary>Words of " + name + " " + number + changed + ".</summary></entry>";
  }
  return out + "</feed>";
}

Reply atom_feed(const std::string& document) {
  return feed(document, "application/atom+xml");
}

std::vector<std::string> all_matches(const std::string& text, const std::string& pattern) {
  const std::regex expression(pattern);
  std::vector<std::string> found;
  for (std::sregex_iterator at(text.begin(), text.end(), expression), end; at != end; ++at)
    found.push_back((*at)[1]);
  return found;
}

std::vector<std::string> entry_ids(const std::string& document) {
  return all_matches(document, "<entry[^]*?<id>([^<]*)</id>");
}

/// Paths below the output folder that differ.
std::set<std::string> changed(const std::map<std::string, std::string>& before,
                              const std::map<std::string, std::string>& after) {
  std::set<std::string> paths;
  for (const auto& [path, bytes] : after) {
    const auto known = before.find(path);
    if (known == before.end() || known->second != bytes) paths.insert(path);
  }
  for (const auto& [path, bytes] : before) {
    if (!after.contains(path)) paths.insert(path);
  }
  return paths;
}

const std::string small = "publish: {items: 5}\n";

}  // namespace

TEST(Publication, TheArchiveChainHoldsEveryItemOnce) {
  HttpServer partner;
  partner.on("/a", atom_feed(atom("alpha", 1, 23)));
  Site site;
  site.configure({"{url: '" + partner.url("/a") + "', name: Alpha}"}, small);
  ASSERT_EQ(site.run({"update"}).code, 0);
  partner.on("/a", atom_feed(atom("alpha", 20, 31)));
  ASSERT_EQ(site.run({"update", "--force"}, "2026-11-24T13:00:00Z").code, 0);

  for (const std::string page : {"", "partners/alpha/"}) {
    const std::string root = "https://partners.example.org/" + page;
    std::string document = site.published(page + "atom.xml");
    std::set<std::string> ids;
    for (const auto& id : entry_ids(document)) ids.insert(id);
    EXPECT_GE(ids.size(), 5u);
    std::size_t closed = 0, in_pages = 0;
    std::set<std::string> archived;
    for (;;) {
      const auto links = all_matches(document, "rel=\"prev-archive\" href=\"([^\"]*)\"");
      if (links.empty()) break;
      ASSERT_EQ(links.size(), 1u);
      ASSERT_TRUE(links[0].starts_with(root + "archive/")) << links[0];
      document = site.published(page + links[0].substr(root.size()));
      EXPECT_THAT(document, HasSubstr("archive/>"));
      EXPECT_THAT(document, Not(HasSubstr("next-archive")));
      ++closed;
      for (const auto& id : entry_ids(document)) {
        ++in_pages;
        archived.insert(id);
        ids.insert(id);
      }
    }
    EXPECT_GE(closed, 4u) << page;
    EXPECT_EQ(archived.size(), in_pages) << "no entry stands on two closed pages";
    EXPECT_EQ(ids.size(), 31u) << page;
  }
}

TEST(Publication, WeeksEmbedsAndEveryoneElseAreThere) {
  HttpServer partner;
  partner.on("/a", atom_feed(atom("alpha", 1, 20)));
  partner.on("/b", atom_feed(atom("beta", 1, 3)));
  Site site;
  site.configure(
      {"{url: '" + partner.url("/a") + "', name: Alpha}", "{url: '" + partner.url("/b") + "', name: Beta}"},
      small);
  ASSERT_EQ(site.run({"update"}).code, 0);
  EXPECT_THAT(site.published("digest/index.html"), HasSubstr("2026-W36"));
  const std::string week = site.published("digest/2026-W37/index.html");
  EXPECT_THAT(week, HasSubstr("alpha piece 7<"));
  EXPECT_THAT(week, HasSubstr("2026-W36"));
  EXPECT_THAT(week, HasSubstr("2026-W38"));
  EXPECT_THAT(week, Not(HasSubstr("alpha piece 6<"))) << "6 September 2026 is a Sunday";
  for (const char* document :
       {"embed.html", "embed-fragment.html", "oembed.json", "partners/alpha/embed.html"}) {
    EXPECT_TRUE(std::filesystem::exists(site.output() / document)) << document;
  }
  const std::string others = site.published("partners/alpha/others/atom.xml");
  EXPECT_THAT(others, HasSubstr("beta piece 3"));
  EXPECT_THAT(others, Not(HasSubstr("alpha piece")));
}

TEST(Publication, ASecondOneChangesNothing) {
  HttpServer partner;
  partner.on("/a", atom_feed(atom("alpha", 1, 23)));
  Site site;
  site.configure({"{url: '" + partner.url("/a") + "', name: Alpha, type: News}"}, small);
  ASSERT_EQ(site.run({"update"}).code, 0);
  const auto before = site.all_published();
  const auto again = site.run({"publish"}, "2026-12-24T12:00:00Z");
  EXPECT_THAT(again.out, HasSubstr("0 files written")) << again.err;
  EXPECT_EQ(changed(before, site.all_published()), std::set<std::string>{});
  EXPECT_THAT(site.run({"update"}, "2026-11-24T12:01:00Z").out, HasSubstr("0 files written"));
}

TEST(Publication, ANewItemTouchesOnlyThePagesThatItIsOn) {
  HttpServer partner;
  partner.on("/a", atom_feed(atom("alpha", 1, 23)));
  partner.on("/b", atom_feed(atom("beta", 1, 23)));
  Site site;
  site.configure({"{url: '" + partner.url("/a") + "', name: Alpha, type: News}",
                  "{url: '" + partner.url("/b") + "', name: Beta, type: Webinar}"},
                 small);
  ASSERT_EQ(site.run({"update"}).code, 0);
  const auto before = site.all_published();
  partner.on("/a", atom_feed(atom("alpha", 1, 24)));
  ASSERT_EQ(site.run({"update", "--force"}, "2026-11-24T13:00:00Z").code, 0);
  const auto paths = changed(before, site.all_published());
  for (const char* path :
       {"atom.xml", "index.html", "embed.html", "partners/alpha/atom.xml", "types/news/atom.xml",
        "partners/beta/others/atom.xml", "digest/2026-W39/index.html"}) {
    EXPECT_THAT(paths, Contains(path));
  }
  for (const auto& path : paths) {
    EXPECT_FALSE(path.starts_with("partners/beta/") && !path.starts_with("partners/beta/others/")) << path;
    EXPECT_FALSE(path.starts_with("types/webinar/")) << path;
    EXPECT_FALSE(path.starts_with("digest/2026-W3") && path != "digest/2026-W39/index.html") << path;
    EXPECT_FALSE(path.starts_with("archive/") && before.contains(path))
        << path << ": a closed page does not change";
  }
}

TEST(Publication, AChangedSiteIsMadeAgainWithItsArchives) {
  HttpServer partner;
  partner.on("/a", atom_feed(atom("alpha", 1, 23)));
  Site site;
  const std::string alpha = "{url: '" + partner.url("/a") + "', name: Alpha}";
  site.configure({alpha}, small);
  ASSERT_EQ(site.run({"update"}).code, 0);
  std::string yaml = read_file(site.config());
  yaml.replace(yaml.find("Sample Partners"), 15, "Another Title");
  write_file(site.config(), yaml);
  ASSERT_EQ(site.run({"update"}, "2026-11-24T12:01:00Z").code, 0);
  for (const char* path : {"atom.xml", "archive/000001.xml", "digest/2026-W37/index.html", "embed.html"}) {
    EXPECT_THAT(site.published(path), HasSubstr("Another Title")) << path;
  }
}

TEST(Publication, APageThatIsNoMoreGoesAndAnOutputThatWasRemovedComesBack) {
  HttpServer partner;
  // So few that no page of the archives is closed: those keep what they held.
  partner.on("/a", atom_feed(atom("alpha", 1, 2)));
  partner.on("/b", atom_feed(atom("beta", 1, 2)));
  Site site;
  const std::string alpha = "{url: '" + partner.url("/a") + "', name: Alpha}";
  site.configure({alpha, "{url: '" + partner.url("/b") + "', name: Beta}"}, small);
  ASSERT_EQ(site.run({"update"}).code, 0);
  ASSERT_TRUE(std::filesystem::exists(site.output() / "partners/beta/atom.xml"));
  site.configure({alpha}, small);
  ASSERT_EQ(site.run({"update"}, "2026-11-24T12:01:00Z").code, 0);
  EXPECT_FALSE(std::filesystem::exists(site.output() / "partners/beta/atom.xml"));
  EXPECT_FALSE(std::filesystem::exists(site.output() / "partners/beta/others/atom.xml"));
  const auto before = site.all_published();
  std::filesystem::remove_all(site.output());
  ASSERT_EQ(site.run({"update"}, "2026-11-24T12:02:00Z").code, 0);
  EXPECT_EQ(changed(before, site.all_published()), std::set<std::string>{});
}
