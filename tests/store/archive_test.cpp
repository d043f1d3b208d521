#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "tests/store/samples.hpp"

namespace tributary::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;

class Archives : public testing::TestWithParam<Kind> {
 protected:
  void SetUp() override {
    wanted_ = catalogue({partner("a"), partner("b")});
    wanted_.publish.items = 3;
    reopen();
  }
  void reopen() {
    store_.reset();
    const auto url = GetParam().url(folder_);
    if (url.empty()) GTEST_SKIP() << "no PostgreSQL was started: tests/support/with-postgresql does";
    auto opened = open(url, Access::write);
    ASSERT_TRUE(opened) << to_string(opened.error());
    store_ = std::move(*opened);
  }
  void configure(Timestamp now = noon) { ASSERT_TRUE(store_->configure(wanted_, now)); }
  void take(const Delivery& delivery, Timestamp now = noon) {
    ASSERT_TRUE(store_->take(std::vector{delivery}, now));
  }
  Unpublished publish(Timestamp now = noon) {
    auto found = store_->close_pages(now).value();
    EXPECT_TRUE(store_->published(found, "settings", now));
    return found;
  }
  static std::vector<std::string> titles(const std::vector<StreamEntry>& entries) {
    std::vector<std::string> found;
    for (const auto& entry : entries) found.push_back(entry.item.title->plain);
    return found;
  }
  std::vector<std::string> front(const StreamId& id = {}) {
    return titles(store_->front(id, wanted_.publish.items)->stream.entries);
  }
  std::vector<std::string> page(std::uint32_t number, const StreamId& id = {}) {
    return titles(store_->closed_page(id, number)->entries);
  }

  TemporaryFolder folder_;
  Catalogue wanted_;
  std::unique_ptr<Store> store_;
};

std::vector<Sample> days(const std::string& name, int from, int to) {
  std::vector<Sample> samples;
  for (int day = to; day >= from; --day) {
    const auto two = std::string(day < 10 ? "0" : "") + std::to_string(day);
    samples.push_back({.id = name + two,
                       .link = "https://" + name + ".example.org/" + two,
                       .title = name + two,
                       .published = "2026-01-" + two + "T00:00:00Z"});
  }
  return samples;
}

TEST_P(Archives, FullPagesAreClosedAndTheFrontDocumentHoldsTheRest) {
  configure();
  take(delivery("a", days("a", 1, 8)));
  const auto first = publish();
  EXPECT_THAT(front(), ElementsAre("a08", "a07", "a06"));
  EXPECT_EQ(store_->front({}, 3)->last_archive, 2u);
  EXPECT_THAT(page(1), ElementsAre("a01", "a02", "a03"));
  EXPECT_THAT(page(2), ElementsAre("a04", "a05", "a06"));
  EXPECT_THAT(page(3), IsEmpty());
  EXPECT_THAT(first.archives, SizeIs(4)) << "two of the front's, two of the partner's";
  EXPECT_THAT(first.streams, ElementsAre(StreamId{}, StreamId{StreamId::Kind::partner, "a"}));
  EXPECT_THAT(first.days, SizeIs(8));
  EXPECT_TRUE(store_->close_pages(noon)->empty());
}

TEST_P(Archives, OneNewItemTouchesOnlyItsOwnStreams) {
  configure();
  take(delivery("a", days("a", 1, 8)));
  publish();
  take(delivery("b", days("b", 9, 9)), noon + 1h);
  const auto found = publish(noon + 1h);
  EXPECT_THAT(found.streams, ElementsAre(StreamId{}, StreamId{StreamId::Kind::partner, "b"}));
  EXPECT_THAT(found.days, ElementsAre(at("2026-01-09T00:00:00Z")));
  EXPECT_THAT(found.archives, ElementsAre(Unpublished::Archive{{}, 3}));
  EXPECT_THAT(page(3), ElementsAre("a07", "a08", "b09"));
}

TEST_P(Archives, ALateArrivalIsInTheFrontDocumentUntilAPageHoldsIt) {
  configure();
  take(delivery("a", days("a", 5, 9)));
  publish();
  take(delivery("b", days("b", 1, 1)), noon + 1h);
  publish(noon + 1h);
  EXPECT_THAT(front(), ElementsAre("a09", "a08", "a07", "b01")) << "carried: its page was closed at once";
  EXPECT_THAT(page(2), ElementsAre("a08", "a09", "b01"));
  take(delivery("a", days("a", 10, 10)), noon + 72h);
  publish(noon + 72h);
  EXPECT_THAT(front(), ElementsAre("a10", "a09", "a08"));
}

