#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/store/samples.hpp"

namespace tributary::store {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;

class Explaining : public testing::TestWithParam<Kind> {
 protected:
  void SetUp() override {
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
  Explanation explain(const std::string& what) {
    const auto found = store_->explain(what);
    EXPECT_TRUE(found) << to_string(found.error());
    EXPECT_THAT(*found, SizeIs(1)) << what;
    return found && !found->empty() ? found->front() : Explanation{};
  }
  std::vector<std::string> titles() {
    std::vector<std::string> found;
    const auto stream = store_->latest({}, 50).value();
    for (const auto& entry : stream.entries) found.push_back(entry.item.title->plain);
    return found;
  }

  TemporaryFolder folder_;
  std::unique_ptr<Store> store_;
};

TEST_P(Explaining, SaysWhereAStoryComesFromAndWhyItIsOne) {
  auto a = partner("a");
  a.topics = {"business"};
  a.type = "News";
  configure(catalogue({a, partner("b")}));
  take({delivery("b", {{.id = "b1", .link = "https://a.example.org/x", .title = "As b has it"}})});
  take({delivery("a", {{.id = "a1",
                        .link = "https://a.example.org/x?utm_source=a",
                        .title = "As a has it",
                        .published = "2026-02-01T00:00:00Z"}})},
       noon + 1h);
  const auto story = explain("http://www.a.example.org/x/");
  EXPECT_TRUE(story.shown);
  EXPECT_EQ(story.winner_because, "it is on its partner's own site");
  ASSERT_THAT(story.copies, SizeIs(2));
  const auto& winner = story.copies[0];
  EXPECT_EQ(winner.partner, "a");
  EXPECT_EQ(winner.guid, "a1");
  EXPECT_EQ(winner.type, "News");
  EXPECT_THAT(winner.topics, ElementsAre("business"));
  EXPECT_EQ(winner.identity_rule, "its id");
  EXPECT_EQ(winner.date_rule, "the item's own date");
  EXPECT_EQ(winner.claimed, at("2026-02-01T00:00:00Z"));
  EXPECT_THAT(winner.why_not, IsEmpty());
  ASSERT_THAT(winner.ties, SizeIs(1));
  EXPECT_EQ(winner.ties[0].because, "the same address");
  EXPECT_EQ(winner.ties[0].other, "https://a.example.org/x");
  EXPECT_THAT(story.copies[1].date_rule, HasSubstr("first sight"));
  ASSERT_THAT(story.places, SizeIs(4)) << "front, topic and both partners";
  EXPECT_EQ(story.places[0].front, 1u);
  // The same by any of its names.
  EXPECT_EQ(explain(story.id).id, story.id);
  EXPECT_EQ(explain("b1").id, story.id);
  EXPECT_THAT(store_->explain("https://nobody.example.org/").value(), IsEmpty());
}

TEST_P(Explaining, SaysWhyAnItemIsNotShown) {
  auto a = partner("a");
  a.exclude = {{"title", "(?i)advert"}};
  a.future = FutureDates::hold;
  auto wanted = catalogue({a});
  wanted.withdraw = {{.url = "https://a.example.org/2", .reason = "a mistake"}};
  configure(wanted);
  take({delivery("a", {{.id = "1", .link = "https://a.example.org/1", .title = "Advertisement"},
                       {.id = "2", .link = "https://a.example.org/2", .title = "Wrong"},
                       {.id = "3",
                        .link = "https://a.example.org/3",
                        .title = "Later",
                        .published = "2026-05-01T00:00:00Z"}})});
  EXPECT_THAT(explain("https://a.example.org/1").copies[0].why_not,
              ElementsAre("exclude: title has \"(?i)advert\""));
  EXPECT_THAT(explain("https://a.example.org/2").copies[0].why_not, ElementsAre(HasSubstr("a mistake")));
  EXPECT_THAT(explain("https://a.example.org/3").copies[0].why_not, ElementsAre(HasSubstr("2026-05-01")));
  EXPECT_FALSE(explain("https://a.example.org/3").shown);
  configure(catalogue({}), noon + 1h);
  EXPECT_THAT(explain("https://a.example.org/1").copies[0].why_not,
              testing::Contains("its feed is configured no more"));
}

TEST_P(Explaining, KeepsWhatAnItemWasBeforeItsTextReallyChanged) {
  configure(catalogue({partner("a")}));
  Sample sample{.id = "1", .link = "https://a.example.org/1", .title = "Tea", .text = "We drink tea."};
  take({delivery("a", {sample})});
  sample.text = "We  drink tea.";
  take({delivery("a", {sample})}, noon + 1h);
  sample.title = "Coffee";
  sample.text = "Nobody here drinks anything else.";
  take({delivery("a", {sample})}, noon + 2h);
  const auto story = explain("https://a.example.org/1");
  ASSERT_THAT(story.copies[0].revisions, SizeIs(1)) << "white space is no revision";
  EXPECT_EQ(story.copies[0].revisions[0].title, "Tea");
  EXPECT_EQ(story.copies[0].revisions[0].until, noon + 2h);
  EXPECT_TRUE(story.copies[0].revisions[0].moved);
  EXPECT_EQ(story.modified, noon + 2h);
}

std::vector<Sample> posts(const std::string& id, int count, int from_day, const std::string& line = {}) {
  std::vector<Sample> samples;
  for (int i = 0; i < count; ++i) {
    const auto n = std::to_string(i);
    const auto day = from_day + i;
    samples.push_back(
        {.id = id + n,
         .link = "https://a.example.org/" + id + n,
         .title = "Post " + id + n,
         .text = "Something that was written about subject number " + n + " of many." + line,
         .published = std::string("2026-01-") + (day < 10 ? "0" : "") + std::to_string(day) + "T00:00:00Z"});
  }
  return samples;
}

TEST_P(Explaining, AFeedThatRewritesEverythingALittleMovesNothing) {
  configure(catalogue({partner("a")}));
  take({delivery("a", posts("x", 8, 1))});
  const auto before = titles();
  EXPECT_EQ(take({delivery("a", posts("x", 8, 1, " Share this!"))}, noon + 1h).changed, 8u);
  EXPECT_EQ(titles(), before);
  EXPECT_EQ(store_->latest({}, 1)->entries.at(0).modified, at("2026-01-08T00:00:00Z"));
  EXPECT_FALSE(explain("https://a.example.org/x1").copies[0].revisions.at(0).moved);
}

TEST_P(Explaining, AnItemThatChangesALittleAgainAndAgainStaysWhereItIs) {
  configure(catalogue({partner("a")}));
  Timestamp now = noon;
  for (int comments = 0; comments < 6; ++comments, now += 1h) {
    auto samples = posts("x", 2, 1);
    samples[0].text += " " + std::to_string(comments) + " comments";
    take({delivery("a", samples)}, now);
  }
  EXPECT_EQ(store_->latest({}, 1)->entries.at(0).modified, noon + 3h);
}

TEST_P(Explaining, AFloodOfKnownLookingItemsIsHeldUntilAnAdminReleasesIt) {
  configure(catalogue({partner("a")}));
  take({delivery("a", posts("x", 15, 1))});
  auto flood = delivery("a", posts("y", 12, 2));
  for (auto& sample : posts("y", 12, 2)) EXPECT_THAT(sample.id, testing::StartsWith("y"));
  flood.state.last_fetch = noon + 1h;
  take({flood}, noon + 1h);
  EXPECT_THAT(titles(), SizeIs(15));
  auto state = store_->feed_states()->at(0);
  EXPECT_EQ(state.status, FeedStatus::held);
  EXPECT_THAT(state.last_error, HasSubstr("12 items"));
  EXPECT_THAT(explain("https://a.example.org/y3").copies[0].why_not, ElementsAre(HasSubstr("burst")));
  // Fetches go on meanwhile and release nothing.
  flood.state.last_fetch = noon + 2h;
  take({flood}, noon + 2h);
  EXPECT_EQ(store_->feed_states()->at(0).status, FeedStatus::held);
  EXPECT_THAT(titles(), SizeIs(15));
  state = store_->feed_states()->at(0);
  state.status = FeedStatus::ok;
  take({Delivery{.state = state}}, noon + 3h);
  EXPECT_THAT(titles(), SizeIs(27));
  EXPECT_EQ(store_->feed_states()->at(0).status, FeedStatus::ok);
}

TEST_P(Explaining, ManyReallyNewItemsAreNoFlood) {
  configure(catalogue({partner("a")}));
  take({delivery("a", posts("x", 12, 1))});
  take({delivery("a", posts("y", 12, 14))}, noon + 1h);
  EXPECT_THAT(titles(), SizeIs(24));
}

TRIBUTARY_ON_EVERY_BACKEND(Explaining);

}  // namespace
}  // namespace tributary::store
