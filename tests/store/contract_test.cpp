#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/store/samples.hpp"

namespace tributary::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;
using namespace std::chrono_literals;

class StoreContract : public testing::TestWithParam<Kind> {
 protected:
  void SetUp() override { reopen(); }

  void reopen() {
    store_.reset();
    const auto url = GetParam().url(folder_);
    if (url.empty()) GTEST_SKIP() << "no PostgreSQL was started: tests/support/with-postgresql does";
    auto opened = open(url, Access::write);
    ASSERT_TRUE(opened) << to_string(opened.error());
    store_ = std::move(*opened);
  }
  void configure(const Catalogue& wanted, Timestamp now = noon) {
    const auto done = store_->configure(wanted, now);
    ASSERT_TRUE(done) << to_string(done.error());
  }
  Added take(const std::vector<Delivery>& deliveries, Timestamp now = noon) {
    const auto added = store_->take(deliveries, now);
    EXPECT_TRUE(added) << to_string(added.error());
    return added.value_or(Added{});
  }
  Stream latest(const StreamId& id = {}, std::size_t limit = 50) {
    auto stream = store_->latest(id, limit);
    EXPECT_TRUE(stream) << to_string(stream.error());
    return stream.value_or(Stream{});
  }
  std::vector<std::string> titles(const StreamId& id = {}, std::size_t limit = 50) {
    std::vector<std::string> found;
    for (const auto& entry : latest(id, limit).entries)
      found.push_back(entry.item.title ? entry.item.title->plain : "");
    return found;
  }

  TemporaryFolder folder_;
  std::unique_ptr<Store> store_;
};

TEST_P(StoreContract, SameItemTwiceIsAddedOnce) {
  configure(catalogue({partner("a")}));
  const Sample sample{.id = "1", .link = "https://a.example.org/1", .title = "One"};
  EXPECT_EQ(take({delivery("a", {sample})}).fresh, 1u);
  EXPECT_EQ(take({delivery("a", {sample})}, noon + 1h).fresh, 0u);
  EXPECT_THAT(titles(), ElementsAre("One"));
  EXPECT_EQ(store_->totals()->items, 1u);
  EXPECT_EQ(store_->totals()->stories, 1u);
}

TEST_P(StoreContract, AnItemComesBackAsItWasSent) {
  configure(catalogue({partner("a")}));
  auto sent = delivery("a", {});
  Item full = item({.id = "urn:x:1",
                    .link = "https://a.example.org/1",
                    .title = "Tea & cake",
                    .text = "Words",
                    .published = "2026-01-02T03:04:05Z",
                    .updated = "2026-01-03T00:00:00Z",
                    .categories = {"x", "y"}});
  full.id_is_permalink = false;
  full.links = {{.href = "https://a.example.org/1"},
                {.href = "https://licence.example.org/by", .rel = "license"}};
  full.authors = {{.name = "Ann", .email = "ann@example.org", .uri = "https://ann.example.org/"}};
  full.content = {words("All of it"), Text{.lang = "fr", .src = "https://a.example.org/full"}};
  full.enclosures = {
      {.url = "https://a.example.org/1.mp3", .type = "audio/mpeg", .length = 12345, .credit = "Ann"}};
  full.thumbnails = {{.url = "https://a.example.org/1.png", .width = 0, .height = 20}};
  full.image = {.url = "https://a.example.org/2.png", .description = "A cake", .width = 3};
  full.rights = words("Ann");
  full.duration = 90s;
  full.expires = at("2030-01-01T00:00:00Z");
  full.comments = "https://a.example.org/1#comments";
  full.subtitle = words("Sub");
  full.publisher = {.name = "House"};
  full.source =
      std::make_shared<FeedDetails>(FeedDetails{.title = words("Elsewhere"), .id = "urn:elsewhere"});
  auto feed = std::make_shared<Feed>();
  feed->details.title = words("A");
  feed->details.id = "urn:feed:a";
  feed->items = {full};
  sent.feed = feed;
  take({sent});
  reopen();
  const auto stream = latest();
  ASSERT_THAT(stream.entries, SizeIs(1));
  const auto& entry = stream.entries.front();
  EXPECT_EQ(entry.item.id, full.id);
  EXPECT_EQ(entry.item.id_is_permalink, full.id_is_permalink);
  EXPECT_EQ(entry.item.title, full.title);
  EXPECT_EQ(entry.item.link, full.link);
  EXPECT_EQ(entry.item.links, full.links);
  EXPECT_EQ(entry.item.published, full.published);
  EXPECT_EQ(entry.item.updated, full.updated);
  EXPECT_EQ(entry.item.expires, full.expires);
  EXPECT_EQ(entry.item.authors, full.authors);
  EXPECT_EQ(entry.item.publisher, full.publisher);
  EXPECT_EQ(entry.item.categories, full.categories);
  EXPECT_EQ(entry.item.rights, full.rights);
  EXPECT_EQ(entry.item.image, full.image);
  EXPECT_EQ(entry.item.summary, full.summary);
  EXPECT_EQ(entry.item.content, full.content);
  EXPECT_EQ(entry.item.enclosures, full.enclosures);
  EXPECT_EQ(entry.item.thumbnails, full.thumbnails);
  EXPECT_EQ(entry.item.comments, full.comments);
  EXPECT_EQ(entry.item.subtitle, full.subtitle);
  EXPECT_EQ(entry.item.duration, full.duration);
  ASSERT_TRUE(entry.item.source);
  EXPECT_EQ(*entry.item.source, *full.source);
  EXPECT_EQ(entry.source.id, "urn:feed:a");
  EXPECT_EQ(entry.partner, "a");
  EXPECT_EQ(entry.feed_url, "https://a.example.org/feed");
  EXPECT_EQ(entry.licence, "https://licence.example.org/by");
  EXPECT_THAT(entry.id, StartsWith("tag:site.example.net,2026:"));
  EXPECT_EQ(entry.published, at("2026-01-02T03:04:05Z"));
  EXPECT_EQ(entry.modified, at("2026-01-03T00:00:00Z"));
  EXPECT_EQ(entry.first_seen, noon);
}