TEST_P(Archives, ABacklogIsClosedAtOnce) {
  configure();
  take(delivery("a", days("a", 20, 21)));
  publish();
  take(delivery("b", days("b", 1, 9)), noon + 1h);
  publish(noon + 1h);
  EXPECT_THAT(page(1), ElementsAre("a20", "a21", "b01"));
  EXPECT_THAT(page(2), ElementsAre("b02", "b03", "b04")) << "the backlog, and then the five that are welcome";
  EXPECT_THAT(page(3), ElementsAre("b05", "b06", "b07"));
  EXPECT_THAT(front(), ElementsAre("a21", "a20", "b09", "b08")) << "no page holds the last yet";
  wanted_.publish.welcome = 0;
  wanted_.partners.push_back(partner("c"));
  configure(noon + 2h);
  take(delivery("c", days("c", 1, 4)), noon + 2h);
  const auto found = publish(noon + 2h);
  EXPECT_THAT(front({StreamId::Kind::partner, "c"}), SizeIs(3));
  EXPECT_THAT(page(1, {StreamId::Kind::partner, "c"}), ElementsAre("c01", "c02", "c03"));
  EXPECT_THAT(page(2, {StreamId::Kind::partner, "c"}), ElementsAre("c04"));
}

TEST_P(Archives, AClosedPageChangesWithATombstoneThatTheFrontDocumentCarriesToo) {
  configure();
  take(delivery("a", days("a", 1, 8)));
  publish();
  const auto gone = store_->closed_page({}, 1)->entries.at(1).id;
  wanted_.withdraw = {{.url = "https://a.example.org/02", .reason = "wrong"}};
  configure(noon + 1h);
  const auto found = publish(noon + 1h);
  EXPECT_THAT(found.archives, ElementsAre(Unpublished::Archive{{}, 1},
                                          Unpublished::Archive{{StreamId::Kind::partner, "a"}, 1}));
  EXPECT_THAT(page(1), ElementsAre("a01", "a03"));
  ASSERT_THAT(store_->closed_page({}, 1)->tombstones, SizeIs(1));
  EXPECT_EQ(store_->closed_page({}, 1)->tombstones[0].id, gone);
  EXPECT_EQ(store_->front({}, 3)->stream.tombstones.at(0).id, gone);
  EXPECT_EQ(store_->front({}, 3)->updated, noon + 1h);
  // Brought back, it is where it was.
  wanted_.withdraw.clear();
  configure(noon + 2h);
  publish(noon + 2h);
  EXPECT_THAT(page(1), ElementsAre("a01", "a02", "a03"));
  EXPECT_THAT(front(), ElementsAre("a08", "a07", "a06", "a02"));
  EXPECT_EQ(store_->front({}, 3)->updated, noon + 1h) << "it never goes back";
}

TEST_P(Archives, ACorrectionChangesItsClosedPageAndACosmeticChangeDoesNot) {
  configure();
  auto samples = days("a", 1, 8);
  take(delivery("a", samples));
  publish();
  samples.back().title = "a01 ";
  samples.back().text = "";
  take(delivery("a", samples), noon + 1h);
  EXPECT_THAT(publish(noon + 1h).archives, IsEmpty());
  samples.back().title = "a01, mended";
  samples.back().updated = "2026-01-02T12:00:00Z";
  take(delivery("a", samples), noon + 2h);
  const auto found = publish(noon + 2h);
  EXPECT_THAT(found.archives, SizeIs(2));
  EXPECT_THAT(page(1), ElementsAre("a01, mended", "a02", "a03"));
  EXPECT_THAT(front(), ElementsAre("a08", "a07", "a06", "a01, mended")) << "said in the front document too";
}

TEST_P(Archives, AFeedThatIsConfiguredNoMoreLeavesFrontsAndStaysInArchives) {
  configure();
  take(delivery("a", days("a", 1, 4)));
  take(delivery("b", days("b", 5, 6)));
  publish();
  wanted_.partners = {partner("b")};
  configure(noon + 1h);
  publish(noon + 1h);
  EXPECT_THAT(front(), ElementsAre("b06", "b05"));
  EXPECT_THAT(page(1), ElementsAre("a01", "a02", "a03"));
  EXPECT_THAT(page(2), ElementsAre("a04", "b05", "b06"));
  EXPECT_THAT(store_->closed_page({}, 1)->tombstones, IsEmpty());
}

