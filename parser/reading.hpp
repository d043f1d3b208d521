#pragma once
#include <cstddef>
#include <functional>
#include <optional>
#include <pugixml.hpp>
#include <string>
#include <string_view>

#include "model/model.hpp"
#include "parser/parser.hpp"

namespace tributary::parser {

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
  bool atom = false;                                ///< plain names follow Atom's rules, not RSS's
  std::function<int(pugi::xml_node)> line_of = {};  ///< from 1; 0 for a node whose place is not known

  /// Adds a warning, unless the same code was given often already: a document of nothing but faults stays
  /// small.
  void warn(std::string_view code, std::string message, int line);
  void warn(std::string_view code, std::string message, pugi::xml_node where);
  /// The same, for a fault that recovery was needed for.
  void damaged(std::string_view code, std::string message, int line);

  /// False for a code that was given so often that a further warning would be dropped: building it can be
  /// saved.
  [[nodiscard]] bool has_room_for(std::string_view code) const;

  /// A date as sent; one that can't be understood adds bad-date.
  [[nodiscard]] std::optional<Timestamp> date(std::string_view text, pugi::xml_node where = {});
  /// An absolute URL where a base is known; "" for an empty or dangerous one (bad-url).
  [[nodiscard]] std::string url(std::string_view reference, std::string_view base, pugi::xml_node where = {});

  /// The reference made absolute while the budget lasts, and then as it is (base-budget).
  [[nodiscard]] std::string absolute(std::string_view reference, std::string_view base);
  /// Takes bytes from the budget; false when it does not hold so many.
  [[nodiscard]] bool spend(std::size_t bytes);

  /// False once a list is as long as any honest document's; then a warning says that the rest was left out.
  [[nodiscard]] bool may_grow(std::size_t size, pugi::xml_node where = {});

  /// False once so many things of one kind were made of the document that their number is out of proportion
  /// to it: an item takes a kilobyte of memory, be it seven bytes in the document.
  [[nodiscard]] bool may_hold(std::size_t count, std::size_t bytes_each);

  /// The line of a node, when lines are known at all.
  [[nodiscard]] int line(pugi::xml_node where) const { return where && line_of ? line_of(where) : 0; }
};

}  // namespace tributary::parser
