#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/store/samples.hpp"

namespace tributary::store {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;

class StoreRetention : public testing::TestWithParam<Kind> {
 protected:
  void SetUp() override {
    const auto url = GetParam().url(folder_);
    if (url.empty()) GTEST_SKIP() << "there is no such server here";
    auto opened = open(url, Access::write);
    ASSERT_TRUE(opened) << to_string(opened.error());
    store_ = std::move(*opened);
  }

  void configure(const Retention& retention, const Filter& include = {}) {
    auto made = catalogue({partner("a")});
    made.partners[0].include = include;
    made.publish.items = 2;
    made.retention = retention;
    const auto done = store_->configure(made, noon);
    ASSERT_TRUE(done) << to_string(done.error());
  }

  /// Seven items, a day apart, the first one oldest; `text` of each begins so.
  static std::vector<Sample> seven(const std::string& text = "Text") {
    std::vector<Sample> samples;
    for (int i = 1; i <= 7; ++i) {
      const auto number = std::to_string(i);
      samples.push_back({.id = number,
                         .link = "https://a.example.org/news/" + number,
                         .title = "Title " + number,
                         .text = text + " of item " + number,
                         .published = "2026-02-0" + number + "T00:00:00Z"});
    }
    return samples;
  }

  void publish(Timestamp now) {
    const auto news = store_->close_pages(now);
    ASSERT_TRUE(news) << to_string(news.error());
    ASSERT_TRUE(store_->published(*news, "settings", now));
  }

  void tidy(Timestamp now) {
    for (;;) {
      const auto more = store_->tidy(now);
      ASSERT_TRUE(more) << to_string(more.error());
      if (!*more) return;
    }
  }

  /// Titles of the items on closed pages that still have their text.
  std::vector<std::string> whole_on_closed_pages() {
    std::vector<std::string> titles;
    for (std::uint32_t number = 1; number <= 3; ++number) {
      const auto page = store_->closed_page({}, number);
      EXPECT_TRUE(page && page->entries.size() == 2);
      for (const auto& entry : page->entries) {
        EXPECT_TRUE(entry.item.title && !entry.item.link.empty());
        if (entry.item.summary) titles.push_back(entry.item.title->plain);
      }
    }
    return titles;
  }

  const TemporaryFolder folder_;
  std::unique_ptr<Store> store_;
};

TEST_P(StoreRetention, WhatIsPastItsTimeLosesItsTextAndStaysWhereItIs) {
  configure({.age = days(30)});
  ASSERT_TRUE(store_->take(std::vector{delivery("a", seven())}, noon));
  publish(noon);
  tidy(noon + days(29));
  EXPECT_EQ(whole_on_closed_pages().size(), 6u) << "it isn't time yet";
  tidy(noon + days(31));
  EXPECT_THAT(whole_on_closed_pages(), testing::ElementsAre("Title 6"));
  const auto front = store_->front({}, 2);
  ASSERT_TRUE(front);
  ASSERT_EQ(front->stream.entries.size(), 2u);
  for (const auto& entry : front->stream.entries)
    EXPECT_TRUE(entry.item.summary) << "a front document shows it";
  EXPECT_EQ(store_->totals()->items, 7u);
}

TEST_P(StoreRetention, TheLastSeenAreKeptWhole) {
  configure({.items = 4});
  ASSERT_TRUE(store_->take(std::vector{delivery("a", seven())}, noon));
  publish(noon);
  tidy(noon);
  EXPECT_THAT(whole_on_closed_pages(), testing::ElementsAre("Title 4", "Title 5", "Title 6"));
}

TEST_P(StoreRetention, NothingIsLostBeforeItsArchivePageIsPublished) {
  configure({.age = days(30)});
  ASSERT_TRUE(store_->take(std::vector{delivery("a", seven())}, noon));
  tidy(noon + days(31));  // on no page yet
  const auto news = store_->close_pages(noon + days(31));
  ASSERT_TRUE(news);
  tidy(noon + days(33));  // on a page that nobody has written
  EXPECT_EQ(whole_on_closed_pages().size(), 6u);
  ASSERT_TRUE(store_->published(*news, "settings", noon + days(33)));
  tidy(noon + days(35));
  EXPECT_THAT(whole_on_closed_pages(), testing::ElementsAre("Title 6"));
}

TEST_P(StoreRetention, AnAbridgedItemStaysTheSameItem) {
  configure({.age = days(30)});
  ASSERT_TRUE(store_->take(std::vector{delivery("a", seven())}, noon));
  publish(noon);
  tidy(noon + days(31));
  const auto before = store_->latest({}, 7).value();
  auto again = store_->take(std::vector{delivery("a", seven())}, noon + days(32));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->fresh + again->changed, 0u);
  EXPECT_THAT(whole_on_closed_pages(), testing::ElementsAre("Title 6")) << "nothing new came with it";

