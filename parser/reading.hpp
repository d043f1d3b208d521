#pragma once
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "model/model.hpp"
#include "parser/parser.hpp"
#include "parser/tree.hpp"

namespace tributary::parser {

/// Where in the document something is, for people; 0: not known.
struct Place {
  int line = 0;    ///< from 1
  int column = 0;  ///< in characters, from 1
};

/// Tells places of one text. Asked in the order of the text it looks at each byte once, however long a line
/// is: a document of nothing but faults is still read once.
class PlaceCounter {
 public:
  [[nodiscard]] Place at(std::string_view text, std::size_t offset);

 private:
  std::size_t counted_ = 0;
  int line_ = 1;
  std::ptrdiff_t letters_ = 0;  // of that line, before counted_
};

/// One document while it is read: what its readers share.
struct Reading {
  const Document& document;
  const ParseOptions& options;
  Feed feed = {};
  std::string feed_base =
      {};  ///< base where no xml:base is in scope: the feed's own link, else Document::base
  std::string date_language = {};
  /// What bases may still add to references and texts, in bytes: many short references to one long base make
  /// a large feed of a small document.
  std::size_t base_budget = 4 * document.bytes.size() + (std::size_t{1} << 20U);
  bool needs_space =
      false;  ///< inline markup was met, and the tree was made without the white space between elements
  /// No text of the document holds a letter that would have to be repaired or left out (utf8.hpp,
  /// Letters::odd), so that nobody need look for one.
  bool has_only_plain_letters = false;
  bool atom = false;  ///< plain names follow Atom's rules, not RSS's
  std::function<Place(Node)> place_of = {};

  /// Adds a warning, unless the same code was given often already: a document of nothing but faults stays
  /// small.
  void warn(std::string_view code, std::string message, Place place);
  void warn(std::string_view code, std::string message, Node where);
  /// The same, for a fault that recovery was needed for.
  void damaged(std::string_view code, std::string message, Place place);

  /// False for a code that was given so often that a further warning would be dropped: building it can be
  /// saved.
  [[nodiscard]] bool has_room_for(std::string_view code) const;

  /// A date as sent; one that can't be understood adds bad-date.
  [[nodiscard]] std::optional<Timestamp> date(std::string_view text, Node where = {});
  /// An absolute URL where a base is known; "" for an empty or dangerous one (bad-url).
  [[nodiscard]] std::string url(std::string_view reference, std::string_view base, Node where = {});

  /// The reference made absolute while the budget lasts, and then as it is (base-budget).
  [[nodiscard]] std::string absolute(std::string_view reference, std::string_view base);
  /// Takes bytes from the budget; false when it does not hold so many.
  [[nodiscard]] bool spend(std::size_t bytes);

  /// False once a list is as long as any honest document's; then a warning says that the rest was left out.
  [[nodiscard]] bool may_grow(std::size_t size, Node where = {});

  /// False once so many things of one kind were made of the document that their number is out of proportion
  /// to it: an item takes a kilobyte of memory, be it seven bytes in the document.
  [[nodiscard]] bool may_hold(std::size_t count, std::size_t bytes_each);

  /// The place of a node, when places are known at all.
  [[nodiscard]] Place place(Node where) const { return where && place_of ? place_of(where) : Place{}; }
};

}  // namespace tributary::parser
