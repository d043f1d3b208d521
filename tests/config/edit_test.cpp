#include "config/edit.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include "config/config.hpp"
#include "config/opml.hpp"

using namespace tributary;
using namespace tributary::config;

namespace {

const std::filesystem::path file = "/srv/tributary/feeds.yaml";
const std::string head = "site: {title: T, url: https://e.org/}\n";

std::string add(const std::string& yaml, Partner feed) {
  const auto edited = add_feed(yaml, file, feed);
  return edited ? *edited : "refused: " + edited.error().detail;
}

std::string remove(const std::string& yaml, const std::string& which) {
  const auto edited = remove_feed(yaml, file, which);
  return edited ? *edited : "refused: " + edited.error().detail;
}

const Partner news{.url = "https://n.example.org/", .name = "New: one"};

}  // namespace

TEST(Edit, AFeedIsAddedAsTheFileWritesItsFeeds) {
  EXPECT_EQ(add(head + "feeds:\n- url: https://a.example.org/\n\n# the end\n", news),
            head +
                "feeds:\n- url: https://a.example.org/\n- url: https://n.example.org/\n  name: \"New: "
                "one\"\n\n# the end\n");
  EXPECT_EQ(
      add("feeds:\n    -   url: https://a.example.org/   # one\n        # interval: 1h\n    # two is gone\n" +
              head,
          news),
      "feeds:\n    -   url: https://a.example.org/   # one\n        # interval: 1h\n    -   url: "
      "https://n.example.org/\n        name: \"New: one\"\n"
      "    # two is gone\n" +
          head);
  EXPECT_EQ(
      add(head + "feeds:\n  - {url: https://a.example.org/}", news),
      head +
          "feeds:\n  - {url: https://a.example.org/}\n  - {url: https://n.example.org/, name: \"New: one\"}");
  EXPECT_EQ(add(head + "feeds:\r\n  - url: https://a.example.org/\r\n\r\n  - url: https://b.example.org/\r\n",
                news),
            head +
                "feeds:\r\n  - url: https://a.example.org/\r\n\r\n  - url: https://b.example.org/\r\n\r\n"
                "  - url: https://n.example.org/\r\n    name: \"New: one\"\r\n");
}

TEST(Edit, AFeedIsAddedToAListInBrackets) {
  EXPECT_EQ(add(head + "feeds: [{url: 'https://a.example.org/'}]  # all\n", news),
            head +
                "feeds: [{url: 'https://a.example.org/'}, {url: https://n.example.org/, name: \"New: one\"}] "
                " # all\n");
  const std::string entry = "{url: https://n.example.org/, name: \"New: one\"}";
  EXPECT_EQ(add(head + "feeds: [\n  {url: https://a.example.org/}, # it's one\n]\n", news),
            head + "feeds: [\n  {url: https://a.example.org/}, # it's one\n  " + entry + ",\n]\n");
  EXPECT_EQ(add(head + "feeds: [\n  {url: https://a.example.org/} # it's one\n]\n", news),
            head + "feeds: [\n  {url: https://a.example.org/}, # it's one\n  " + entry + "\n]\n");
  EXPECT_EQ(add(head + "feeds: [\n  {url: https://a.example.org/}]\n", news),
            head + "feeds: [\n  {url: https://a.example.org/},\n  " + entry + "]\n");
  EXPECT_EQ(add(head + "feeds: []\n", news),
            head + "feeds: [{url: https://n.example.org/, name: \"New: one\"}]\n");
  EXPECT_EQ(
      add("{site: {title: T, url: https://e.org/}, feeds: []}", news),
      "{site: {title: T, url: https://e.org/}, feeds: [{url: https://n.example.org/, name: \"New: one\"}]}");
  EXPECT_EQ(
      add("{site: {title: T, url: https://e.org/}}", news),
      "{site: {title: T, url: https://e.org/}, feeds: [{url: https://n.example.org/, name: \"New: one\"}]}");
}