TEST_P(StoreContract, FeedStateIsRememberedMemberByMember) {
  configure(catalogue({partner("a"), partner("b")}));
  Delivery news;
  auto& state = news.state;
  state = store_->feed_states()->at(1);
  EXPECT_EQ(state.key, "https://b.example.org/feed");
  EXPECT_EQ(state.url, "https://b.example.org/feed");
  EXPECT_FALSE(state.next_fetch);
  state.url = "https://b.example.org/moved";
  state.status = FeedStatus::failing;
  state.etag = "W/\"1\"";
  state.last_modified = "Sun, 06 Nov 1994 08:49:37 GMT";
  state.body_hash = "abc";
  state.last_fetch = noon;
  state.last_success = noon - 1h;
  state.next_fetch = noon + 1h;
  state.not_before = noon + 2h;
  state.last_status = 503;
  state.consecutive_failures = 3;
  state.last_error = "it said 503";
  state.ttl = 60;
  state.update_interval = 90s;
  state.skip_hours = 5;
  state.skip_days = 3;
  state.learned_interval = 7s;
  take({news});
  reopen();
  const auto again = store_->feed_states()->at(1);
  EXPECT_EQ(again.url, state.url);
  EXPECT_EQ(again.configured_url, "https://b.example.org/feed");
  EXPECT_EQ(again.status, state.status);
  EXPECT_EQ(again.etag, state.etag);
  EXPECT_EQ(again.last_modified, state.last_modified);
  EXPECT_EQ(again.body_hash, state.body_hash);
  EXPECT_EQ(again.last_fetch, state.last_fetch);
  EXPECT_EQ(again.last_success, state.last_success);
  EXPECT_EQ(again.next_fetch, state.next_fetch);
  EXPECT_EQ(again.not_before, state.not_before);
  EXPECT_EQ(again.last_status, state.last_status);
  EXPECT_EQ(again.consecutive_failures, state.consecutive_failures);
  EXPECT_EQ(again.last_error, state.last_error);
  EXPECT_EQ(again.ttl, state.ttl);
  EXPECT_EQ(again.update_interval, state.update_interval);
  EXPECT_EQ(again.skip_hours, state.skip_hours);
  EXPECT_EQ(again.skip_days, state.skip_days);
  EXPECT_EQ(again.learned_interval, state.learned_interval);
}

TEST_P(StoreContract, NewestModifiedComesFirstAndTiesAreOrderedByFeedKeyAndPlace) {
  configure(catalogue({partner("b"), partner("a")}));
  take({delivery("b", {{.id = "1", .title = "b1", .published = "2026-02-01T00:00:00Z"},
                       {.id = "2", .title = "b2", .published = "2026-02-01T00:00:00Z"}}),
        delivery("a", {{.id = "1", .title = "a1", .published = "2026-02-01T00:00:00Z"},
                       {.id = "2", .title = "a2", .published = "2026-02-02T00:00:00Z"},
                       {.id = "3", .title = "a3", .published = "2026-01-02T00:00:00Z"}})});
  EXPECT_THAT(titles(), ElementsAre("a2", "a1", "b1", "b2", "a3"));
  EXPECT_THAT(titles({}, 2), ElementsAre("a2", "a1"));
}

