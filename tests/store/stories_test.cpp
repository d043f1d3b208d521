#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/store/samples.hpp"

namespace tributary::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;
using namespace std::chrono_literals;

class StoriesOfPartners : public testing::TestWithParam<Kind> {
 protected:
  void SetUp() override {
    wanted_ = catalogue({partner("a"), partner("b"), partner("c")});
    const auto url = GetParam().url(folder_);
    if (url.empty()) GTEST_SKIP() << "no PostgreSQL was started: tests/support/with-postgresql does";
    auto opened = open(url, Access::write);
    ASSERT_TRUE(opened) << to_string(opened.error());
    store_ = std::move(*opened);
    configure();
  }
  void configure(Timestamp now = noon) {
    const auto done = store_->configure(wanted_, now);
    ASSERT_TRUE(done) << to_string(done.error());
  }
  Added take(const std::vector<Delivery>& deliveries, Timestamp now = noon) {
    const auto added = store_->take(deliveries, now);
    EXPECT_TRUE(added) << to_string(added.error());
    return added.value_or(Added{});
  }
  Stream front() { return store_->latest({}, 50).value(); }
  /// Each story's partners, the winner first.
  std::vector<std::string> stories() {
    std::vector<std::string> found;
    const auto stream = front();
    for (const auto& entry : stream.entries) {
      auto partners = entry.partner;
      for (const auto& copy : entry.also) partners += "+" + copy.partner;
      found.push_back(partners);
    }
    return found;
  }

  TemporaryFolder folder_;
  Catalogue wanted_;
  std::unique_ptr<Store> store_;
};

Sample at_page(const std::string& feed, const std::string& page, const std::string& title = {}) {
  return {.id = feed + page,
          .link = "https://" + feed + ".example.org/" + page,
          .title = title.empty() ? feed + " " + page : title,
          .published = "2026-02-20T08:00:00Z"};
}

TEST_P(StoriesOfPartners, ALineOfFeedsYamlMakesOneStoryOfTwoAndIsUndoneWithIt) {
  take({delivery("a", {at_page("a", "1")}), delivery("b", {at_page("b", "9")})});
  const auto before = front();
  ASSERT_THAT(stories(), ElementsAre("a", "b"));
  wanted_.stories.merge = {{"https://a.example.org/1", "http://b.example.org/9/"}};
  configure(noon + 1h);
  EXPECT_THAT(stories(), ElementsAre("a+b"));
  EXPECT_EQ(front().entries[0].id, before.entries[0].id);
  ASSERT_THAT(front().tombstones, SizeIs(1)) << "the other entry went up in it";
  EXPECT_EQ(front().tombstones[0].id, before.entries[1].id);
  // It stays so, whatever the feeds bring.
  take({delivery("b", {at_page("b", "9", "Another title")})}, noon + 2h);
  EXPECT_THAT(stories(), ElementsAre("a+b"));
  wanted_.stories.merge.clear();
  configure(noon + 3h);
  EXPECT_THAT(stories(), UnorderedElementsAre("a", "b"));
  EXPECT_THAT(front().tombstones, IsEmpty());
  std::vector<std::string> ids, ids_before;
  for (const auto& entry : front().entries) ids.push_back(entry.id);
  for (const auto& entry : before.entries) ids_before.push_back(entry.id);
  EXPECT_THAT(ids, testing::UnorderedElementsAreArray(ids_before));
}

TEST_P(StoriesOfPartners, ALineHoldsForItemsThatComeLater) {
  wanted_.stories.merge = {{"https://a.example.org/1", "https://b.example.org/9"}};
  configure();
  take({delivery("a", {at_page("a", "1")})});
  take({delivery("b", {at_page("b", "9")})}, noon + 1h);
  EXPECT_THAT(stories(), ElementsAre("a+b"));
  EXPECT_EQ(store_->totals()->stories, 1u);
}

TEST_P(StoriesOfPartners, AWrongMergeIsPartedAndStaysParted) {
  auto copy = at_page("b", "9");
  copy.link = "https://a.example.org/1?from=b";
  auto third = at_page("c", "7");
  third.link = "https://a.example.org/1";
  take({delivery("a", {at_page("a", "1")}), delivery("b", {copy}), delivery("c", {third})});
  // "from" is no tracking parameter: b's copy has a page of its own until it says so.
  ASSERT_THAT(stories(), ElementsAre("a+c", "b"));
  wanted_.stories.split = {{"https://a.example.org/1", "https://a.example.org/1"}};
  configure(noon + 1h);
  EXPECT_THAT(stories(), UnorderedElementsAre("a", "b", "c"));
  take({delivery("c", {at_page("c", "8"), third})}, noon + 2h);
  EXPECT_THAT(stories(), UnorderedElementsAre("a", "b", "c", "c"));
  wanted_.stories.split.clear();
  configure(noon + 3h);
  EXPECT_THAT(stories(), UnorderedElementsAre("a+c", "b", "c"));
}

