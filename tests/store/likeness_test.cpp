#include "store/likeness.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <map>
#include <string>
#include <string_view>

#include "tests/store/pairs.hpp"

namespace tributary::store {
namespace {

struct Score {
  int pairs = 0, hard = 0,
      changed = 0;  ///< hard negatives; positives with a fifth or more of the words changed
  int right = 0, wrong = 0, missed = 0;  ///< said same and is; said same and isn't; is and wasn't said
  [[nodiscard]] double precision() const { return right / static_cast<double>(right + wrong); }
  [[nodiscard]] double recall() const { return right / static_cast<double>(right + missed); }
};

/// As the store goes about it: compared is only what shares a key.
bool said_same(const test::Pair& pair) {
  const auto one = wording_of(pair.one.title, pair.one.body),
             other = wording_of(pair.other.title, pair.other.body);
  const auto a = sketch_of(one), b = sketch_of(other);
  bool meet = false;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) meet = meet || a[i] == b[i];
  return meet && likeness(one, other).same;
}

Score score_of(const std::vector<test::Pair>& pairs, std::size_t half) {
  Score score;
  for (std::size_t i = half; i < pairs.size(); i += 2) {
    const auto& pair = pairs[i];
    const bool said = said_same(pair);
    ++score.pairs;
    if (!pair.same && pair.kind != test::Pair::Kind::unrelated && pair.kind != test::Pair::Kind::topic)
      ++score.hard;
    if (pair.same && pair.changed >= 0.2) ++score.changed;
    if (said && pair.same) ++score.right;
    if (said && !pair.same) ++score.wrong;
    if (!said && pair.same) ++score.missed;
  }
  return score;
}

TEST(Likeness, TellsTheLabelledPairsApart) {
  const auto pairs = test::labelled_pairs(2026);
  // The even pairs served to choose the thresholds; the odd ones say what they are worth.
  const auto chosen_on = score_of(pairs, 0), held_out = score_of(pairs, 1);
  EXPECT_GE(chosen_on.pairs + held_out.pairs, 400);
  EXPECT_GE(chosen_on.hard + held_out.hard, 150);
  EXPECT_GE(chosen_on.changed + held_out.changed, 100);
  for (const auto& [name, score] :
       {std::pair("thresholds chosen on", chosen_on), std::pair("held out", held_out)}) {
    std::printf(
        "%s: %d pairs, %d hard negatives, %d positives with a fifth or more changed: precision %.4f, recall "
        "%.4f\n",
        name, score.pairs, score.hard, score.changed, score.precision(), score.recall());
  }
  EXPECT_GE(held_out.precision(), 0.99);
  EXPECT_GE(held_out.recall(), 0.9);
}

TEST(Likeness, HoldsOnPairsOfOtherSeedsToo) {
  Score sum;
  for (unsigned seed = 1; seed <= 5; ++seed) {
    for (const auto half : {0, 1}) {
      const auto score = score_of(test::labelled_pairs(seed), static_cast<std::size_t>(half));
      sum.right += score.right;
      sum.wrong += score.wrong;
      sum.missed += score.missed;
    }
  }
  std::printf("five other seeds: precision %.4f, recall %.4f\n", sum.precision(), sum.recall());
  EXPECT_GE(sum.precision(), 0.99);
  EXPECT_GE(sum.recall(), 0.9);
}

constexpr std::string_view notice =
    "The reading circle of Dunmere meets again in the small hall. This time the members will discuss a novel "
    "about "
    "a lighthouse keeper and his letters. Guests are welcome, admission is free, and nobody has to have read "
    "the "
    "whole book. Afterwards there will be tea and a look at the new arrivals.";

TEST(Likeness, ACancellationIsNotThePieceThatItRepeats) {
  const auto announced = wording_of("Reading circle in Dunmere", notice);
  const auto cancelled = wording_of("Cancelled: reading circle in Dunmere", notice);
  EXPECT_TRUE(likeness(announced, wording_of("Dunmere reads", notice)).same);
  EXPECT_FALSE(likeness(announced, cancelled).same);
}

TEST(Likeness, AnotherNumberIsAnotherPiece) {
  const auto part_one = wording_of("Reading circle, part 1", notice);
  EXPECT_FALSE(likeness(part_one, wording_of("Reading circle, part 2", notice)).same);
  EXPECT_TRUE(likeness(part_one, wording_of("Reading circle", notice)).same)
      << "what one leaves out is no contradiction";
}

// Sentences that differ in everything but the words that a city's press office uses every day.
constexpr std::array shared{
    "The regional council announces a survey of the river basin with farmers, schools and volunteers. ",
    "Funding covers repairs of the harbour, a network of monitoring stations and training for volunteers. ",
    "Several schools have already promised to take part in the training beside the railing of the harbour. "};
constexpr std::string_view first_own =
    "Volunteers from several schools repaired the harbour railing while farmers watched the monitoring "
    "survey. "
    "A training station opens beside the basin; the council covers nothing of it. ";
constexpr std::string_view second_own =
    "Monitoring begins with training: farmers survey the railing, schools watch the council. The harbour "
    "station "
    "covers several repairs, and nothing behind the basin opens while volunteers announce funding. ";

TEST(Likeness, AParagraphInCommonAndTheSameVocabularyAreNotTheSamePiece) {
  const std::string one = std::string(shared[0]) + std::string(first_own);
  const std::string other = std::string(second_own) + shared[0];
  const auto alike = likeness(wording_of("Railing mended", one), wording_of("Stations planned", other));
  EXPECT_GE(alike.words, 0.55) << "else this shows nothing";
  EXPECT_FALSE(alike.same);
}

TEST(Likeness, UnderAnotherTitleNoStretchMayGoItsOwnWay) {
  const std::string common = std::string(shared[0]) + shared[1] + shared[2];
  const std::string one = common + std::string(first_own), other = common + std::string(second_own);
  const auto alike = likeness(wording_of("Railing mended", one), wording_of("Stations planned", other));
  EXPECT_GE(alike.pairs, 0.6 * alike.words * alike.words) << "else this shows nothing";
  EXPECT_FALSE(alike.same);
  EXPECT_TRUE(likeness(wording_of("Railing mended", one), wording_of("Stations planned", one)).same);
}

TEST(Likeness, ShortTextsAreNotCompared) {
  const auto brief = wording_of("Closed today", "We are closed today and open tomorrow.");
  EXPECT_FALSE(brief.comparable);
  EXPECT_TRUE(sketch_of(brief).empty());
  EXPECT_FALSE(likeness(brief, brief).same);
}

TEST(Likeness, ScriptsWithoutSpacesAndCapitalsAreComparedByCharacter) {
  const std::string_view text =
      "図書館の読書会は来週の金曜日に開かれます。参加は無料で、誰でも歓迎します。お茶とお菓子を用意してお待ち"
      "しています。";
  const auto one = wording_of("読書会", text);
  EXPECT_TRUE(one.comparable);
  EXPECT_TRUE(likeness(one, wording_of("お知らせ", std::string(text) + "詳しくは事務所へ。")).same);
}

}  // namespace
}  // namespace tributary::store