TEST_P(StoreContract, OnlyItsOwnFeedMayChangeAnItem) {
  configure(catalogue({partner("a"), partner("b")}));
  take({delivery("a", {{.id = "same", .link = "https://a.example.org/1", .title = "Of a"}})});
  take({delivery("b", {{.id = "same", .link = "https://b.example.org/1", .title = "Of b"}})}, noon + 1h);
  EXPECT_THAT(titles(), ElementsAre("Of b", "Of a"));
}

TEST_P(StoreContract, AnItemWithoutIdIsKnownByItsLinkAndOneWithoutBothByItsText) {
  configure(catalogue({partner("a")}));
  const std::vector<Sample> samples{{.link = "https://a.example.org/1?utm_source=x", .title = "Linked"},
                                    {.title = "Bare", .text = "Some words"}};
  EXPECT_EQ(take({delivery("a", samples)}).fresh, 2u);
  auto again = samples;
  again[0].link = "https://a.example.org/1?utm_source=y";
  again[1].text = "Some  words";
  EXPECT_EQ(take({delivery("a", again)}, noon + 1h).fresh, 0u);
  EXPECT_EQ(take({delivery("a", {{.title = "Bare", .text = "Other words"}})}, noon + 2h).fresh, 1u);
}

TEST_P(StoreContract, OneIdForEveryItemHidesNone) {
  configure(catalogue({partner("a")}));
  EXPECT_EQ(take({delivery("a", {{.id = "x", .link = "https://a.example.org/1", .title = "One"}})}).fresh,
            1u);
  EXPECT_EQ(take({delivery("a", {{.id = "x", .link = "https://a.example.org/2", .title = "Two"},
                                 {.id = "x", .link = "https://a.example.org/1", .title = "One"}})},
                 noon + 1h)
                .fresh,
            1u);
  // Alone again, the id is not trusted again.
  EXPECT_EQ(
      take({delivery("a", {{.id = "x", .link = "https://a.example.org/3", .title = "Three"}})}, noon + 2h)
          .fresh,
      1u);
  EXPECT_EQ(take({delivery("a", {{.id = "x", .link = "https://a.example.org/1", .title = "One"}})}, noon + 3h)
                .fresh,
            0u);
  EXPECT_EQ(store_->totals()->items, 3u);
}

TEST_P(StoreContract, AFeedThatChangesAllItsIdsBringsNothingBack) {
  configure(catalogue({partner("a")}));
  std::vector<Sample> samples;
  for (int i = 0; i < 10; ++i) {
    const auto n = std::to_string(i);
    samples.push_back({.id = "old-" + n,
                       .link = "http://a.example.org/" + n,
                       .title = "Title " + n,
                       .text = "Text " + n,
                       .published = "2026-01-0" + std::to_string(i % 9 + 1) + "T0" + n + ":00:00Z"});
  }
  take({delivery("a", samples)});
  const auto before = latest();
  auto moved = samples;
  for (std::size_t i = 0; i < moved.size(); ++i) {
    moved[i].id = "https://new.example.org/" + std::to_string(i);
    // Half of them keep their link (with https), half only title and date.
    moved[i].link = i % 2 == 0 ? "https://a.example.org/" + std::to_string(i) : moved[i].id;
  }
  EXPECT_EQ(take({delivery("a", moved)}, noon + 24h).fresh, 0u);
  const auto after = latest();
  ASSERT_EQ(before.entries.size(), after.entries.size());
  for (std::size_t i = 0; i < before.entries.size(); ++i) {
    EXPECT_EQ(before.entries[i].id, after.entries[i].id);
    EXPECT_EQ(before.entries[i].modified, after.entries[i].modified);
  }
  // The new ids are known from now on.
  EXPECT_EQ(take({delivery("a", moved)}, noon + 25h).fresh, 0u);
}

TEST_P(StoreContract, ANewPostAtAPageThatIsUsedAgainIsNew) {
  configure(catalogue({partner("a")}));
  take({delivery("a", {{.id = "1",
                        .link = "https://a.example.org/show",
                        .title = "Episode one",
                        .text = "Birds of the north",
                        .published = "2026-01-01T00:00:00Z"}})});
  EXPECT_EQ(take({delivery("a", {{.id = "2",
                                  .link = "https://a.example.org/show",
                                  .title = "Episode two",
                                  .text = "Trains and timetables",
                                  .published = "2026-02-01T00:00:00Z"}})},
                 noon + 1h)
                .fresh,
            1u);
  EXPECT_THAT(titles(), ElementsAre("Episode two", "Episode one"));
}

