#pragma once
#include <string>
#include <vector>

/// Pairs of texts of which it is known whether they are one piece, to measure near-duplicate recognition
/// with. The pieces are put together from sentences of our own writing; nothing of it is about anybody. A
/// seed gives the same pairs everywhere.
namespace tributary::test {

struct Piece {
  std::string title = {};
  std::string body = {};
};

struct Pair {
  enum class Kind {
    verbatim,  ///< the same, with another title, a line of credit, a shorter end
    reworded,  ///< words replaced, dropped and added, sentences moved
    series,    ///< one after the other in a series: the same words with another number, name or date
    opening,   ///< press releases that open (and end) alike and go on to different things
    place,     ///< the same announcement for two places
    topic,     ///< two pieces of one topic
    unrelated,
  };
  Kind kind = Kind::unrelated;
  Piece one = {}, other = {};
  bool same = false;
  double changed = 0;  ///< of the body's words, the share that was replaced, dropped, added or moved
};

[[nodiscard]] std::vector<Pair> labelled_pairs(unsigned seed);

}  // namespace tributary::test
