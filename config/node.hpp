#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "config/source.hpp"

namespace tributary::config {

struct Member;

/// YAML as it was written: every key in its order, doubled ones reported, each value with its place.
/// yaml-cpp's own tree keeps none of these, so this one is made of its parser's events.
struct Node {
  enum class Kind { null, scalar, sequence, mapping };
  Kind kind = Kind::null;
  bool quoted = false;  ///< a scalar in quotes or as a block: it is text, whatever it looks like
  Span span = {};       ///< a scalar's or alias's token; of a collection where it begins
  std::string text = {};
  std::vector<Member> members = {};
  std::vector<Node> items = {};

  /// The value under this key, or nullptr; a key without a value counts as absent.
  [[nodiscard]] const Node* find(std::string_view key) const;
};

struct Member {
  Node key = {};
  Node value = {};
};

/// The file's one document. What is wrong with the YAML goes to `faults`; then `whole` is false and the tree
/// ends where reading did. Never throws. Aliases are replaced by what they stand for, within a budget.
struct Tree {
  Node root = {};
  bool whole = true;
  std::size_t sound_until = std::string_view::npos;  ///< what begins here or later may have been misread
};
[[nodiscard]] Tree read_tree(const Source& source, std::vector<Fault>& faults);

/// Where the quoted scalar that begins at `begin` ends (behind its closing quote); npos when it is never
/// closed.
[[nodiscard]] std::size_t quoted_end(std::string_view text, std::size_t begin);

}  // namespace tributary::config
