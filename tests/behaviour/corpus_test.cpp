// The main job on feeds that nobody here wrote: every feed of the development corpus is a partner.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <fstream>
#include <set>

#include "tests/behaviour/site.hpp"

using namespace tributary::test;
using testing::HasSubstr;

namespace {

namespace fs = std::filesystem;

fs::path corpus() {
  return fs::path(TRIBUTARY_SOURCE_DIR).parent_path() / "shared" / "corpus";
}

/// Feed files by their path below the corpus, in order.
std::vector<std::string> feeds_of_corpus() {
  std::vector<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(corpus())) {
    const std::string name = entry.path().filename().string();
    if (!entry.is_regular_file() || name.ends_with(".expected.json") || name.ends_with(".md")) continue;
    files.push_back(fs::relative(entry.path(), corpus()).string());
  }
  std::ranges::sort(files);
  return files;
}

/// The checked-in list of what is no feed: "path: reason" a line.
std::set<std::string> refused() {
  std::set<std::string> paths;
  std::ifstream list(fs::path(TRIBUTARY_SOURCE_DIR) / "tests/behaviour/refused.txt");
  for (std::string line; std::getline(list, line);) {
    if (!line.empty() && line[0] != '#') paths.insert(line.substr(0, line.find(": ")));
  }
  return paths;
}

}  // namespace

TEST(Corpus, EveryFileIsAFeedOrRefusedInOneClearLineForAListedReason) {
  if (!fs::exists(corpus())) GTEST_SKIP() << "the development corpus is not there";
  const auto files = feeds_of_corpus();
  const auto listed = refused();
  std::size_t refusals = 0;
  for (const auto& file : files) {
    const auto read = run_program({"parse", (corpus() / file).string()});
    if (read.code == 0) {
      EXPECT_FALSE(listed.contains(file)) << file << " is read now: take it off the list";
      continue;
    }
    ++refusals;
    EXPECT_EQ(read.code, 1) << file << ": " << read.err;
    EXPECT_EQ(read.out, "") << file;
    EXPECT_EQ(std::ranges::count(read.err, '\n'), 1) << file << ": " << read.err;
    EXPECT_TRUE(listed.contains(file)) << file << ": " << read.err;
  }
  EXPECT_LE(refusals * 100, files.size() * 7);
}

TEST(Corpus, IsFetchedStoredAndPublishedInOnePassAndASecondOneChangesNothing) {
  if (!fs::exists(corpus())) GTEST_SKIP() << "the development corpus is not there";
  const auto files = feeds_of_corpus();
  HttpServer partners;
  Site site;
  std::vector<std::string> feeds;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const std::string path = "/" + std::to_string(i);
    const std::string type = files[i].ends_with(".json") ? "application/feed+json" : "application/xml";
    partners.on(path,
                conditional({.headers = {{"Content-Type", type}, {"ETag", "\"" + std::to_string(i) + "\""}},
                             .body = read_file(corpus() / files[i])}));
    feeds.push_back("{url: '" + partners.url(path) + "', name: 'Partner " + std::to_string(i) + "'}");
  }
  site.configure(feeds);
  const auto first = site.run({"update"});
  ASSERT_EQ(first.code, 0) << first.err;
  EXPECT_EQ(partners.count(), files.size());
  const auto before = site.all_published();
  EXPECT_THAT(before.at("atom.xml"), HasSubstr("<entry"));

  partners.forget_requests();
  const auto second = site.run({"update", "--force"}, "2026-11-24T12:30:00Z");
  ASSERT_EQ(second.code, 0) << second.err;
  EXPECT_THAT(second.out, HasSubstr(" 0 new items, 0 changed; 0 files written"));
  std::size_t conditional_requests = 0;
  for (const auto& seen : partners.requests()) conditional_requests += seen.has("If-None-Match") ? 1 : 0;
  // A validator is kept of a feed that was read, and of nothing else.
  const boost::json::value status = boost::json::parse(site.run({"status", "--json"}).out);
  std::size_t failing = 0;
  for (const auto& feed : status.at("feeds").as_array()) {
    if (feed.at("last_error").is_null()) continue;
    ++failing;
  }
  EXPECT_EQ(conditional_requests + failing, files.size());
  EXPECT_LE(failing * 100, files.size() * 7);
  EXPECT_TRUE(site.all_published() == before) << "an output changed though nothing was new";
}
