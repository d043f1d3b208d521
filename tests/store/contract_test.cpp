// What every store promises, run against each backend.
#include <gtest/gtest.h>

#include <algorithm>

#include "store/store.hpp"
#include "tests/support/process.hpp"

using namespace tributary;
using namespace tributary::store;
using namespace std::chrono_literals;

namespace {

const Timestamp noon = *from_rfc3339("2026-11-24T12:00:00Z");

Item item(const std::string& guid, const std::string& title, const std::string& link,
          std::optional<Timestamp> when = {}) {
  return {.id = guid, .title = Text{.plain = title}, .link = link, .published = when};
}

struct Backend {
  const char* name;
  std::string (*url)(const test::TemporaryFolder&);
};
void PrintTo(const Backend& backend, std::ostream* out) {
  *out << backend.name;
}

class StoreContract : public testing::TestWithParam<Backend> {
 protected:
  void open() {
    store_.reset();
    auto opened = store::open(GetParam().url(folder_), Access::write);
    ASSERT_TRUE(opened) << to_string(opened.error());
    store_ = std::move(*opened);
  }
  void configure(std::vector<Partner> partners, Timestamp now = noon) {
    catalogue_.site.url = "https://partners.example.org/";
    catalogue_.partners = std::move(partners);
    const auto done = store_->configure(catalogue_, now);
    ASSERT_TRUE(done) << to_string(done.error());
  }
  Added take(const std::string& url, std::vector<Item> items, Timestamp now = noon) {
    Feed feed;
    feed.items = std::move(items);
    return take_feed(url, std::move(feed), now);
  }
  Added take_feed(const std::string& url, Feed feed, Timestamp now = noon) {
    const auto states = store_->feed_states().value();
    const auto state = std::ranges::find(states, url, &FeedState::configured_url);
    EXPECT_NE(state, states.end());
    const Delivery delivery{*state, std::make_shared<const Feed>(std::move(feed))};
    const auto added = store_->take({&delivery, 1}, now);
    EXPECT_TRUE(added) << to_string(added.error());
    return added.value_or(Added{});
  }
  std::vector<std::string> titles(const StreamId& id = {}, std::size_t limit = 50) {
    std::vector<std::string> list;
    const Stream stream = store_->latest(id, limit).value();
    for (const auto& entry : stream.entries)
      list.emplace_back(entry.item.title->value());
    return list;
  }

  test::TemporaryFolder folder_;
  Catalogue catalogue_;
  std::unique_ptr<Store> store_;
};

Partner partner(const std::string& url, const std::string& slug) {
  return {.url = url, .name = slug, .slug = slug};
}

const std::string first_url = "https://one.example.org/feed";
const std::string second_url = "https://two.example.org/feed";
using Titles = std::vector<std::string>;

}  // namespace

TEST_P(StoreContract, SameItemTwiceIsAddedOnce) {
  open();
  configure({partner(first_url, "one")});
  EXPECT_EQ(take(first_url, {item("a", "A", "https://one.example.org/a")}).fresh, 1u);
  EXPECT_EQ(take(first_url, {item("a", "A", "https://one.example.org/a")}, noon + 1h).fresh, 0u);
  EXPECT_EQ(titles(), Titles{"A"});
}

TEST_P(StoreContract, AnItemIsKnownByItsLinkAndThenByItsText) {
  open();
  configure({partner(first_url, "one")});
  const std::vector<Item> items{item("", "A", "https://one.example.org/a"), item("", "B", "")};
  EXPECT_EQ(take(first_url, items).fresh, 2u);
  EXPECT_EQ(take(first_url, items, noon + 1h).fresh, 0u);
}

TEST_P(StoreContract, NewestModifiedComesFirstThenFirstSightThenPlace) {
  open();
  configure({partner(first_url, "one")});
  take(first_url,
       {item("a", "A", "", noon - 2h), item("b", "B", "", noon - 1h), item("c", "C", "", noon - 1h)});
  EXPECT_EQ(titles(), (Titles{"B", "C", "A"}));
  EXPECT_EQ(titles({}, 2), (Titles{"B", "C"}));
}