TEST_P(StoreContract, CosmeticChangesMoveNothingAndRealOnesMoveModified) {
  configure(catalogue({partner("a")}));
  Sample sample{.id = "1",
                .link = "https://a.example.org/1",
                .title = "Tea",
                .text = "We drink \"tea\" daily.",
                .published = "2026-01-01T00:00:00Z"};
  take({delivery("a", {sample})});
  const auto first = latest().entries.at(0);
  sample.text = "We  drink\n\u201ctea\u201d daily.";
  sample.updated = "2026-03-01T11:00:00Z";
  EXPECT_EQ(take({delivery("a", {sample})}, noon + 1h).changed, 0u);
  EXPECT_EQ(latest().entries.at(0).modified, first.modified);
  sample.text = "We drink coffee daily.";
  EXPECT_EQ(take({delivery("a", {sample})}, noon + 2h).changed, 1u);
  const auto changed = latest().entries.at(0);
  EXPECT_EQ(changed.modified, at("2026-03-01T11:00:00Z"));
  EXPECT_EQ(changed.published, first.published);
  EXPECT_EQ(changed.id, first.id);
  sample.text = "We drink water.";
  sample.updated = "2036-03-01T11:00:00Z";
  take({delivery("a", {sample})}, noon + 3h);
  EXPECT_EQ(latest().entries.at(0).modified, noon + 3h);
}

TEST_P(StoreContract, ADateAloneNeverMovesAnItemToTheTop) {
  configure(catalogue({partner("a")}));
  take({delivery("a", {{.id = "1", .title = "Old", .published = "2026-01-01T00:00:00Z"},
                       {.id = "2", .title = "New", .published = "2026-02-01T00:00:00Z"}})});
  take({delivery("a", {{.id = "1",
                        .title = "Old",
                        .published = "2026-02-20T00:00:00Z",
                        .updated = "2026-02-21T00:00:00Z"},
                       {.id = "2", .title = "New", .published = "2026-02-01T00:00:00Z"}})},
       noon + 1h);
  EXPECT_THAT(titles(), ElementsAre("New", "Old"));
}

TEST_P(StoreContract, UndatedItemsKeepTheirFirstSight) {
  configure(catalogue({partner("a")}));
  take({delivery("a", {{.id = "1", .title = "One"}})});
  take({delivery("a", {{.id = "2", .title = "Two"}, {.id = "1", .title = "One"}})}, noon + 1h);
  take({delivery("a", {{.id = "2", .title = "Two"}, {.id = "1", .title = "One"}})}, noon + 2h);
  const auto stream = latest();
  EXPECT_EQ(stream.entries.at(0).modified, noon + 1h);
  EXPECT_EQ(stream.entries.at(1).modified, noon);
}

TEST_P(StoreContract, UndatedItemsOfAFirstFetchSortBelowTheNewestDatedOneInDocumentOrder) {
  configure(catalogue({partner("a")}));
  take({delivery("a", {{.id = "1", .title = "u1"},
                       {.id = "2", .title = "old", .published = "2025-01-01T00:00:00Z"},
                       {.id = "3", .title = "u2"},
                       {.id = "4", .title = "newest", .published = "2026-01-01T00:00:00Z"},
                       {.id = "5", .title = "u3"}})});
  EXPECT_THAT(titles(), ElementsAre("newest", "u1", "u2", "u3", "old"));
}

TEST_P(StoreContract, AFutureDateIsClampedToFirstSight) {
  configure(catalogue({partner("a")}));
  take({delivery("a", {{.id = "1", .title = "Later", .published = "2036-01-01T00:00:00Z"}})});
  EXPECT_EQ(latest().entries.at(0).published, noon);
  EXPECT_EQ(latest().entries.at(0).modified, noon);
}

TEST_P(StoreContract, WithHoldAnItemOfTheFutureWaitsForItsDate) {
  auto a = partner("a");
  a.future = FutureDates::hold;
  configure(catalogue({a}));
  const auto sent = delivery("a", {{.id = "1", .title = "Later", .published = "2026-03-02T00:00:00Z"}});
  take({sent});
  EXPECT_THAT(titles(), IsEmpty());
  EXPECT_EQ(store_->totals()->items, 1u);
  take({sent}, noon + 1h);
  EXPECT_THAT(titles(), IsEmpty());
  reopen();
  take({}, at("2026-03-02T00:00:00Z"));
  EXPECT_THAT(titles(), ElementsAre("Later"));
  EXPECT_EQ(latest().entries.at(0).modified, at("2026-03-02T00:00:00Z"));
}