TEST(Edit, TheFirstFeedMakesTheList) {
  const std::string entry = "  - url: https://n.example.org/\n    name: \"New: one\"";
  EXPECT_EQ(add(head + "feeds:   # none yet\nstore: x.db\n", news),
            head + "feeds:   # none yet\n" + entry + "\nstore: x.db\n");
  EXPECT_EQ(add(head + "feeds: ~\n", news),
            head + "feeds: [{url: https://n.example.org/, name: \"New: one\"}]\n");
  EXPECT_EQ(add(head, news), head + "feeds:\n" + entry + "\n");
  EXPECT_EQ(add("site: {title: T, url: https://e.org/}", news),
            "site: {title: T, url: https://e.org/}\nfeeds:\n" + entry);
  EXPECT_EQ(add("---\n" + head + "...\n", news), "---\n" + head + "feeds:\n" + entry + "\n...\n");
}

TEST(Edit, EveryOptionIsWrittenSoThatItReadsBack) {
  Partner feed{
      .url = "https://n.example.org/?a=[1],2", .name = "# \"Ü\": {x}\n", .slug = "n", .type = "2024"};
  feed.types = {{"web, inars", "Webinar"}};
  feed.topics = {"t"};
  feed.licence = "CC BY 4.0";
  feed.include = {{"title", "(?i)a{2,3}"}};
  feed.priority = -3;
  feed.interval = std::chrono::minutes{90};
  feed.future = FutureDates::hold;
  feed.timezone = "Europe/Paris";
  feed.enabled = false;
  feed.auth = {.username = "u", .password_file = "/srv/tributary/secrets/p"};
  feed.tls = {.ca = "/etc/ca.pem"};
  feed.push = false;
  const auto text = add(head + "topics: [{slug: t, title: T}]\n", feed);
  const auto loaded = parse(text, file);
  ASSERT_TRUE(loaded) << text;
  const auto& back = loaded->config.feeds.at(0);
  EXPECT_EQ(back.url, feed.url);
  EXPECT_EQ(back.name, feed.name);
  EXPECT_EQ(back.type, feed.type);
  EXPECT_EQ(back.types, feed.types);
  EXPECT_EQ(back.include, feed.include);
  EXPECT_EQ(back.interval, feed.interval);
  EXPECT_EQ(back.future, feed.future);
  EXPECT_FALSE(back.enabled);
  EXPECT_EQ(back.auth.password_file, feed.auth.password_file);
  EXPECT_EQ(back.tls.ca, feed.tls.ca);
  EXPECT_EQ(back.push, feed.push);
  EXPECT_NE(text.find("password_file: secrets/p"), std::string::npos)
      << "paths below the file's folder are relative";
}

TEST(Edit, WhatWouldBreakTheFileIsRefused) {
  EXPECT_EQ(add(head + "feeds: [{url: https://n.example.org/}]\n", news),
            "refused: `https://n.example.org/` is a feed already, in line 2; keep one of them");
  EXPECT_THAT(add(head, {.url = "n.example.org"}),
              testing::StartsWith("refused: `n.example.org` is no web address"));
  EXPECT_THAT(add(head, {.url = "https://n.example.org/", .topics = {"none"}}),
              testing::StartsWith("refused: no topic has the slug"));
  EXPECT_THAT(add("feeds: [", news), testing::StartsWith("refused: a `,` or `]` is missing"));
  EXPECT_EQ(add("- a\n", news), "refused: the file is no mapping");
  EXPECT_EQ(add(head + "base: &b [{url: https://a.example.org/}]\nfeeds: *b\n", news).substr(0, 7),
            "refused");
  EXPECT_EQ(remove(head + "feeds:\n  - &a {url: https://a.example.org/}\n  - *a\n", "https://a.example.org/")
                .substr(0, 7),
            "refused");
}

TEST(Edit, FaultsThatWereThereBeforeDoNotKeepFeedsOut) {
  const std::string faulty =
      "site: {title: T}\nfetch: {intervall: 1h}\nfeeds:\n  - url: https://a.example.org/\n";
  EXPECT_EQ(add(faulty, {.url = "https://n.example.org/"}), faulty + "  - url: https://n.example.org/\n");
}