TEST_P(StoreContract, ACosmeticChangeMovesNothingAndARealOneMovesTheItem) {
  open();
  configure({partner(first_url, "one")});
  take(first_url, {item("a", "A", "", noon - 3h), item("b", "B", "", noon - 2h)});
  EXPECT_EQ(
      take(first_url, {item("a", " A  ", "", noon - 1h), item("b", "B", "", noon - 2h)}, noon + 1h).changed,
      0u);
  EXPECT_EQ(titles(), (Titles{"B", " A  "}));
  EXPECT_EQ(take(first_url, {item("a", "A corrected", "", noon - 3h)}, noon + 2h).changed, 1u);
  EXPECT_EQ(titles(), (Titles{"A corrected", "B"}));
  const auto entry = store_->latest({}, 1).value().entries.at(0);
  EXPECT_EQ(entry.published, noon - 3h);
  EXPECT_EQ(entry.modified, noon + 2h);
}

TEST_P(StoreContract, AMissingDateIsFirstSightAndStaysSo) {
  open();
  configure({partner(first_url, "one")});
  take(first_url, {item("a", "A", "")});
  take(first_url, {item("a", "A", "")}, noon + 24h);
  EXPECT_EQ(store_->latest({}, 1).value().entries.at(0).modified, noon);
}

TEST_P(StoreContract, AFutureDateIsClampedToFirstSightOrHeldUntilItIsDue) {
  open();
  Partner holds = partner(second_url, "two");
  holds.future = FutureDates::hold;
  configure({partner(first_url, "one"), holds});
  take(first_url, {item("a", "A", "", noon + 48h)});
  take(second_url, {item("b", "B", "", noon + 48h)});
  EXPECT_EQ(titles(), Titles{"A"});
  EXPECT_EQ(store_->latest({}, 1).value().entries.at(0).published, noon);
  ASSERT_TRUE(store_->take({}, noon + 49h));
  EXPECT_EQ(titles(), (Titles{"B", "A"}));
}

TEST_P(StoreContract, AFeedThatChangesAllItsGuidsBringsNothingBack) {
  open();
  configure({partner(first_url, "one")});
  take(first_url, {item("1", "A", "https://one.example.org/a", noon - 1h), item("2", "B", "", noon - 2h)});
  const auto before = store_->latest({}, 9).value();
  EXPECT_EQ(take(first_url,
                 {item("x1", "A", "http://one.example.org/a?utm_source=feed", noon - 1h),
                  item("x2", "B", "", noon - 2h)},
                 noon + 1h)
                .fresh,
            0u);
  const auto after = store_->latest({}, 9).value();
  ASSERT_EQ(after.entries.size(), before.entries.size());
  for (std::size_t i = 0; i < after.entries.size(); ++i) EXPECT_EQ(after.entries[i].id, before.entries[i].id);
}

TEST_P(StoreContract, ANewItemOnAPageThatIsUsedAgainIsNews) {
  open();
  configure({partner(first_url, "one")});
  take(first_url, {item("1", "Monday", "https://one.example.org/today", noon - 24h)});
  EXPECT_EQ(take(first_url, {item("2", "Tuesday", "https://one.example.org/today", noon)}, noon).fresh, 1u);
  EXPECT_EQ(titles(), (Titles{"Tuesday", "Monday"}));
}

TEST_P(StoreContract, OneStoryOfTwoPartnersIsShownOnceWithBothNames) {
  open();
  configure({partner(first_url, "one"), partner(second_url, "two")});
  take(second_url, {item("b", "Copy", "http://www.one.example.org/a?utm_source=two", noon - 1h)});
  Feed original;
  original.details.link = "https://one.example.org/";
  original.items = {item("a", "Original", "https://one.example.org/a", noon - 1h)};
  take_feed(first_url, std::move(original), noon + 1h);
  const auto stream = store_->latest({}, 9).value();
  ASSERT_EQ(stream.entries.size(), 1u);
  EXPECT_EQ(stream.entries[0].item.title->value(), "Original");
  ASSERT_EQ(stream.entries[0].also.size(), 1u);
  EXPECT_EQ(stream.entries[0].also[0].partner, "two");
  EXPECT_EQ(titles({StreamId::Kind::partner, "two"}), Titles{"Copy"});
}