TEST_P(Archives, WhatWasNotMarkedAsPublishedIsStillUnpublished) {
  configure();
  take(delivery("a", days("a", 1, 4)));
  const auto first = store_->close_pages(noon).value();
  EXPECT_EQ(first.settings, "");
  reopen();
  const auto again = store_->close_pages(noon + 1h).value();
  EXPECT_EQ(again.archives, first.archives);
  EXPECT_EQ(again.streams, first.streams);
  take(delivery("b", days("b", 1, 1)), noon + 1h);  // while the files were being written
  ASSERT_TRUE(store_->published(again, "made so", noon + 1h));
  reopen();
  const auto after = store_->close_pages(noon + 1h).value();
  EXPECT_EQ(after.settings, "made so");
  EXPECT_THAT(after.streams, ElementsAre(StreamId{}, StreamId{StreamId::Kind::partner, "b"}));
}

TEST_P(Archives, WeeksAreReadByModifiedWhateverTheOrderOfThePages) {
  for (const auto order : {Order::modified, Order::published, Order::first_seen}) {
    wanted_.publish.order = order;
    configure();
    auto samples = days("a", 1, 4);
    samples[0].updated = "2026-02-10T00:00:00Z";  // a04
    take(delivery("a", samples));
    EXPECT_THAT(titles(store_->between(at("2026-01-02T00:00:00Z"), at("2026-01-04T00:00:00Z"), 10).value()),
                ElementsAre("a03", "a02"));
    EXPECT_THAT(titles(store_->between(at("2026-01-01T00:00:00Z"), at("2026-12-01T00:00:00Z"), 2).value()),
                ElementsAre("a04", "a03"));
    EXPECT_EQ(store_->nearest_before(noon).value(), at("2026-02-10T00:00:00Z"));
    EXPECT_EQ(store_->nearest_before(at("2026-02-10T00:00:00Z")).value(), at("2026-01-03T00:00:00Z"));
    EXPECT_EQ(store_->nearest_before(at("2026-01-01T00:00:00Z")).value(), std::nullopt);
    EXPECT_EQ(store_->nearest_from(at("2026-01-03T00:00:00Z")).value(), at("2026-01-03T00:00:00Z"));
    EXPECT_EQ(store_->nearest_from(at("2026-01-03T00:00:01Z")).value(), at("2026-02-10T00:00:00Z"));
    const auto streams = store_->streams().value();
    for (const auto& id : streams) {
      EXPECT_TRUE(id.kind != StreamId::Kind::all || id.slug.empty());
    }
  }
}

/// A subscriber's view of one stream: what the published files say.
struct Files {
  struct Document {
    std::vector<std::pair<std::string, std::string>> entries;  ///< id, title
    std::vector<std::string> tombstones;
    friend bool operator==(const Document&, const Document&) = default;
  };
  Document front;
  std::uint32_t last_archive = 0;
  std::optional<Timestamp> updated;
  std::map<std::uint32_t, Document> pages;
};

Files::Document document(const std::vector<StreamEntry>& entries, const std::vector<Tombstone>& tombstones) {
  Files::Document made;
  for (const auto& entry : entries) made.entries.emplace_back(entry.id, entry.item.title->plain);
  for (const auto& tombstone : tombstones) made.tombstones.push_back(tombstone.id);
  return made;
}

/// A site with its partners, living through random days: items that are new, late, edited, touched up,
/// carried by several partners, deleted, withdrawn and brought back; partners who join with a backlog, go and
/// return; publications that die half-way, and restarts.
class Life {
 public:
  Life(Kind kind, unsigned seed) : kind_(std::move(kind)), random_(seed) {
    wanted_ = catalogue({});
    wanted_.publish.items = 4;
    wanted_.publish.welcome = 2;
    for (const auto* name : {"a", "b", "c"}) join(name);
    reopen();
    configure();
  }

  void live(int steps) {
    for (int step = 0; step < steps; ++step) {
      now_ += std::chrono::minutes(1 + below(600));
      happen();
      if (below(3) == 0) publish(below(6) == 0);
      if (below(20) == 0) {
        reopen();
        configure();
      }
      if (testing::Test::HasFatalFailure()) return;
    }
    publish(false);
  }