TEST(Edit, AFeedIsRemovedByAddressSlugOrName) {
  const std::string yaml =
      head +
      "feeds:\n  # first\n  - url: https://a.example.org/\n    name: First   # of all\n    # interval: 1h\n\n"
      "  # second\n  - url: https://b.example.org/\n    intro: x\n";
  const auto good = head +
                    "feeds:\n  # first\n  - url: https://a.example.org/\n    name: First   # of all\n    # "
                    "interval: 1h\n\n  # second\n";
  EXPECT_EQ(remove(yaml, "https://b.example.org/"), good);
  EXPECT_EQ(remove(good, "first"), head + "feeds:\n  # first\n\n  # second\n");
  EXPECT_EQ(remove(good, "First"), head + "feeds:\n  # first\n\n  # second\n");
  EXPECT_EQ(remove(good, "third"), "refused: no feed has the address, slug or name `third`");
  EXPECT_EQ(
      remove(head + "feeds: [{url: https://a.example.org/, name: A}, {url: https://b.example.org/, name: A}]",
             "A"),
      "refused: 2 feeds are called `A`; name one by its address");
}

TEST(Edit, AFeedIsRemovedFromAListInBrackets) {
  const std::string a = "{url: https://a.example.org/}", b = "{url: https://b.example.org/}",
                    c = "{url: https://c.example.org/}";
  const auto gone = [&](const std::string& list, char which) {
    return remove("feeds: " + list + "\n" + head, std::string("https://") + which + ".example.org/");
  };
  const auto left = [&](const std::string& list) { return "feeds: " + list + "\n" + head; };
  EXPECT_EQ(gone("[" + a + ", " + b + ", " + c + "]", 'a'), left("[" + b + ", " + c + "]"));
  EXPECT_EQ(gone("[" + a + ", " + b + ", " + c + "]", 'b'), left("[" + a + ", " + c + "]"));
  EXPECT_EQ(gone("[" + a + ", " + b + ", " + c + "]", 'c'), left("[" + a + ", " + b + "]"));
  EXPECT_EQ(gone("[ " + a + " ]", 'a'), left("[  ]"));
  EXPECT_EQ(gone("[\n  " + a + ", # a, here\n  # b's\n  " + b + "\n]", 'b'),
            left("[\n  " + a + " # a, here\n  # b's\n]"));
  EXPECT_EQ(gone("[\n  " + a + ", # a, here\n  # b's\n  " + b + ", # b\n]", 'a'),
            left("[\n  # b's\n  " + b + ", # b\n]"));
}

namespace {

/// A feeds.yaml of random make. What belongs to each feed is kept apart, so that the test knows the text
/// without it.
struct Made {
  std::string before = {};
  std::vector<std::string> feeds = {};  // with all their bytes
  std::vector<std::string> urls = {};
  std::string after = {};
  [[nodiscard]] std::string text(std::size_t without = std::string::npos) const {
    std::string out = before;
    for (std::size_t i = 0; i < feeds.size(); ++i) {
      if (i != without) out += feeds[i];
    }
    return out + after;
  }
};

class Maker {
 public:
  explicit Maker(unsigned seed) : random_(seed) {}

  Made make() {
    const bool flow = chance(3), anchored = chance(2);
    const std::string end = chance(3) ? "\r\n" : "\n";
    Made made;
    made.before =
        "# " + word() + " ümlaut: [not yaml" + end + "site:" + end +
        "  title: " + (anchored ? "&title " : "") + "'it''s " + std::to_string(pick(9)) +
        " # no comment'   # a comment" + end + "  url: https://e.org/" + end +
        (anchored ? "  rights: *title   # the same again" + end : "") +
        (chance(2) ? "  intro: |" + end + "    - url: https://fake.example.org/" + end + "    # text" + end
                   : "") +
        end;
    const auto count = 1 + pick(6);
    for (unsigned i = 0; i < count; ++i)
      made.urls.push_back("https://f" + std::to_string(i) + ".example.org/" + std::to_string(pick(100)) +
                          "?a=1,2");
    if (flow)
      brackets(made, end);
    else
      lines(made, end);
    made.after += chance(2) ? "publish: {items: 7} # " + word() + end : "";
    made.after += chance(3) ? "# the end, it's" + end : "";
    if (chance(3)) {
      auto& last = made.after.empty() && !made.feeds.empty() ? made.feeds.back() : made.after;
      while (last.ends_with('\n') || last.ends_with('\r')) last.pop_back();
    }
    return made;
  }

