// Whoever walks the archive chain (RFC 5005 section 4) from a front document on the disk meets every item
// that was ever published, and none on two closed pages: with a few thousand items, and with 100,000 in a
// long run (TRIBUTARY_LONG=1). What happens to a site on random days is tests/store/archive_test.cpp's
// subject.
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <random>
#include <string>

#include "app/pipeline.hpp"
#include "app/publication.hpp"
#include "config/config.hpp"
#include "store/store.hpp"
#include "tests/support/process.hpp"

namespace tributary {
namespace {

using test::read_file;

constexpr Timestamp first_day{std::chrono::sys_days{std::chrono::year{2020} / 1 / 1}};
const std::string root = "https://partners.example.org/";

bool long_run() {
  const char* const wanted = std::getenv("TRIBUTARY_LONG");
  return wanted != nullptr && std::string_view(wanted) == "1";
}

std::string words(std::mt19937& random, int count) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    for (int letter = 0; letter < 6; ++letter) text += static_cast<char>('a' + random() % 26);
    text += ' ';
  }
  return text;
}

/// The text between the first `before` and the `after` that follows it; empty when there is none.
std::string_view between(std::string_view text, std::string_view before, std::string_view after) {
  const auto from = text.find(before);
  if (from == std::string_view::npos) return {};
  text.remove_prefix(from + before.size());
  return text.substr(0, text.find(after));
}

/// Calls `visit` with the page of each entry's item.
template <typename Visit>
void each_entry(std::string_view document, Visit visit) {
  for (auto at = document.find("<entry"); at != std::string_view::npos; at = document.find("<entry", at + 1))
    visit(std::string(between(document.substr(at), "rel=\"alternate\" href=\"", "\"")));
}

/// What a walk from the front document of a page ("" or "topics/…/") finds, by the pages of the items.
struct Walked {
  std::map<std::string, int> times_archived = {};
  std::map<std::string, int> times_in_front = {};
  std::size_t pages = 0;
  [[nodiscard]] std::size_t items() const {
    std::size_t only_in_front = 0;
    for (const auto& [item, times] : times_in_front) only_in_front += !times_archived.contains(item);
    return times_archived.size() + only_in_front;
  }
};

Walked walk(const std::filesystem::path& output, const std::string& page) {
  Walked walked;
  std::string document = read_file(output / page / "atom.xml");
  each_entry(document, [&](const std::string& item) { ++walked.times_in_front[item]; });
  while (true) {
    const std::string next(between(document, "<link rel=\"prev-archive\" href=\"", "\""));
    if (next.empty()) return walked;
    EXPECT_TRUE(next.starts_with(root + page + "archive/")) << next;
    document = read_file(output / next.substr(root.size()));
    EXPECT_FALSE(document.empty()) << next << " is not there";
    each_entry(document, [&](const std::string& item) { ++walked.times_archived[item]; });
    if (++walked.pages > 100'000) return walked;
  }
}

}  // namespace

TEST(PublishedChain, HoldsEveryItemOnceHoweverManyThereAre) {
  const std::size_t wanted = long_run() ? 100'000 : 3'000;
  test::TemporaryFolder folder;
  config::Config config;
  config.site = {.title = "Partners", .url = root};
  config.store = "sqlite:" + (folder / "store.db").string();
  config.output = folder / "public";
  config.topics = {{.slug = "business", .title = "Business"}};
  for (const std::string name : {"harbour", "river", "port"}) {
    config.feeds.push_back({.url = "https://" + name + ".example.org/feed", .name = name, .slug = name});
  }
  config.feeds[0].topics = config.feeds[1].topics = {"business"};
  config.feeds[2].type = "News";

  auto opened = store::open(config.store, store::Access::write);
  ASSERT_TRUE(opened) << to_string(opened.error());
  store::Store& store = **opened;
  Timestamp now = first_day;
  ASSERT_TRUE(store.configure(app::catalogue(config), now));
  const auto states = store.feed_states();
  ASSERT_TRUE(states);

  std::mt19937 random(20'260);
  std::map<std::string, std::size_t> made;  // by partner
  std::map<std::string, Item> last;  // by partner; a document still shows what the one before it ended with
  std::size_t all = 0;
  while (all < wanted) {
    const std::size_t which = random() % config.feeds.size();
    const std::string& name = config.feeds[which].name;
    auto feed = std::make_shared<Feed>();
    // Mostly a few at a time, now and then a backlog.
    const std::size_t fresh = random() % 5 == 0 ? wanted / 20 : 1 + random() % (wanted / 30);
    for (std::size_t i = 0; i < fresh && all < wanted; ++i, ++all) {
      const std::string number = std::to_string(made[name]++);
      Item item;
      item.id = name + number;
      item.link = "https://" + name + ".example.org/" + number;
      item.title = Text{.plain = words(random, 5)};
      item.summary = Text{.plain = words(random, 20)};
      // One in four is late by up to two years.
      item.published = now - std::chrono::minutes{random() % 4 == 0 ? random() % 1'000'000 : random() % 60};
      feed->items.push_back(std::move(item));
    }
    const Item newest = feed->items.back();
    if (last.contains(name)) feed->items.push_back(last[name]);
    last[name] = newest;
    now += std::chrono::minutes{1 + random() % 500};
    const store::Delivery delivery{.state = (*states)[which], .feed = std::move(feed), .whole = false};
    const auto taken = store.take({&delivery, 1}, now);
    ASSERT_TRUE(taken) << to_string(taken.error());
    if (random() % 3 == 0) continue;  // several passes may come between two publications
    const auto written = app::publish_site(config, store, now);
    ASSERT_TRUE(written) << to_string(written.error());
  }
  ASSERT_TRUE(app::publish_site(config, store, now));

  const std::map<std::string, std::size_t> expected{
      {"", all},
      {"topics/business/", made["harbour"] + made["river"]},
      {"partners/harbour/", made["harbour"]},
      {"partners/river/", made["river"]},
      {"partners/port/", made["port"]},
      {"types/news/", made["port"]},
  };
  for (const auto& [page, items] : expected) {
    SCOPED_TRACE(page.empty() ? "the front page" : page);
    const Walked walked = walk(config.output, page);
    EXPECT_EQ(walked.items(), items);
    EXPECT_GE(walked.pages, items / config.publish.items - 1);
    std::size_t twice = 0;
    for (const auto& [item, times] : walked.times_archived) twice += times > 1;
    EXPECT_EQ(twice, 0u) << "items stand on two closed pages";
    for (const auto& [item, times] : walked.times_in_front) EXPECT_EQ(times, 1) << item;
  }
}

}  // namespace tributary