  /// The chain from the front document gives every entry that was ever published once.
  void check() {
    for (const auto& [id, files] : files_) {
      SCOPED_TRACE("stream " + std::to_string(static_cast<int>(id.kind)) + " " + id.slug);
      std::map<std::string, int> found;
      for (const auto& [number, page] : files.pages) {
        ASSERT_LE(page.entries.size(), wanted_.publish.items);
        for (const auto& [entry, title] : page.entries) {
          EXPECT_EQ(++found[entry], 1) << entry << " is on two closed pages, the second is " << number;
        }
      }
      EXPECT_EQ(files.pages.size(), files.last_archive) << "a page of the chain was never written";
      std::set<std::string> walked, buried(files.front.tombstones.begin(), files.front.tombstones.end());
      for (const auto& [entry, count] : found) walked.insert(entry);
      for (const auto& [number, page] : files.pages)
        buried.insert(page.tombstones.begin(), page.tombstones.end());
      std::set<std::string> in_front;
      for (const auto& [entry, title] : files.front.entries) {
        EXPECT_TRUE(in_front.insert(entry).second) << entry << " is in the front document twice";
        walked.insert(entry);
      }
      const auto left = left_.find(id);
      for (const auto& entry : ever_[id]) {
        if (left != left_.end() && left->second.contains(entry)) continue;
        EXPECT_TRUE(walked.contains(entry) || buried.contains(entry)) << entry << " is lost";
      }
      // Written a little at a time, the files say what they would say written all at once.
      const auto front = store_->front(id, wanted_.publish.items).value();
      EXPECT_EQ(files.front, document(front.stream.entries, front.stream.tombstones));
      EXPECT_EQ(files.updated, front.updated);
      for (const auto& [number, page] : files.pages) {
        const auto whole = store_->closed_page(id, number).value();
        std::vector<std::string> ids, ids_now;
        for (const auto& entry : page.entries) ids.push_back(entry.first);
        for (const auto& entry : whole.entries) ids_now.push_back(entry.id);
        EXPECT_EQ(ids, ids_now) << "page " << number;
      }
    }
  }

 private:
  unsigned below(unsigned limit) { return static_cast<unsigned>(random_() % limit); }
  const std::string& any_feed() {
    return wanted_.partners[below(static_cast<unsigned>(wanted_.partners.size()))].name;
  }

  void join(const std::string& name) {
    auto fresh = partner(name);
    if (below(2) == 0) fresh.topics = {"business"};
    wanted_.partners.push_back(fresh);
    for (unsigned i = 0; i < 7; ++i) add(name);
  }
  void add(const std::string& feed) {
    const auto n = std::to_string(++count_);
    const bool late = below(4) == 0;
    Sample sample{.id = feed + n,
                  .link = "https://" + feed + ".example.org/" + n,
                  .title = "Title " + n,
                  .text = "Text of item " + n};
    const auto when = now_ - (late ? std::chrono::hours(24 + below(24 * 300)) : std::chrono::hours(below(2)));
    if (below(10) != 0) sample.published = to_rfc3339(when);
    if (below(8) == 0 && !links_.empty()) sample.link = links_[below(static_cast<unsigned>(links_.size()))];
    links_.push_back(sample.link);
    windows_[feed].insert(windows_[feed].begin(), sample);
    if (windows_[feed].size() > 9) windows_[feed].pop_back();
  }
  void happen() {
    if (wanted_.partners.empty()) {
      join("a" + std::to_string(++count_));
      configure();
    }
    const auto feed = any_feed();
    auto& window = windows_[feed];
    Feed extra;
    switch (below(12)) {
      case 0:
        if (!window.empty()) {
          auto& sample = window[below(static_cast<unsigned>(window.size()))];
          sample.text = "Rewritten " + std::to_string(++count_);
        }
        break;
      case 1:
        if (!window.empty()) window[below(static_cast<unsigned>(window.size()))].text += "  ";
        break;
      case 2:
        if (!window.empty()) {
          const auto at = below(static_cast<unsigned>(window.size()));
          extra.deleted.push_back({.ref = window[at].id});
          window.erase(window.begin() + at);
        }
        break;
      case 3:
        if (!links_.empty()) {
          wanted_.withdraw.push_back({.url = links_[below(static_cast<unsigned>(links_.size()))]});
          configure();
        }
        break;
      case 4:
        if (!wanted_.withdraw.empty()) {
          wanted_.withdraw.erase(wanted_.withdraw.begin());
          configure();
        }
        break;
      case 5:
        if (wanted_.partners.size() < 5) {
          join("n" + std::to_string(++count_));
          configure();
          return;
        }
        break;
      case 6:
        if (below(4) == 0) {
          // What leaves before a page holds it has left: archives keep only what they held.
          away_.push_back(wanted_.partners.back());
          wanted_.partners.pop_back();
          remember_open_entries();
          configure();
          return;
        }
        break;
      case 7:
        if (!away_.empty()) {
          wanted_.partners.push_back(away_.back());
          away_.pop_back();
          configure();
          return;
        }
        break;
      default:
        for (unsigned i = 1 + below(3); i > 0; --i) add(feed);
        break;
    }
    auto made = delivery(feed, window);
    auto whole = std::make_shared<Feed>(*made.feed);
    whole->deleted = extra.deleted;
    made.feed = whole;
    const auto taken = store_->take(std::vector{made}, now_);
    ASSERT_TRUE(taken) << to_string(taken.error());
  }
  void remember_open_entries() {
    for (const auto& [id, files] : files_) {
      for (const auto& [entry, title] : files.front.entries) left_[id].insert(entry);
    }
  }