TEST_P(StoreContract, OnePieceOfSeveralPartnersIsOneStory) {
  configure(catalogue({partner("a"), partner("b"), partner("c")}));
  take({delivery("b", {{.id = "b1",
                        .link = "http://www.a.example.org/x/?utm_source=b#top",
                        .title = "As b has it",
                        .published = "2026-01-03T00:00:00Z"}})});
  const auto before = latest().entries.at(0);
  take({delivery("a", {{.id = "a1",
                        .link = "https://a.example.org/x",
                        .title = "As a has it",
                        .published = "2026-01-02T00:00:00Z"}}),
        delivery("c", {{.id = "c1",
                        .link = "https://A.example.org:443/x",
                        .title = "As c has it",
                        .published = "2026-01-04T00:00:00Z"}})},
       noon + 1h);
  const auto stream = latest();
  ASSERT_THAT(stream.entries, SizeIs(1));
  const auto& story = stream.entries.front();
  // Its own host publishes it: a wins, the entry stays the same.
  EXPECT_EQ(story.partner, "a");
  EXPECT_EQ(story.id, before.id);
  ASSERT_THAT(story.also, SizeIs(2));
  EXPECT_EQ(story.also[0].partner, "b");
  EXPECT_EQ(story.also[0].title, "As b has it");
  EXPECT_EQ(story.also[1].partner, "c");
  EXPECT_EQ(store_->totals()->stories, 1u);
  EXPECT_EQ(store_->totals()->items, 3u);
  // On its own page each partner's copy stands for itself, under the same id.
  const auto of_c = latest({StreamId::Kind::partner, "c"});
  ASSERT_THAT(of_c.entries, SizeIs(1));
  EXPECT_EQ(of_c.entries[0].item.title->plain, "As c has it");
  EXPECT_EQ(of_c.entries[0].id, story.id);
  EXPECT_EQ(of_c.entries[0].modified, at("2026-01-04T00:00:00Z"));
  EXPECT_THAT(of_c.entries[0].also, SizeIs(2));
}

TEST_P(StoreContract, TheConfiguredPriorityOutranksThePublisher) {
  auto b = partner("b");
  b.priority = 5;
  configure(catalogue({partner("a"), b}));
  take({delivery("a", {{.id = "1", .link = "https://a.example.org/x", .title = "a"}}),
        delivery("b", {{.id = "1", .link = "https://a.example.org/x", .title = "b"}})});
  EXPECT_THAT(titles(), ElementsAre("b"));
  const auto before = latest().entries.at(0).id;
  configure(catalogue({partner("a"), partner("b")}), noon + 1h);
  EXPECT_THAT(titles(), ElementsAre("a"));
  EXPECT_EQ(latest().entries.at(0).id, before);
}

TEST_P(StoreContract, TheOrderInWhichFeedsComeInDoesNotMatter) {
  const auto run = [&](bool reversed) {
    TemporaryFolder folder;
    auto store = open(GetParam().url(folder), Access::write).value();
    EXPECT_TRUE(store->configure(catalogue({partner("a"), partner("b")}), noon));
    const auto a = delivery("a", {{.id = "1",
                                   .link = "https://else.example.net/x",
                                   .title = "a",
                                   .published = "2026-01-03T00:00:00Z"}});
    const auto b = delivery("b", {{.id = "1",
                                   .link = "https://else.example.net/x",
                                   .title = "b",
                                   .published = "2026-01-02T00:00:00Z"}});
    EXPECT_TRUE(store->take(std::vector{reversed ? b : a}, noon));
    EXPECT_TRUE(store->take(std::vector{reversed ? a : b}, noon));
    return store->latest({}, 5).value();
  };
  const auto one = run(false), other = run(true);
  ASSERT_THAT(one.entries, SizeIs(1));
  ASSERT_THAT(other.entries, SizeIs(1));
  EXPECT_EQ(one.entries[0].id, other.entries[0].id);
  EXPECT_EQ(one.entries[0].partner, other.entries[0].partner);
  EXPECT_EQ(one.entries[0].modified, other.entries[0].modified);
}

TEST_P(StoreContract, ItemsThatShareAPageWithinAFeedStaySeparate) {
  configure(catalogue({partner("a"), partner("b")}));
  take({delivery("a", {{.id = "1", .link = "https://a.example.org/log#1", .title = "One"},
                       {.id = "2", .link = "https://a.example.org/log#2", .title = "Two"}}),
        delivery("b", {{.id = "1", .link = "https://a.example.org/", .title = "Front page"},
                       {.id = "2", .link = "https://a.example.org/log", .title = "Log"}})});
  EXPECT_THAT(titles(), SizeIs(4));
}