  unsigned pick(unsigned below) { return static_cast<unsigned>(random_() % below); }

 private:
  bool chance(unsigned of) { return pick(of) == 0; }
  std::string word() {
    static const std::vector<std::string> words = {"libraries", "été",        "图书馆", "a-b",
                                                   "it's",      "\"quoted\"", "partner"};
    return words[pick(static_cast<unsigned>(words.size()))].substr(0);
  }

  void lines(Made& made, const std::string& end) {
    const std::string indent(pick(3) * 2, ' ');
    const std::string gap(1 + pick(3), ' ');
    const std::string keys = indent + std::string(1 + gap.size(), ' ');
    made.before += std::string("feeds:") + (chance(3) ? "  # the feeds: all" : "") + end;
    if (chance(2)) made.before += indent + "# before the first" + end;
    for (const auto& url : made.urls) {
      std::string feed;
      if (chance(3)) {
        feed = indent + "-" + gap + "{url: \"" + url + "\", name: 'x, {y} ''z'''}" +
               (chance(2) ? " # inline" : "") + end;
      } else {
        feed = indent + "-" + gap + "url: " + url + (chance(3) ? "   # why" : "") + end;
        if (chance(2)) feed += keys + "name: \"" + std::to_string(pick(1000)) + ": \\\"n\\\" # no\"" + end;
        if (chance(3)) feed += keys + "type: >-" + end + keys + "  folded" + end + keys + "  text" + end;
        if (chance(3)) feed += keys + "types: {a: B," + end + keys + "  c: D}" + end;
        if (chance(3)) feed += keys + "# commented: out" + end;
        if (chance(4)) feed += keys + "include:" + end + end + keys + "  title: x" + end;
      }
      made.feeds.push_back(feed);
    }
  }

  void brackets(Made& made, const std::string& end) {
    const bool lines = chance(2);
    made.before += lines ? "feeds: [" + end : "feeds: [";
    for (std::size_t i = 0; i < made.urls.size(); ++i) {
      const bool last = i + 1 == made.urls.size();
      std::string feed = "{url: '" + made.urls[i] + "', name: it's, type: \"a, ]}b\"}";
      if (lines)
        feed = "  " + feed + "," + (chance(3) ? " # a, b]" : "") + end;
      else if (!last)
        feed += ", ";
      made.feeds.push_back(feed);
    }
    made.after = lines ? "]" + end : "]" + end;
  }

  std::mt19937 random_;
};

/// Whether one text becomes the other by this many (one or two) insertions, and nothing else.
bool is_kept_but_for(int insertions, std::string_view before, std::string_view after) {
  std::size_t head_bytes = 0, tail_bytes = 0;
  while (head_bytes < std::min(before.size(), after.size()) && before[head_bytes] == after[head_bytes])
    ++head_bytes;
  while (tail_bytes < std::min(before.size(), after.size()) - head_bytes &&
         before[before.size() - 1 - tail_bytes] == after[after.size() - 1 - tail_bytes]) {
    ++tail_bytes;
  }
  const auto between = before.substr(head_bytes, before.size() - tail_bytes - head_bytes);
  if (between.empty()) return after.size() >= before.size();
  return insertions > 1 && after.substr(head_bytes, after.size() - tail_bytes - head_bytes).contains(between);
}

}  // namespace

