#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

/// Whether two texts are one piece in two wordings: what partners make of each other's news, with other
/// words, a cut end or a line of their own. Precision comes before recall: two pieces shown as one hide one
/// of them, one shown twice only bores. So sharing words is not enough (a weekly notice shares nearly all of
/// them with that of last week): the facts, numbers and names, must agree as well.
namespace tributary::store {

/// A text as it is compared.
struct Wording {
  /// Hashes of the words that carry meaning (the longer ones), in order, letter case and punctuation set
  /// aside.
  std::vector<std::uint64_t> content = {};
  std::vector<std::uint64_t> numbers = {};  ///< ascending, each once
  std::vector<std::uint64_t> names =
      {};  ///< words that are capitalised within a sentence; ascending, each once
  std::vector<std::uint64_t> title = {};  ///< the title's content words; ascending, each once
  std::vector<std::uint64_t> turns = {};  ///< words that turn a piece into another: cancelled, postponed …
  bool comparable = false;                ///< there is enough of it
};
/// Of the body so many bytes count; what comes after decides nothing.
inline constexpr std::size_t compared_bytes = 2'000;
[[nodiscard]] Wording wording_of(std::string_view title, std::string_view body);

/// How alike two wordings are; all parts 0 to 1.
struct Likeness {
  double words = 0;    ///< of the shorter's content words, how many the other has
  double pairs = 0;    ///< the same of two neighbouring content words
  double numbers = 0;  ///< of the facts of whichever has fewer, how many the other has
  double names = 0;
  double title = 0;
  bool same = false;
};
[[nodiscard]] Likeness likeness(const Wording& one, const Wording& other);

/// The keys under which a text is found by those like it: two texts with four fifths of their words in common
/// share one of them nearly always (99 of 100), unrelated ones hardly ever. MinHash over pairs of
/// neighbouring content words (Broder, "On the resemblance and containment of documents", 1997), one row a
/// band. Empty for a text that is too short.
[[nodiscard]] std::vector<std::int64_t> sketch_of(const Wording& wording);

}  // namespace tributary::store