TEST_P(StoreContract, ItemsAreInTheStreamsOfTheirTopicsPartnerAndType) {
  auto a = partner("a");
  a.topics = {"business"};
  a.type = "News";
  a.types = {{"webinars", "Webinar"}};
  auto wanted = catalogue({a, partner("b")});
  wanted.type_slugs = {{"Webinar", "webinar"}};  // News has no page
  configure(wanted);
  take({delivery("a", {{.id = "1", .title = "News item"},
                       {.id = "2", .title = "Talk", .categories = {"webinars"}}}),
        delivery("b", {{.id = "1", .title = "Of b"}})});
  EXPECT_THAT(titles({StreamId::Kind::topic, "business"}), ElementsAre("News item", "Talk"));
  EXPECT_THAT(titles({StreamId::Kind::topic, "culture"}), IsEmpty());
  EXPECT_THAT(titles({StreamId::Kind::partner, "b"}), ElementsAre("Of b"));
  EXPECT_THAT(titles({StreamId::Kind::type, "webinar"}), ElementsAre("Talk"));
  EXPECT_THAT(store_->streams().value(),
              ElementsAre(StreamId{StreamId::Kind::all, ""}, StreamId{StreamId::Kind::topic, "business"},
                          StreamId{StreamId::Kind::topic, "culture"}, StreamId{StreamId::Kind::partner, "a"},
                          StreamId{StreamId::Kind::partner, "b"}, StreamId{StreamId::Kind::type, "webinar"}));
  EXPECT_EQ(latest({StreamId::Kind::type, "webinar"}).entries.at(0).type, "Webinar");
}

TEST_P(StoreContract, AChangedConfigurationPlacesItemsAnew) {
  auto a = partner("a");
  configure(catalogue({a}));
  take({delivery("a", {{.id = "1", .title = "Apples"}, {.id = "2", .title = "Pears"}})});
  a.topics = {"culture"};
  a.exclude = {{"title", "(?i)pear"}};
  a.type = "Fruit";
  auto wanted = catalogue({a});
  wanted.type_slugs = {{"Fruit", "fruit"}};
  configure(wanted, noon + 1h);
  EXPECT_THAT(titles(), ElementsAre("Apples"));
  EXPECT_THAT(titles({StreamId::Kind::topic, "culture"}), ElementsAre("Apples"));
  EXPECT_THAT(titles({StreamId::Kind::type, "fruit"}), ElementsAre("Apples"));
  EXPECT_EQ(store_->totals()->stories, 1u);
  configure(catalogue({partner("a")}), noon + 2h);
  EXPECT_THAT(titles(), ElementsAre("Apples", "Pears"));
  EXPECT_THAT(titles({StreamId::Kind::topic, "culture"}), IsEmpty());
}

TEST_P(StoreContract, AnItemPassesWhenEveryIncludePatternIsFound) {
  auto a = partner("a");
  a.include = {{"title", "(?i)partner"}, {"category", "^news$"}};
  configure(catalogue({a}));
  take({delivery("a", {{.id = "1", .title = "Partners", .categories = {"news"}},
                       {.id = "2", .title = "Partners"},
                       {.id = "3", .title = "Else", .categories = {"news"}}})});
  EXPECT_THAT(titles(), ElementsAre("Partners"));
}

TEST_P(StoreContract, AFeedThatIsConfiguredNoMoreIsInNoStreamAndComesBackWithTheSameIds) {
  configure(catalogue({partner("a"), partner("b")}));
  take({delivery("a", {{.id = "1", .title = "a"}}), delivery("b", {{.id = "1", .title = "b"}})});
  const auto before = latest();
  configure(catalogue({partner("b")}), noon + 1h);
  EXPECT_THAT(titles(), ElementsAre("b"));
  EXPECT_EQ(store_->totals()->feeds, 1u);
  configure(catalogue({partner("a"), partner("b")}), noon + 2h);
  const auto after = latest();
  ASSERT_EQ(after.entries.size(), 2u);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(after.entries[i].id, before.entries[i].id);
    EXPECT_EQ(after.entries[i].modified, before.entries[i].modified);
  }
}

TEST_P(StoreContract, AFeedKeepsItsKeyAndItemsWhenItsUrlChanges) {
  configure(catalogue({partner("a")}));
  take({delivery("a", {{.id = "1", .title = "a"}})});
  auto moved = partner("a");
  moved.url = "https://new.example.org/feed";
  configure(catalogue({moved}), noon + 1h);
  auto state = store_->feed_states()->at(0);
  EXPECT_EQ(state.key, "https://a.example.org/feed");
  EXPECT_EQ(state.configured_url, moved.url);
  EXPECT_EQ(state.url, moved.url);
  EXPECT_EQ(state.items, 1u);

  // Where a permanent redirect led, under another name.
  state.url = "https://newest.example.org/feed";
  take({Delivery{.state = state, .feed = nullptr}}, noon + 2h);
  Partner renamed{.url = "https://newest.example.org/feed", .name = "z", .slug = "z"};
  configure(catalogue({renamed}), noon + 3h);
  EXPECT_EQ(store_->feed_states()->at(0).key, "https://a.example.org/feed");
  EXPECT_THAT(titles({StreamId::Kind::partner, "z"}), ElementsAre("a"));

  // Somebody else may now have the first URL: another feed with another key.
  configure(catalogue({renamed, partner("a")}), noon + 4h);
  EXPECT_NE(store_->feed_states()->at(1).key, "https://a.example.org/feed");
  EXPECT_EQ(store_->feed_states()->at(1).items, 0u);
}

