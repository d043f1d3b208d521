// Renders a publication as an organisation would have it into the folder that is named: what browser tests
// open and what people look at. usage: publisher_sample FOLDER [LANGUAGE]
#include <algorithm>
#include <iostream>

#include "tests/publisher/sample.hpp"

using namespace tributary;
using namespace tributary::publisher;

namespace {

struct Voice {
  const char* name;
  const char* slug;
  const char* host;
};
constexpr Voice voices[] = {{"Harbour Public Library", "harbour-public-library", "harbour.example.org"},
                            {"Riverbank University Press", "riverbank-university-press", "press.example.net"},
                            {"County Business Centre", "county-business-centre", "business.example.org"},
                            {"Friends of Reading", "friends-of-reading", "friends.example.net"},
                            {"ספריית הנמל", "port-library", "namal.example.org"}};

StreamEntry entry(int voice, const char* name, const char* title, const char* when, const char* type,
                  const char* text, const char* licence = "") {
  StreamEntry e;
  const std::string site = std::string("https://") + voices[voice].host + "/";
  e.id = std::string("tag:partners.example.org,2026:") + name;
  e.feed = e.feed_url = site + "feed";
  e.partner = voices[voice].name;
  e.partner_slug = voices[voice].slug;
  e.source.title = sample::words(voices[voice].name);
  e.source.link = site;
  e.source.id = site;
  e.source.language = voice == 4 ? "he" : "en";
  e.item.title = sample::words(title);
  e.item.summary = sample::words(text);
  e.item.link = site + name;
  e.type = type;
  e.licence = licence;
  e.published = e.modified = e.first_seen = sample::at(when);
  return e;
}

std::vector<StreamEntry> entries() {
  std::vector<StreamEntry> all{
      entry(0, "shared-catalogue", "Eleven libraries, one catalogue: what the first year taught us",
            "2026-11-20T09:15:00Z", "News",
            "When the harbour libraries agreed to share a catalogue, nobody expected the hardest part to be "
            "the opening "
            "hours. A year on, readers borrow across town lines as a matter of course, and the eleven "
            "directors meet every "
            "month over soup to settle what software cannot.",
            "CC BY 4.0"),
      entry(2, "cash-flow", "Webinar: reading a cash-flow statement with your local librarian",
            "2026-11-18T16:00:00Z", "Webinar",
            "An hour for owners of small firms. We open three real statements, line by line, and show which "
            "databases your "
            "library card already pays for. Bring questions; recordings are captioned.",
            "CC BY-NC-ND 2.0"),
      entry(4, "shituf", "שיתוף פעולה בין ספריות: מדריך קצר (PDF)", "2026-11-17T08:00:00Z", "Document",
            "מדריך קצר לספריות המבקשות לבנות שותפות עם בתי ספר, עם עסקים מקומיים ועם ארגוני קהילה. כולל "
            "דוגמאות מ-12 ערים."),
      entry(1, "open-shelf", "The Open Shelf: a handbook of co-publishing agreements", "2026-11-12T11:30:00Z",
            "Document",
            "Forty annotated clauses from agreements between university presses and public libraries: who "
            "owns the files, "
            "who answers for corrections, and what happens when one partner closes. Free to download, and "
            "free to adapt for "
            "your own lawyers to shake their heads at.",
            "https://creativecommons.org/licenses/by/4.0/"),
      entry(3, "story-hour", "Story hour in four languages", "2026-11-09T07:45:00Z", "",
            "Every Saturday at ten."),
      entry(0, "quiet-rooms",
            "Supercalifragilistic-title-without-much-room-to-break-because-somebody-pasted-a-file-name-as-"
            "the-title.docx",
            "2026-11-03T12:00:00Z", "Document", "", "© Harbour Public Library. All rights reserved."),
      entry(2, "loan-fund", "A loan fund that began at the reference desk", "2026-10-28T10:00:00Z", "News",
            "The county’s micro-loan fund turned five. Its first application was written on a library "
            "computer, and its "
            "advisers still hold their surgery between the atlases and the newspapers.")};
  all[0].also = {{"Friends of Reading", "friends-of-reading", "One catalogue for eleven",
                  "https://friends.example.net/one"},
                 {"Riverbank University Press", "riverbank-university-press", "Eleven libraries",
                  "https://press.example.net/11"}};
  all[1].topics = all[6].topics = {"business"};
  all[1].item.enclosures = {{.url = "https://business.example.org/talks/cash-flow.mp3",
                             .type = "audio/mpeg",
                             .length = 31457280,
                             .title = "The recording"}};
  all[1].item.duration = std::chrono::minutes{58};
  all[3].item.enclosures = {{.url = "https://press.example.net/covers/open-shelf.png",
                             .type = "image/png",
                             .length = {},
                             .title = {},
                             .credit = "Ilse Example",
                             .licence = "CC BY-NC-ND 4.0",
                             .description = "The cover: a shelf without a back"}};
  all[3].item.content = {sample::markup("<p>Forty annotated clauses.</p><p>Free to <em>adapt</em>.</p>")};
  return all;
}

Publication site(const std::filesystem::path& photo, const std::string& language) {
  Publication p;
  p.site.title = "Partnerships & Collaboration";
  p.site.url = "https://partners.example.org/";
  p.site.language = language;
  p.site.intro =
      "When libraries build partnerships with schools, firms and one another, readers gain doors they did "
      "not know were "
      "there. This page gathers what our partners publish about working together: reports, recordings, plans "
      "and plain news.";
  p.site.photo = {.src = photo.string(),
                  .alt = "Four people around a table covered with books and plans",
                  .credit = "Harbour Public Library",
                  .licence = "CC BY-NC-ND 2.0",
                  .licence_url = "https://creativecommons.org/licenses/by-nc-nd/2.0/"};
  p.site.rights = "Texts belong to those who wrote them.";
  p.topics = {Topic{.slug = "business",
                    .title = "Small Business",
                    .intro = "For small firms and those who help them.",
                    .photo = {}},
              Topic{.slug = "learning", .title = "Learning Together", .intro = {}, .photo = {}}};
  for (const Voice& voice : voices) {
    p.partners.push_back(Partner{
        .url = std::string("https://") + voice.host + "/feed", .name = voice.name, .slug = voice.slug});
  }
  p.options.content = ContentPolicy::full;
  p.licences.by_name = {{"CC BY 4.0", Licence::full}};
  const auto all = entries();
  const auto add = [&](StreamId::Kind kind, const std::string& slug, const std::string& title,
                       const std::string& intro, auto belongs) {
    Page page;
    page.stream.id = {kind, slug};
    page.title = title;
    page.intro = intro;
    page.stream.tombstones = {
        {"tag:partners.example.org,2026:withdrawn", sample::at("2026-11-01T00:00:00Z"), "withdrawn"}};
    for (const StreamEntry& e : all) {
      if (belongs(e)) page.stream.entries.push_back(e);
    }
    p.pages.push_back(std::move(page));
  };
  add(StreamId::Kind::all, "", p.site.title, p.site.intro, [](const StreamEntry&) { return true; });
  p.pages.front().photo = p.site.photo;
  for (const Topic& topic : p.topics) {
    add(StreamId::Kind::topic, topic.slug, topic.title, topic.intro,
        [&](const StreamEntry& e) { return std::ranges::find(e.topics, topic.slug) != e.topics.end(); });
  }
  for (const Voice& voice : voices) {
    add(StreamId::Kind::partner, voice.slug, voice.name, "",
        [&](const StreamEntry& e) { return e.partner_slug == voice.slug; });
  }
  for (const char* type : {"Document", "News", "Webinar"}) {
    std::string slug = type;
    slug[0] = static_cast<char>(slug[0] + 32);
    add(StreamId::Kind::type, slug, type, "", [&](const StreamEntry& e) { return e.type == type; });
  }
  // The older half, in two closed pages of the front's history; a tombstone stands on the second.
  const std::size_t half = all.size() / 2;
  for (std::uint32_t number = 1; number <= 2; ++number) {
    ArchivePage page{.title = p.site.title, .number = number};
    for (std::size_t i = half; i < all.size(); ++i) {
      if ((i - half < (all.size() - half) / 2) == (number == 2)) page.entries.push_back(all[i]);
    }
    if (number == 2) page.tombstones = p.pages.front().stream.tombstones;
    p.archives.push_back(std::move(page));
  }
  p.pages.front().last_archive = 2;
  for (const StreamEntry& e : all) {
    const Week week = week_of(e.modified, p.site.timezone);
    if (p.weeks.empty() || p.weeks.back().week != week) p.weeks.push_back({.week = week, .entries = {}});
    p.weeks.back().entries.push_back(e);
  }
  for (std::size_t i = 0; i < p.weeks.size(); ++i) {
    if (i > 0) p.weeks[i].after = p.weeks[i - 1].week;
    if (i + 1 < p.weeks.size()) p.weeks[i].before = p.weeks[i + 1].week;
  }
  return p;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::cerr << "usage: publisher_sample FOLDER [LANGUAGE]\n";
    return 2;
  }
  const auto photo = std::filesystem::path(TRIBUTARY_SOURCE_DIR) / "tests/publisher/table.svg";
  const auto files = render(site(photo, argc > 2 ? argv[2] : "en"));
  if (!files) {
    std::cerr << to_string(files.error()) << '\n';
    return 1;
  }
  const auto written = publisher::write(argv[1], *files);
  if (!written) {
    std::cerr << to_string(written.error()) << '\n';
    return 1;
  }
  return 0;
}