TEST(Edit, TwoHundredRandomFilesKeepEveryOtherByte) {
  int removed = 0;
  for (unsigned seed = 0; seed < 200; ++seed) {
    Maker maker(seed);
    const auto made = maker.make();
    const auto text = made.text();
    ASSERT_TRUE(parse(text, file)) << "seed " << seed << "\n"
                                   << text << render_faults(parse(text, file).error(), FaultFormat::text);

    // Adding inserts one stretch, and nothing else.
    const Partner feed{.url = "https://added.example.org/?x={1}", .name = "Added, of course", .type = "News"};
    const auto added = add_feed(text, file, feed);
    ASSERT_TRUE(added) << "seed " << seed << "\n" << text << added.error().detail;
    ASSERT_GT(added->size(), text.size());
    std::size_t same = 0;
    while (same < text.size() && text[same] == (*added)[same]) ++same;
    EXPECT_TRUE(added->ends_with(text.substr(same))) << "seed " << seed << "\n" << *added;
    const auto loaded = parse(*added, file);
    ASSERT_TRUE(loaded) << "seed " << seed << "\n" << *added;
    ASSERT_EQ(loaded->config.feeds.size(), made.urls.size() + 1);
    EXPECT_EQ(loaded->config.feeds.back().url, feed.url);

    // Taken out again, the file is what it was.
    const auto back = remove_feed(*added, file, feed.url);
    ASSERT_TRUE(back) << "seed " << seed << "\n" << *added << back.error().detail;
    EXPECT_EQ(*back, text) << "seed " << seed;

    // Importing inserts a stretch of feeds, and one of topics where the list has folders; what was there
    // stays.
    for (const bool folders : {false, true}) {
      std::string known = made.urls.front();
      for (auto at = known.find('&'); at != std::string::npos; at = known.find('&', at + 1))
        known.insert(at + 1, "amp;");
      const std::string opml =
          "<opml version='2.0'><head/><body><outline type='rss' text='Known' xmlUrl='" + known + "'/>" +
          (folders ? "<outline text='Museums, all'>" : "") +
          "<outline type='rss' text='Imported: one' xmlUrl='https://one.example.net/?x={1}'/>"
          "<outline type='rss' text='Imported # two' xmlUrl='https://two.example.net/'/>" +
          (folders ? "</outline>" : "") + "</body></opml>";
      const auto import = import_opml(text, file, opml, "/srv/tributary/list.opml");
      ASSERT_TRUE(import) << "seed " << seed << "\n" << text << import.error().detail;
      EXPECT_EQ(import->feeds, 2u);
      EXPECT_EQ(import->known, 1u);
      EXPECT_EQ(import->topics, folders ? 1u : 0u);
      EXPECT_TRUE(is_kept_but_for(folders ? 2 : 1, text, import->text)) << "seed " << seed << "\n"
                                                                        << import->text;
      const auto grown = parse(import->text, file);
      ASSERT_TRUE(grown) << "seed " << seed << "\n" << import->text;
      ASSERT_EQ(grown->config.feeds.size(), made.urls.size() + 2);
      EXPECT_EQ(grown->config.feeds.back().url, "https://two.example.net/");
    }

    // Removing takes out the bytes of one feed, and nothing else.
    const auto which = maker.pick(static_cast<unsigned>(made.urls.size()));
    const auto without = remove_feed(text, file, made.urls[which]);
    ASSERT_TRUE(without) << "seed " << seed << "\n" << text << without.error().detail;
    auto expected = made.text(which);
    const bool last = which + 1 == made.urls.size();
    // In brackets on one line the comma before the last goes too; without a line end at the end of the file
    // the one before it does.
    if (last && *without != expected) {
      auto cut = expected;
      if (const auto comma = cut.rfind(", ]"); comma != std::string::npos) cut.erase(comma, 2);
      if (!text.ends_with('\n')) {
        while (cut.ends_with('\n') || cut.ends_with('\r')) cut.pop_back();
      }
      expected = cut;
    }
    EXPECT_EQ(*without, expected) << "seed " << seed << "\n" << text;
    ++removed;
  }
  EXPECT_EQ(removed, 200);
}