TEST_P(StoriesOfPartners, SplittingOutranksMerging) {
  wanted_.stories.merge = {{"https://a.example.org/1", "https://b.example.org/1", "https://c.example.org/1"}};
  wanted_.stories.split = {{"https://a.example.org/1", "https://c.example.org/1"}};
  configure();
  take({delivery("a", {at_page("a", "1")}), delivery("b", {at_page("b", "1")}),
        delivery("c", {at_page("c", "1")})});
  EXPECT_THAT(stories(), UnorderedElementsAre("a+b", "c"));
}

const std::string piece =
    "The harbour library of Norrwick opens its new reading room on 14 March, after two years of building. "
    "Director "
    "Klara Jessen said that 320 neighbours had helped to carry the books from the old customs house. There "
    "will be "
    "music in the evening, and whoever likes may stay until midnight among the shelves.";

TEST_P(StoriesOfPartners, NearlyTheSameTextIsOneStory) {
  auto copy = at_page("b", "9", "New reading room in Norrwick");
  copy.text =
      "From our partners: The harbour library of Norrwick opens its new reading room on 14 March, after two "
      "years of construction. Director Klara Jessen said 320 neighbours had helped to bring the books from "
      "the "
      "old customs house. There will be music in the evening, and everybody may stay until midnight.";
  auto own = at_page("a", "1", "Reading room opens");
  own.text = piece;
  auto other = at_page("c", "3", "Reading room opens");
  other.text = piece;
  other.text.replace(other.text.find("14 March"), 8, "21 April");
  take({delivery("a", {own})});
  take({delivery("b", {copy}), delivery("c", {other})}, noon + 1h);
  EXPECT_THAT(stories(), UnorderedElementsAre("a+b", "c")) << "another date is another piece";
}

TEST_P(StoriesOfPartners, TextsOfOneFeedOrOfDifferentWeeksStaySeparate) {
  auto first = at_page("a", "1", "Reading room"), second = at_page("a", "2", "Reading room");
  first.text = second.text = piece;
  take({delivery("a", {first, second})});
  EXPECT_THAT(stories(), SizeIs(2)) << "a feed that says something twice says it in two items";
  auto later = at_page("b", "1", "Reading room");
  later.text = piece;
  later.published = "2026-02-27T08:00:00Z";
  take({delivery("b", {later})}, noon + 1h);
  EXPECT_THAT(stories(), SizeIs(3));
}

TEST_P(StoriesOfPartners, WordsThatStandBelowEveryItemAreNoPiece) {
  std::vector<Sample> of_a, of_b;
  for (int i = 0; i < 4; ++i) {
    of_a.push_back(at_page("a", std::to_string(i), "Notice"));
    of_b.push_back(at_page("b", std::to_string(i), "Notice"));
    of_a.back().text = of_b.back().text = piece;
  }
  take({delivery("a", of_a), delivery("b", of_b)});
  EXPECT_THAT(stories(), SizeIs(8));
  auto one_more = at_page("c", "1", "Notice");
  one_more.text = piece;
  take({delivery("c", {one_more})}, noon + 1h);
  EXPECT_THAT(stories(), SizeIs(9));
}

TEST_P(StoriesOfPartners, ASplitLinePartsWhatOnlyTheTextJoined) {
  auto own = at_page("a", "1", "Reading room"), copy = at_page("b", "9", "Reading room");
  own.text = copy.text = piece;
  take({delivery("a", {own}), delivery("b", {copy})});
  ASSERT_THAT(stories(), ElementsAre("a+b"));
  wanted_.stories.split = {{"https://a.example.org/1", "https://b.example.org/9"}};
  configure(noon + 1h);
  EXPECT_THAT(stories(), UnorderedElementsAre("a", "b"));
}

TEST_P(StoriesOfPartners, OurOwnEntriesComingBackAreKnownByTheirSourceToo) {
  auto echo = delivery("b", {at_page("b", "1")});
  auto feed = std::make_shared<Feed>(*echo.feed);
  feed->items[0].source = std::make_shared<FeedDetails>(FeedDetails{.id = "https://site.example.net/"});
  echo.feed = feed;
  EXPECT_EQ(take({echo}).fresh, 0u);
}

TEST_P(StoriesOfPartners, OurOwnEntriesAreKnownUnderAFormerAddressOfTheSite) {
  take({delivery("a", {at_page("a", "1")})});
  const auto ours = front().entries.at(0).id;
  wanted_.site.url = "https://moved.example.net/";
  configure(noon + 1h);
  auto echo = at_page("b", "1");
  echo.id = ours;
  EXPECT_EQ(take({delivery("b", {echo})}, noon + 2h).fresh, 0u);
}

TRIBUTARY_ON_EVERY_BACKEND(StoriesOfPartners);

}  // namespace
}  // namespace tributary::store