  // Its feed words it anew: nobody can tell any more whether that is news, so it moves nothing.
  auto reworded = seven();
  reworded[0].text = "Quite other words than those before";
  again = store_->take(std::vector{delivery("a", reworded)}, noon + days(33));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->fresh + again->changed, 0u);
  const auto after = store_->latest({}, 7).value();
  ASSERT_EQ(after.entries.size(), before.entries.size());
  for (std::size_t i = 0; i < after.entries.size(); ++i) {
    EXPECT_EQ(after.entries[i].id, before.entries[i].id);
    EXPECT_EQ(after.entries[i].modified, before.entries[i].modified);
  }
  EXPECT_THAT(whole_on_closed_pages(), testing::ElementsAre("Title 1", "Title 6"));
  publish(noon + days(33));
  tidy(noon + days(60));
  EXPECT_THAT(whole_on_closed_pages(), testing::ElementsAre("Title 6")) << "its turn comes again";
}

TEST_P(StoreRetention, AFilterDoesNotJudgeWhatItCannotSee) {
  configure({.age = days(30)});
  ASSERT_TRUE(store_->take(std::vector{delivery("a", seven())}, noon));
  publish(noon);
  tidy(noon + days(31));
  configure({.age = days(30)}, {{"summary", "Text"}});
  EXPECT_EQ(store_->latest({}, 10)->entries.size(), 7u);
}

TEST_P(StoreRetention, WithoutALimitEverythingIsKept) {
  configure({});
  ASSERT_TRUE(store_->take(std::vector{delivery("a", seven())}, noon));
  publish(noon);
  tidy(noon + days(36500));
  EXPECT_EQ(whole_on_closed_pages().size(), 6u);
}

TRIBUTARY_ON_EVERY_BACKEND(StoreRetention);

TEST(SqliteStore, RoomThatIsFreeGoesBackToTheDiskAFewPagesAtATime) {
  const TemporaryFolder folder;
  const auto file = file_in(folder, "s.db");
  auto store = open(file, Access::write);
  ASSERT_TRUE(store) << to_string(store.error());
  auto made = catalogue({partner("a")});
  made.retention.items = 10;
  ASSERT_TRUE((*store)->configure(made, noon));
  std::vector<Sample> samples;
  for (int i = 0; i < 4000; ++i) {
    const auto number = std::to_string(i);
    samples.push_back({.id = number,
                       .link = "https://a.example.org/" + number,
                       .title = "Title " + number,
                       .text = number + std::string(4000, 'x'),
                       .published = "2026-01-01T00:00:00Z"});
  }
  ASSERT_TRUE((*store)->take(std::vector{delivery("a", samples)}, noon));
  const auto news = (*store)->close_pages(noon);
  ASSERT_TRUE(news && (*store)->published(*news, "settings", noon));
  store->reset();
  const auto before = std::filesystem::file_size(file);
  store = open(file, Access::write);
  ASSERT_TRUE(store);
  int steps = 0;
  for (bool more = true; more; ++steps) {
    const auto step = (*store)->tidy(noon);
    ASSERT_TRUE(step) << to_string(step.error());
    more = *step;
  }
  EXPECT_GT(steps, 20) << "each step is a small one";
  EXPECT_EQ((*store)->totals()->items, 4000u);
  store->reset();
  EXPECT_LT(std::filesystem::file_size(file), before / 2);
}

}  // namespace
}  // namespace tributary::store