TEST_P(StoreContract, OurOwnEntriesComingBackAreNotPublishedAgain) {
  configure(catalogue({partner("a"), partner("b")}));
  take({delivery("a", {{.id = "1", .link = "https://a.example.org/1", .title = "a"}})});
  const auto ours = latest().entries.at(0).id;
  EXPECT_EQ(
      take({delivery("b", {{.id = ours, .link = "https://b.example.org/copy", .title = "a"}})}, noon + 1h)
          .fresh,
      0u);
  EXPECT_THAT(titles(), SizeIs(1));
}

TEST_P(StoreContract, EntryIdsAreAFunctionOfFeedAndIdentityAlone) {
  const auto id_in = [&](Timestamp now, const std::string& title) {
    TemporaryFolder folder;
    auto store = open(GetParam().url(folder), Access::write).value();
    EXPECT_TRUE(store->configure(catalogue({partner("z"), partner("a")}), now));
    EXPECT_TRUE(store->take(std::vector{delivery("z", {{.id = title, .title = "other"}})}, now));
    EXPECT_TRUE(store->take(std::vector{delivery("a", {{.id = "1", .title = title}})}, now + 1s));
    return store->latest({StreamId::Kind::partner, "a"}, 1)->entries.at(0).id;
  };
  EXPECT_EQ(id_in(noon, "x"), id_in(noon + 100h, "y"));
}

std::vector<Sample> backlog(const std::string& name, int count, const std::string& year) {
  std::vector<Sample> samples;
  for (int i = 0; i < count; ++i) {
    samples.push_back({.id = std::to_string(i),
                       .title = name + std::to_string(i),
                       .published = year + "-01-" + std::to_string(30 - i) + "T00:00:00Z"});
  }
  return samples;
}

TEST_P(StoreContract, ANewPartnersBacklogIsWelcomedWithItsNewestItemsOnly) {
  configure(catalogue({partner("a")}));
  take({delivery("a", backlog("a", 9, "2024"))});
  configure(catalogue({partner("a"), partner("b")}));
  take({delivery("b", backlog("b", 9, "2025"))});
  EXPECT_THAT(titles({}, 6), ElementsAre("b0", "b1", "b2", "b3", "b4", "a0"));
  EXPECT_THAT(titles({}, 50), SizeIs(18)) << "a front document is filled while there is room";
  EXPECT_THAT(titles({StreamId::Kind::partner, "b"}), SizeIs(9));
  // What is new after that comes in as from anyone.
  auto more = backlog("b", 9, "2025");
  more.insert(more.begin(), {.id = "new", .title = "new", .published = "2024-12-31T00:00:00Z"});
  take({delivery("b", more)}, noon + 1h);
  EXPECT_THAT(titles({}, 7), ElementsAre("b0", "b1", "b2", "b3", "b4", "new", "a0"));
}

TEST_P(StoreContract, ASitesFirstPartnersFillItsPages) {
  configure(catalogue({partner("a"), partner("b")}));
  take({delivery("a", backlog("a", 9, "2024"))});
  take({delivery("b", backlog("b", 9, "2025"))}, noon + 1h);
  EXPECT_THAT(titles({}, 9), ElementsAre("b0", "b1", "b2", "b3", "b4", "b5", "b6", "b7", "b8"));
}

TEST_P(StoreContract, AWithdrawnItemLeavesATombstoneAndStaysAway) {
  auto wanted = catalogue({partner("a")});
  configure(wanted);
  const std::vector<Sample> samples{{.id = "1", .link = "https://a.example.org/1", .title = "One"},
                                    {.id = "2", .link = "https://a.example.org/2", .title = "Two"}};
  take({delivery("a", samples)});
  const auto id = latest().entries.at(0).id;
  wanted.withdraw = {{.url = "http://www.a.example.org/1/", .reason = "wrong"}};
  configure(wanted, noon + 1h);
  auto again = samples;
  again[0].title = "One, again";
  take({delivery("a", again)}, noon + 2h);
  EXPECT_THAT(titles(), ElementsAre("Two"));
  auto graves = latest({StreamId::Kind::partner, "a"}).tombstones;
  ASSERT_THAT(graves, SizeIs(1));
  EXPECT_EQ(graves[0].id, id);
  EXPECT_EQ(graves[0].comment, "wrong");
  EXPECT_EQ(graves[0].when, noon + 1h);
  EXPECT_EQ(store_->totals()->stories, 1u);
  // Without the line it is back under its id, and no grave is left.
  wanted.withdraw.clear();
  configure(wanted, noon + 3h);
  EXPECT_THAT(titles(), SizeIs(2));
  EXPECT_THAT(latest().tombstones, IsEmpty());
}

