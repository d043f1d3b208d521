#include "store/likeness.hpp"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <limits>

#include "store/hash.hpp"

namespace tributary::store {
namespace {

constexpr std::size_t fewest_words = 20;    // of a text that can be compared at all
constexpr std::size_t content_letters = 5;  // shorter words are mostly grammar, in the languages of Europe
constexpr std::size_t bands = 8;

// Chosen on the first half of the labelled pairs (tests/store/likeness_test.cpp).
constexpr double least_words = 0.55;
constexpr double least_pairs = 0.25;
constexpr double least_names = 0.93;

// Where each word is kept or replaced by itself, two neighbours are both kept as often as the square of that.
// Far fewer pairs than the words promise are two texts of one vocabulary, not one text.
constexpr double least_pairs_of_square = 0.6;

// Pieces with quite different titles must be one piece from end to end: a boilerplate paragraph or two in
// common is not enough.
constexpr double least_title = 0.25;
constexpr std::size_t stretch = 12;  // pairs

/// A notice with one of these is news about the piece that it otherwise repeats.
constexpr std::array turning_words{"cancelled",  "canceled",   "postponed",  "rescheduled", "withdrawn",
                                   "correction", "abgesagt",   "verschoben", "annulé",      "annulée",
                                   "reporté",    "reportée",   "cancelado",  "cancelada",   "aplazado",
                                   "aplazada",   "geannuleerd"};

constexpr std::size_t shortest_turn = 6;

struct Word {
  std::uint64_t hash = 0;  ///< of its letters, folded
  std::size_t letters = 0;
  bool has_digit = false;
  bool capital = false;  ///< begins with one
  bool begins_sentence = true;
};

std::uint64_t with_letter(std::uint64_t hash, UChar32 c) {
  return (hash ^ static_cast<std::uint64_t>(c)) * 0x100000001b3;  // FNV-1a, a character at a time
}

/// Scripts without spaces between words: every character is taken for one.
bool stands_alone(UChar32 c) {
  const auto script = static_cast<UBlockCode>(ublock_getCode(c));
  return script == UBLOCK_CJK_UNIFIED_IDEOGRAPHS || script == UBLOCK_HIRAGANA || script == UBLOCK_KATAKANA ||
         script == UBLOCK_THAI || script == UBLOCK_CJK_UNIFIED_IDEOGRAPHS_EXTENSION_A;
}

bool ends_sentence(UChar32 c) {
  return c == '.' || c == '!' || c == '?' || c == ':' || c == '\n' || c == '"' || c == 0x3002;
}

bool is_ascii_digit(char c) {
  return c >= '0' && c <= '9';
}

/// ASCII letters, capitals made small; 0 for all else.
constexpr auto folded_letter = [] {
  std::array<std::uint8_t, 256> table{};
  for (std::uint8_t c = 'a'; c <= 'z'; ++c) table[c] = table[c - 'a' + 'A'] = c;
  return table;
}();

std::vector<Word> words_of(std::string_view text) {
  std::vector<Word> words;
  words.reserve(std::min<std::size_t>(text.size(), compared_bytes) / 6);
  Word word;
  bool sentence_begins = true;
  const auto finish = [&] {
    if (word.letters == 0) return;
    word.begins_sentence = sentence_begins;
    sentence_begins = false;
    word.hash = mix64(word.hash, word.letters);
    words.push_back(word);
    word = {};
  };
  const auto add = [&](UChar32 folded, bool capital, bool digit) {
    if (word.letters == 0) word.capital = capital;
    word.has_digit = word.has_digit || digit;
    word.hash = with_letter(word.hash, folded);
    ++word.letters;
  };
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  const auto size = static_cast<std::int32_t>(std::min<std::size_t>(text.size(), compared_bytes));
  for (std::int32_t at = 0; at < size;) {
    UChar32 c = bytes[at];
    if (c < 0x80) {
      // Most of most texts: whole runs of ASCII letters.
      const auto begin = at;
      auto hash = word.hash;
      while (at < size && folded_letter[bytes[at]] != 0) hash = with_letter(hash, folded_letter[bytes[at++]]);
      if (at > begin) {
        if (word.letters == 0) word.capital = bytes[begin] >= 'A' && bytes[begin] <= 'Z';
        word.hash = hash;
        word.letters += static_cast<std::size_t>(at - begin);
        continue;
      }
      ++at;
      if (c >= '0' && c <= '9') {
        add(c, false, true);
      } else if ((c == '.' || c == ',' || c == ':') && word.has_digit && at < size &&
                 is_ascii_digit(text[static_cast<std::size_t>(at)])) {
        word.hash = with_letter(word.hash, c);  // 7.30, 1,500
      } else if (c != '\'') {                   // reader's
        finish();
        if (ends_sentence(c)) sentence_begins = true;
      }
      continue;
    }
    U8_NEXT(bytes, at, size, c);
    if (stands_alone(c)) {
      finish();
      word.letters = content_letters;
      word.hash = with_letter(0, c);
      finish();
    } else if (c >= 0 && u_isalnum(c)) {
      add(u_foldCase(c, U_FOLD_CASE_DEFAULT), u_isupper(c) != 0, u_isdigit(c) != 0);
    } else if (c != 0x2019 && c != 0xAD) {
      finish();
      if (ends_sentence(c)) sentence_begins = true;
    }
  }
  finish();
  return words;
}

/// Whether the hash is a turning word's. Nearly all words are told by eight bits already.
bool turns(std::uint64_t hash) {
  static const auto known = [] {
    std::vector<std::uint64_t> hashes;
    for (const std::string_view word : turning_words) hashes.push_back(words_of(word).front().hash);
    return hashes;
  }();
  static const auto possible = [] {
    std::array<bool, 256> bits{};
    for (const auto turn : known) bits[turn % bits.size()] = true;
    return bits;
  }();
  return possible[hash % possible.size()] && std::ranges::find(known, hash) != known.end();
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

/// A set of hashes for one comparison: to sort the words of both texts was most of what comparing cost.
class Marks {
 public:
  /// False: it was there already.
  bool add(std::uint64_t hash) {
    auto& slot = slot_of(hash);
    if (slot != none) return false;
    slot = kept(hash);
    ++size_;
    return true;
  }
  [[nodiscard]] bool contains(std::uint64_t hash) { return slot_of(hash) != none; }
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  static constexpr std::uint64_t none = 0;
  static std::uint64_t kept(std::uint64_t hash) { return hash == none ? 1 : hash; }
  std::uint64_t& slot_of(std::uint64_t hash) {
    auto at = hash % slots;
    while (slots_[at] != none && slots_[at] != kept(hash)) at = (at + 1) % slots;
    return slots_[at];
  }

  // The shortest word is a letter of three bytes that stands alone: a third of the slots at most is taken.
  static constexpr std::size_t slots = 2'048;
  static_assert(compared_bytes / 3 <= slots / 3);
  std::array<std::uint64_t, slots> slots_{};
  std::size_t size_ = 0;
};

/// The same of what each gives for 0 … its count - 1, in any order and with repetitions.
template <typename One, typename Other>
double held(std::size_t one_count, One one, std::size_t other_count, Other other) {
  Marks marked, seen;
  for (std::size_t i = 0; i < one_count; ++i) marked.add(one(i));
  std::size_t in_both = 0;
  for (std::size_t i = 0; i < other_count; ++i) {
    const auto hash = other(i);
    if (seen.add(hash) && marked.contains(hash)) ++in_both;
  }
  const auto smaller = std::min(marked.size(), seen.size());
  return smaller == 0 ? 1 : static_cast<double>(in_both) / static_cast<double>(smaller);
}

/// Whether a stretch of the shorter text has no two neighbouring words in common with the other.
bool goes_its_own_way(const std::vector<std::uint64_t>& one, const std::vector<std::uint64_t>& other) {
  const auto& shorter = one.size() <= other.size() ? one : other;
  const auto known = pairs_of(one.size() <= other.size() ? other : one);
  for (std::size_t from = 0; from + stretch / 2 < shorter.size(); from += stretch) {
    const auto end = std::min(from + stretch, shorter.size() - 1);
    bool met = false;
    for (auto i = from; i < end && !met; ++i)
      met = std::ranges::binary_search(known, mix64(shorter[i], shorter[i + 1]));
    if (!met) return true;
  }
  return false;
}

}  // namespace

Wording wording_of(std::string_view title, std::string_view body) {
  Wording wording;
  const auto title_words = words_of(title);
  const auto words = words_of(body);
  wording.content.reserve(words.size());
  for (const auto& word : words) {
    if (word.letters >= content_letters && !word.has_digit) wording.content.push_back(word.hash);
    if (word.has_digit) wording.numbers.push_back(word.hash);
    if (word.capital && !word.begins_sentence && word.letters > 1) wording.names.push_back(word.hash);
  }
  // Titles are capitalised as their language likes: only their numbers are facts by themselves.
  for (const auto& word : title_words) {
    if (word.has_digit) wording.numbers.push_back(word.hash);
    if (word.letters >= content_letters && !word.has_digit) wording.title.push_back(word.hash);
  }
  for (const auto* list : {&title_words, &words}) {
    for (const auto& word : *list) {
      if (word.letters >= shortest_turn && turns(word.hash)) wording.turns.push_back(word.hash);
    }
  }
  sort_once(wording.numbers);
  sort_once(wording.names);
  sort_once(wording.title);
  sort_once(wording.turns);
  wording.comparable = words.size() >= fewest_words && wording.content.size() >= fewest_words / 3;
  return wording;
}

Likeness likeness(const Wording& one, const Wording& other) {
  Likeness found;
  if (!one.comparable || !other.comparable) return found;
  const auto word = [](const Wording& of) {
    return [words = &of.content](std::size_t i) { return (*words)[i]; };
  };
  const auto pair = [](const Wording& of) {
    return [words = &of.content](std::size_t i) { return mix64((*words)[i], (*words)[i + 1]); };
  };
  const auto a = one.content.size(), b = other.content.size();  // not 0: they are comparable
  found.words = held(a, word(one), b, word(other));
  found.pairs = held(a - 1, pair(one), b - 1, pair(other));
  found.numbers = held(one.numbers, other.numbers);
  found.names = held(one.names, other.names);
  found.title = held(one.title, other.title);
  found.same = found.words >= least_words && found.pairs >= least_pairs &&
               found.pairs >= least_pairs_of_square * found.words * found.words && found.numbers == 1 &&
               found.names >= least_names && one.turns == other.turns &&
               (found.title >= least_title || !goes_its_own_way(one.content, other.content));
  return found;
}

std::vector<std::int64_t> sketch_of(const Wording& wording) {
  if (!wording.comparable) return {};
  std::array<std::uint64_t, bands> least;
  least.fill(std::numeric_limits<std::uint64_t>::max());
  for (std::size_t i = 0; i + 1 < wording.content.size(); ++i) {
    const auto pair = mix64(wording.content[i], wording.content[i + 1]);
    for (std::size_t band = 0; band < bands; ++band)
      least[band] = std::min(least[band], mix64(pair, band + 1));
  }
  std::vector<std::int64_t> keys;
  for (std::size_t band = 0; band < bands; ++band)
    keys.push_back(static_cast<std::int64_t>(mix64(least[band], band)));
  return keys;
}

}  // namespace tributary::store