TEST(Diff, ShowsWhatChangedWithThreeLinesAround) {
  EXPECT_EQ(unified_diff("a\nb\nc\nd\ne\nf\n", "a\nb\nc\nd\nX\ne\nf\n", "feeds.yaml"),
            "--- feeds.yaml\n+++ feeds.yaml\n@@ -2,5 +2,6 @@\n b\n c\n d\n+X\n e\n f\n");
  EXPECT_EQ(unified_diff("a\nb", "a\nc", "f"),
            "--- f\n+++ f\n@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+c\n\\ No newline at end "
            "of file\n");
  EXPECT_EQ(unified_diff("same\n", "same\n", "f"), "");
  EXPECT_EQ(unified_diff("", "a\n", "f"), "--- f\n+++ f\n@@ -0,0 +1,1 @@\n+a\n");
}

TEST(Diff, PatchTurnsTheOldIntoTheNew) {
  std::mt19937 random(1);
  const auto folder = std::filesystem::temp_directory_path() / ("tributary-diff-" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  for (int round = 0; round < 20; ++round) {
    std::string before, after;
    for (int i = 0; i < 60; ++i) {
      const auto line = "line " + std::to_string(random() % 12) + "\n";
      const auto what = random() % 10;
      if (what != 0) before += line;
      if (what != 1) after += what == 2 ? "other\n" : line;
    }
    std::ofstream(folder / "file") << before;
    std::ofstream(folder / "diff") << unified_diff(before, after, "file");
    if (before == after) continue;
    const auto command = "patch -s -d " + folder.string() + " file " + (folder / "diff").string();
    const int status = std::system(command.c_str());
    if (WEXITSTATUS(status) == 127) GTEST_SKIP() << "there is no patch program here";
    ASSERT_EQ(status, 0) << unified_diff(before, after, "file");
    std::ifstream stream(folder / "file");
    std::ostringstream content;
    content << stream.rdbuf();
    EXPECT_EQ(content.str(), after);
  }
  std::filesystem::remove_all(folder);
}

TEST(Save, ReplacesTheFileAndKeepsItsPermissionsAndLinks) {
  const auto folder = std::filesystem::temp_directory_path() / ("tributary-save-" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "real.yaml") << "old";
  ::chmod((folder / "real.yaml").c_str(), 0640);
  std::filesystem::create_symlink("real.yaml", folder / "feeds.yaml");
  ASSERT_TRUE(save(folder / "feeds.yaml", "old", "new"));
  EXPECT_TRUE(std::filesystem::is_symlink(folder / "feeds.yaml"));
  std::ifstream stream(folder / "real.yaml");
  std::string content;
  stream >> content;
  EXPECT_EQ(content, "new");
  struct stat status{};
  ::stat((folder / "real.yaml").c_str(), &status);
  EXPECT_EQ(status.st_mode & 0777, 0640u);
  const auto late = save(folder / "feeds.yaml", "old", "newer");
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().kind, ErrorKind::config);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder), {}), 2) << "no temporary file stays";
  std::filesystem::remove_all(folder);
}

TEST(Edit, AFeedThatMovedGetsAnotherAddressAndKeepsItsQuotes) {
  const auto moved = [](const std::string& yaml) {
    const auto edited = change_feed_url(yaml, file, "https://a.example.org/", "https://b.example.org/x?y=1");
    return edited ? *edited : "refused: " + edited.error().detail;
  };
  EXPECT_EQ(moved(head + "feeds:\n  - name: A  # first\n    url: https://a.example.org/   # here\n"),
            head + "feeds:\n  - name: A  # first\n    url: https://b.example.org/x?y=1   # here\n");
  EXPECT_EQ(moved(head + "feeds: [{url: 'https://a.example.org/', name: A}]\n"),
            head + "feeds: [{url: 'https://b.example.org/x?y=1', name: A}]\n");
  EXPECT_EQ(moved(head + "feeds:\n  - url: \"https://a.example.org/\"\n"),
            head + "feeds:\n  - url: \"https://b.example.org/x?y=1\"\n");
  EXPECT_THAT(moved(head + "feeds: []\n"), testing::StartsWith("refused: no feed has the address"));
  EXPECT_THAT(
      moved(head + "feeds: [{url: 'https://a.example.org/'}, {url: 'https://b.example.org/x?y=1'}]\n"),
      testing::StartsWith("refused: "));
}
