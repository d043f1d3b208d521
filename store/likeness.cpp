#include "store/likeness.hpp"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <limits>
#include <string>
#include <unordered_map>

#include "store/hash.hpp"

namespace tributary::store {
namespace {

constexpr std::size_t fewest_words = 20;    // of a text that can be compared at all
constexpr std::size_t content_letters = 5;  // shorter words are mostly grammar, in the languages of Europe
constexpr std::size_t most_words = 3000;    // of a text; what comes after decides nothing
constexpr int bands = 8;

// Chosen on the first half of the labelled pairs (tests/store/likeness_test.cpp).
constexpr double least_words = 0.55;
constexpr double least_pairs = 0.25;
constexpr double least_names = 0.93;

/// A notice with one of these is news about the piece that it otherwise repeats.
constexpr std::array turning_words{"cancelled",  "canceled",   "postponed",  "rescheduled", "withdrawn",
                                   "correction", "abgesagt",   "verschoben", "annulé",      "annulée",
                                   "reporté",    "reportée",   "cancelado",  "cancelada",   "aplazado",
                                   "aplazada",   "geannuleerd"};

struct Word {
  std::string folded = {};
  std::size_t letters = 0;
  bool has_digit = false;
  bool capital = false;  ///< begins with one
  bool begins_sentence = true;
};

/// Scripts without spaces between words: every character is taken for one.
bool stands_alone(UChar32 c) {
  const auto script = static_cast<UBlockCode>(ublock_getCode(c));
  return script == UBLOCK_CJK_UNIFIED_IDEOGRAPHS || script == UBLOCK_HIRAGANA || script == UBLOCK_KATAKANA ||
         script == UBLOCK_THAI || script == UBLOCK_CJK_UNIFIED_IDEOGRAPHS_EXTENSION_A;
}

void append_utf8(std::string& out, UChar32 c) {
  std::array<char, 4> bytes{};
  std::int32_t size = 0;
  U8_APPEND_UNSAFE(bytes.data(), size, c);
  out.append(bytes.data(), static_cast<std::size_t>(size));
}

std::vector<Word> words_of(std::string_view text) {
  std::vector<Word> words;
  Word word;
  bool sentence_begins = true;
  const auto finish = [&] {
    if (word.letters == 0) return;
    word.begins_sentence = sentence_begins;
    sentence_begins = false;
    words.push_back(std::move(word));
    word = {};
  };
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  const auto size =
      static_cast<std::int32_t>(std::min<std::size_t>(text.size(), std::numeric_limits<std::int32_t>::max()));
  for (std::int32_t at = 0; at < size && words.size() < most_words;) {
    UChar32 c = 0;
    U8_NEXT(bytes, at, size, c);
    if (c > 0x7f && stands_alone(c)) {
      finish();
      word.letters = content_letters;
      append_utf8(word.folded, c);
      finish();
    } else if (c >= 0 && u_isalnum(c)) {
      if (word.letters == 0) word.capital = u_isupper(c);
      word.has_digit = word.has_digit || u_isdigit(c);
      append_utf8(word.folded, u_foldCase(c, U_FOLD_CASE_DEFAULT));
      ++word.letters;
    } else if (c == '\'' || c == 0x2019 || c == 0xAD) {
      // within a word: reader's
    } else if ((c == '.' || c == ',' || c == ':') && word.has_digit && at < size &&
               text[static_cast<std::size_t>(at)] >= '0' && text[static_cast<std::size_t>(at)] <= '9') {
      word.folded += static_cast<char>(c);  // 7.30, 1,500
    } else {
      finish();
      if (c == '.' || c == '!' || c == '?' || c == ':' || c == '\n' || c == '"' || c == 0x3002)
        sentence_begins = true;
    }
  }
  finish();
  return words;
}

void sort_once(std::vector<std::uint64_t>& values) {
  std::ranges::sort(values);
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

std::vector<std::uint64_t> pairs_of(const std::vector<std::uint64_t>& words) {
  std::vector<std::uint64_t> pairs;
  for (std::size_t i = 0; i + 1 < words.size(); ++i) pairs.push_back(mix64(words[i], words[i + 1]));
  sort_once(pairs);
  return pairs;
}

std::size_t common(const std::vector<std::uint64_t>& one, const std::vector<std::uint64_t>& other) {
  std::size_t count = 0;
  for (auto a = one.begin(), b = other.begin(); a != one.end() && b != other.end();) {
    if (*a < *b) {
      ++a;
    } else if (*b < *a) {
      ++b;
    } else {
      ++count, ++a, ++b;
    }
  }
  return count;
}

/// How much of the smaller set the other one has; 1 when there is nothing.
double held(const std::vector<std::uint64_t>& one, const std::vector<std::uint64_t>& other) {
  const auto smaller = std::min(one.size(), other.size());
  return smaller == 0 ? 1 : static_cast<double>(common(one, other)) / static_cast<double>(smaller);
}

}  // namespace

Wording wording_of(std::string_view title, std::string_view body) {
  Wording wording;
  const auto title_words = words_of(title);
  const auto words = words_of(body);
  std::unordered_map<std::uint64_t, bool> capital_within;
  for (const auto& word : words) {
    const auto hash = hash64(word.folded);
    wording.words.push_back(hash);
    if (word.letters >= content_letters && !word.has_digit) wording.content.push_back(hash);
    if (word.has_digit) wording.numbers.push_back(hash);
    if (word.capital && !word.begins_sentence && word.letters > 1) wording.names.push_back(hash);
  }
  // Titles are capitalised as their language likes: only their numbers are facts by themselves.
  for (const auto& word : title_words) {
    if (word.has_digit) wording.numbers.push_back(hash64(word.folded));
  }
  for (const auto* list : {&title_words, &words}) {
    for (const auto& word : *list) {
      if (std::ranges::find(turning_words, word.folded) != turning_words.end())
        wording.turns.push_back(hash64(word.folded));
    }
  }
  sort_once(wording.numbers);
  sort_once(wording.names);
  sort_once(wording.turns);
  wording.comparable = wording.words.size() >= fewest_words && wording.content.size() >= fewest_words / 3;
  return wording;
}

Likeness likeness(const Wording& one, const Wording& other) {
  Likeness found;
  if (!one.comparable || !other.comparable) return found;
  auto a = one.content, b = other.content;
  sort_once(a);
  sort_once(b);
  found.words = held(a, b);
  found.pairs = held(pairs_of(one.content), pairs_of(other.content));
  found.numbers = held(one.numbers, other.numbers);
  found.names = held(one.names, other.names);
  found.same = found.words >= least_words && found.pairs >= least_pairs && found.numbers == 1 &&
               found.names >= least_names && one.turns == other.turns;
  return found;
}

std::vector<std::int64_t> sketch_of(const Wording& wording) {
  if (!wording.comparable) return {};
  const auto pairs = pairs_of(wording.content);
  std::vector<std::int64_t> keys;
  for (int band = 0; band < bands; ++band) {
    auto least = std::numeric_limits<std::uint64_t>::max();
    for (const auto pair : pairs) least = std::min(least, mix64(pair, static_cast<std::uint64_t>(band) + 1));
    keys.push_back(static_cast<std::int64_t>(mix64(least, static_cast<std::uint64_t>(band))));
  }
  return keys;
}

}  // namespace tributary::store