TEST_P(StoreContract, AStoryKeepsItsEntryIdWhenTheWinnerChanges) {
  open();
  configure({partner(first_url, "one"), partner(second_url, "two")});
  take(first_url, {item("a", "One", "https://example.org/a", noon)});
  const std::string id = store_->latest({}, 1).value().entries.at(0).id;
  take(second_url, {item("b", "Two", "https://example.org/a", noon)});
  EXPECT_EQ(titles(), Titles{"One"});
  Partner preferred = partner(second_url, "two");
  preferred.priority = 10;
  configure({partner(first_url, "one"), preferred});
  EXPECT_EQ(titles(), Titles{"Two"});
  EXPECT_EQ(store_->latest({}, 1).value().entries.at(0).id, id);
}

TEST_P(StoreContract, AnotherPartnersGuidChangesNothingOfAnItem) {
  open();
  configure({partner(first_url, "one"), partner(second_url, "two")});
  take(first_url, {item("a", "Mine", "https://one.example.org/a")});
  EXPECT_EQ(take(second_url, {item("a", "Forged", "https://two.example.org/a")}).fresh, 1u);
  EXPECT_EQ(titles({StreamId::Kind::partner, "one"}), Titles{"Mine"});
}

TEST_P(StoreContract, AFeedTakenOutLeavesWithoutTombstonesAndComesBackWithTheSameIds) {
  open();
  configure({partner(first_url, "one"), partner(second_url, "two")});
  take(first_url, {item("a", "A", "https://one.example.org/a")});
  take(second_url, {item("b", "B", "https://two.example.org/b")});
  const auto before = store_->latest({}, 9).value();
  configure({partner(second_url, "two")});
  EXPECT_EQ(titles(), Titles{"B"});
  EXPECT_TRUE(store_->latest({}, 9).value().tombstones.empty());
  configure({partner(first_url, "one"), partner(second_url, "two")});
  EXPECT_EQ(take(first_url, {item("a", "A", "https://one.example.org/a")}, noon + 1h).fresh, 0u);
  const auto after = store_->latest({}, 9).value();
  ASSERT_EQ(after.entries.size(), 2u);
  for (std::size_t i = 0; i < 2; ++i) EXPECT_EQ(after.entries[i].id, before.entries[i].id);
}

TEST_P(StoreContract, AnEditedAddressUnderTheSameSlugIsTheSameFeed) {
  open();
  configure({partner(first_url, "one")});
  take(first_url, {item("a", "A", "https://one.example.org/a")});
  configure({partner("https://one.example.org/moved", "one")});
  EXPECT_EQ(take("https://one.example.org/moved", {item("a", "A", "https://one.example.org/a")}).fresh, 0u);
}

TEST_P(StoreContract, ANewPartnersBacklogIsWelcomedWithItsNewestItemsOnly) {
  open();
  configure({partner(first_url, "one")});
  std::vector<Item> many;
  for (int i = 0; i < 9; ++i)
    many.push_back(
        item("a" + std::to_string(i), "A" + std::to_string(i), "", noon - std::chrono::hours{100 + i}));
  take(first_url, many);
  configure({partner(first_url, "one"), partner(second_url, "two")});
  std::vector<Item> backlog;
  for (int i = 0; i < 9; ++i)
    backlog.push_back(
        item("b" + std::to_string(i), "B" + std::to_string(i), "", noon - std::chrono::hours{1 + i}));
  take(second_url, backlog);
  EXPECT_EQ(titles({}, 6), (Titles{"B0", "B1", "B2", "B3", "B4", "A0"}));
  EXPECT_EQ(titles({}, 50).size(), 18u) << "a front document is filled while there is room";
  EXPECT_EQ(titles({StreamId::Kind::partner, "two"}).size(), 9u);
}

TEST_P(StoreContract, AWithdrawnItemLeavesATombstoneAndStaysAway) {
  open();
  configure({partner(first_url, "one")});
  take(first_url, {item("a", "A", "https://one.example.org/a"), item("b", "B", "https://one.example.org/b")});
  catalogue_.withdraw = {{.url = "https://one.example.org/a", .reason = "wrong"}};
  configure({partner(first_url, "one")}, noon + 1h);
  take(first_url, {item("a", "A again", "https://one.example.org/a")}, noon + 2h);
  EXPECT_EQ(titles(), Titles{"B"});
  const auto graves = store_->latest({}, 9).value().tombstones;
  ASSERT_EQ(graves.size(), 1u);
  EXPECT_EQ(graves[0].comment, "wrong");
  EXPECT_EQ(graves[0].when, noon + 1h);
}