  void publish(bool dies) {
    const auto news = store_->close_pages(now_);
    ASSERT_TRUE(news) << to_string(news.error());
    std::map<StreamId, std::set<std::string>> changed;
    for (const auto& [id, number] : news->archives) {
      if (dies && below(2) == 0) return;
      const auto page = store_->closed_page(id, number).value();
      auto fresh = document(page.entries, page.tombstones);
      auto& written = files_[id].pages[number];
      for (const auto& entry : fresh.entries) {
        ever_[id].insert(entry.first);
        if (!written.entries.empty() && std::ranges::find(written.entries, entry) == written.entries.end())
          changed[id].insert(entry.first);
      }
      for (const auto& entry : fresh.tombstones) {
        if (std::ranges::find(written.tombstones, entry) == written.tombstones.end())
          changed[id].insert(entry);
      }
      written = std::move(fresh);
    }
    for (const auto& id : news->streams) {
      if (dies && below(2) == 0) return;
      const auto front = store_->front(id, wanted_.publish.items).value();
      auto& files = files_[id];
      if (files.updated) {
        ASSERT_TRUE(front.updated && *front.updated >= *files.updated) << "updated went back";
      }
      files.front = document(front.stream.entries, front.stream.tombstones);
      files.last_archive = front.last_archive;
      files.updated = front.updated;
      for (const auto& entry : files.front.entries) ever_[id].insert(entry.first);
      // What changed on a closed page is said in the front document.
      std::set<std::string> said(files.front.tombstones.begin(), files.front.tombstones.end());
      for (const auto& entry : files.front.entries) said.insert(entry.first);
      // What has left the stream meanwhile, with a feed that is configured no more, is in no front document.
      std::set<std::string> standing;
      const auto stream = store_->latest(id, 100'000).value();
      for (const auto& entry : stream.entries) standing.insert(entry.id);
      for (const auto& tombstone : stream.tombstones) standing.insert(tombstone.id);
      for (const auto& entry : changed[id]) {
        if (!standing.contains(entry)) continue;
        EXPECT_TRUE(said.contains(entry)) << entry << " changed behind its readers' backs";
      }
    }
    ASSERT_TRUE(store_->published(*news, "", now_));
  }
  void configure() {
    const auto done = store_->configure(wanted_, now_);
    ASSERT_TRUE(done) << to_string(done.error());
  }
  void reopen() {
    store_.reset();
    store_ = open(kind_.url(folder_), Access::write).value();
  }

  Kind kind_;
  TemporaryFolder folder_;
  std::mt19937 random_;
  Catalogue wanted_;
  std::unique_ptr<Store> store_;
  Timestamp now_ = noon;
  int count_ = 0;
  std::vector<std::string> links_;
  std::map<std::string, std::vector<Sample>> windows_;
  std::vector<Partner> away_;
  std::map<StreamId, Files> files_;
  std::map<StreamId, std::set<std::string>> ever_, left_;
};

class ArchiveChain : public testing::TestWithParam<Kind> {};

TEST_P(ArchiveChain, GivesEveryEntryEverPublishedExactlyOnce) {
  if (GetParam().url(TemporaryFolder()).empty()) {
    GTEST_SKIP() << "no PostgreSQL was started: tests/support/with-postgresql does";
  }
  const unsigned seeds = GetParam().name == "sqlite" ? 8 : 2;  // a server is asked over a wire
  for (unsigned seed = 1; seed <= seeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Life life(GetParam(), seed);
    life.live(250);
    life.check();
    if (testing::Test::HasFailure()) return;
  }
}

TRIBUTARY_ON_EVERY_BACKEND(Archives);
TRIBUTARY_ON_EVERY_BACKEND(ArchiveChain);

}  // namespace
}  // namespace tributary::store