TEST_P(StoreContract, AWithdrawalHoldsForWhatComesLaterAndUntilItEnds) {
  auto wanted = catalogue({partner("a"), partner("b")});
  wanted.withdraw = {{.url = "https://a.example.org/1", .until = noon + 10h}, {.id = "2"}, {.feed = "b"}};
  configure(wanted);
  take({delivery("a", {{.id = "1", .link = "https://a.example.org/1", .title = "By url"},
                       {.id = "2", .title = "By id"},
                       {.id = "3", .title = "Shown"}}),
        delivery("b", {{.id = "1", .title = "By feed"}})});
  EXPECT_THAT(titles(), ElementsAre("Shown"));
  EXPECT_THAT(latest().tombstones, IsEmpty()) << "nobody has seen them";
  take({}, noon + 10h);
  EXPECT_THAT(titles(), ElementsAre("By url", "Shown"));
}

TEST_P(StoreContract, AnEntryIdWithdrawsTheStoryWithAllItsCopies) {
  auto wanted = catalogue({partner("a"), partner("b")});
  configure(wanted);
  take({delivery("a", {{.id = "1", .link = "https://a.example.org/1", .title = "a"}}),
        delivery("b", {{.id = "1", .link = "https://a.example.org/1", .title = "b"}})});
  wanted.withdraw = {{.id = latest().entries.at(0).id}};
  configure(wanted, noon + 1h);
  EXPECT_THAT(titles(), IsEmpty());
  EXPECT_THAT(titles({StreamId::Kind::partner, "b"}), IsEmpty());
  EXPECT_THAT(latest().tombstones, SizeIs(1));
}

TEST_P(StoreContract, AnEntryThatItsFeedDeletesIsGoneForEver) {
  configure(catalogue({partner("a"), partner("b")}));
  const auto sent = delivery("a", {{.id = "1", .title = "One"}, {.id = "2", .title = "Two"}});
  take({sent, delivery("b", {{.id = "1", .title = "Of b"}})});
  auto deleting = delivery("a", {{.id = "2", .title = "Two"}});
  auto feed = std::make_shared<Feed>(*deleting.feed);
  feed->deleted = {{.ref = "1", .comment = "an error"}, {.ref = "unknown"}};
  deleting.feed = feed;
  take({deleting}, noon + 1h);
  EXPECT_THAT(titles(), ElementsAre("Two", "Of b"));
  EXPECT_EQ(latest().tombstones.at(0).comment, "an error");
  take({sent}, noon + 2h);
  EXPECT_THAT(titles(), ElementsAre("Two", "Of b"));
}

TEST_P(StoreContract, WhatACompleteFeedHasNoMoreIsGone) {
  configure(catalogue({partner("a")}));
  take({delivery("a", {{.id = "1", .title = "One"}, {.id = "2", .title = "Two"}})});
  auto complete = delivery("a", {{.id = "2", .title = "Two"}});
  auto feed = std::make_shared<Feed>(*complete.feed);
  feed->complete = true;
  complete.feed = feed;
  take({complete}, noon + 1h);
  EXPECT_THAT(titles(), ElementsAre("Two"));
}

TEST_P(StoreContract, AnUnknownFeedIsRefusedAndNothingOfTheBatchStays) {
  configure(catalogue({partner("a")}));
  const auto added =
      store_->take(std::vector{delivery("a", {{.id = "1", .title = "a"}}), delivery("nobody", {})}, noon);
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().where, "https://nobody.example.org/feed");
  EXPECT_EQ(store_->totals()->items, 0u);
  EXPECT_EQ(take({delivery("a", {{.id = "1", .title = "a"}})}).fresh, 1u);
}

TEST_P(StoreContract, SubscriptionsAtOurHubAreKeptByTopicAndCallback) {
  const HubSubscription one{.topic = "https://p.example.org/atom.xml",
                            .callback = "https://reader.example.net/?a=b",
                            .secret = "s",
                            .lease_until = noon + 10h,
                            .delivered = "hash"};
  HubSubscription other = one;
  other.callback = "https://other.example.net/";
  ASSERT_TRUE(store_->save_hub_subscriptions(std::vector{one, other}));
  HubSubscription again = one;
  again.failures = 2;
  again.next_try = noon + 1h;
  ASSERT_TRUE(store_->save_hub_subscriptions(std::vector{again}));
  ASSERT_TRUE(store_->remove_hub_subscription(other.topic, other.callback));
  reopen();
  const auto kept = store_->hub_subscriptions();
  ASSERT_TRUE(kept) << to_string(kept.error());
  EXPECT_THAT(*kept, ElementsAre(again));
}

TRIBUTARY_ON_EVERY_BACKEND(StoreContract);

}  // namespace
}  // namespace tributary::store