TEST_P(StoreContract, AnEntryThatItsFeedDeletesIsGone) {
  open();
  configure({partner(first_url, "one")});
  take(first_url, {item("a", "A", "https://one.example.org/a")});
  Feed feed;
  feed.deleted = {{.ref = "a", .comment = "an error"}};
  take_feed(first_url, std::move(feed), noon + 1h);
  EXPECT_TRUE(titles().empty());
  EXPECT_EQ(store_->latest({}, 9).value().tombstones.at(0).comment, "an error");
}

TEST_P(StoreContract, OurOwnEntriesComingBackAreNotShownAgain) {
  open();
  configure({partner(first_url, "one")});
  take(first_url, {item("tag:partners.example.org,2026:abc", "Echo", "https://one.example.org/a")});
  EXPECT_TRUE(titles().empty());
}

TEST_P(StoreContract, TopicsTypesAndFiltersDecideTheStreams) {
  open();
  Partner one = partner(first_url, "one");
  one.topics = {"business"};
  one.type = "News";
  one.types = {{"webinars", "Webinar"}};
  one.exclude = {{"title", "(?i)secret"}};
  catalogue_.topics = {{.slug = "business", .title = "Small Business"}};
  catalogue_.type_slugs = {{"News", "news"}, {"Webinar", "webinar"}};
  configure({one});
  Item webinar = item("b", "B", "");
  webinar.categories = {{.term = "webinars"}};
  take(first_url, {item("a", "A", "", noon - 1h), webinar, item("c", "A Secret", "")});
  EXPECT_EQ(titles(), (Titles{"B", "A"}));
  EXPECT_EQ(titles({StreamId::Kind::topic, "business"}), (Titles{"B", "A"}));
  EXPECT_EQ(titles({StreamId::Kind::type, "webinar"}), Titles{"B"});
  EXPECT_EQ(store_->latest({StreamId::Kind::type, "news"}, 1).value().entries.at(0).type, "News");
}

TEST_P(StoreContract, EverythingIsThereAfterReopening) {
  open();
  configure({partner(first_url, "one")});
  Item full = item("a", "A", "https://one.example.org/a", noon - 1h);
  full.links = {{.href = "https://creativecommons.org/licenses/by/4.0/", .rel = "license"}};
  full.authors = {{.name = "Someone", .email = "s@example.org"}};
  full.enclosures = {{.url = "https://one.example.org/a.mp3", .type = "audio/mpeg", .length = 5}};
  full.duration = 61s;
  full.source = std::make_shared<const FeedDetails>(FeedDetails{.id = "urn:source"});
  take(first_url, {full});
  auto state = store_->feed_states().value().at(0);
  state.etag = "\"x\"";
  state.status = FeedStatus::failing;
  state.next_fetch = noon + 1h;
  state.last_error = "503";
  const Delivery delivery{state, nullptr};
  ASSERT_TRUE(store_->take({&delivery, 1}, noon));

  open();
  configure({partner(first_url, "one")});
  const auto again = store_->feed_states().value().at(0);
  EXPECT_EQ(again.etag, "\"x\"");
  EXPECT_EQ(again.status, FeedStatus::failing);
  EXPECT_EQ(again.next_fetch, noon + 1h);
  EXPECT_EQ(again.items, 1u);
  const auto entry = store_->latest({}, 1).value().entries.at(0);
  EXPECT_EQ(entry.item.authors, full.authors);
  EXPECT_EQ(entry.item.enclosures, full.enclosures);
  EXPECT_EQ(entry.item.duration, full.duration);
  EXPECT_EQ(entry.item.source->id, "urn:source");
  EXPECT_EQ(entry.licence, "https://creativecommons.org/licenses/by/4.0/");
  EXPECT_EQ(store_->totals().value().stories, 1u);
}

INSTANTIATE_TEST_SUITE_P(Backends, StoreContract,
                         testing::Values(Backend{"sqlite",
                                                 [](const test::TemporaryFolder& folder) {
                                                   return "sqlite:" + (folder / "store.db").string();
                                                 }}),
                         [](const auto& given) { return std::string(given.param.name); });
