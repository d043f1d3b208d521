#pragma once
#include <cstddef>
#include <functional>
#include <optional>
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
  std::string feed_base = {};  ///< base where no xml:base is in scope: the feed's own link, else Document::base
  std::string date_language = {};
  bool atom = false;  ///< plain names follow Atom's rules, not RSS's
  std::function<int(std::ptrdiff_t)> line_of = {};  ///< byte offset in the text that was read → line; -1 → 0

  /// Adds a warning, unless the same code was given often already: a document of faults stays small.
  void warn(std::string_view code, std::string message, int line = 0);
  /// The same, for a fault that recovery was needed for.
  void damaged(std::string_view code, std::string message, int line = 0);

  /// A date as sent; one that can't be understood adds bad-date.
  [[nodiscard]] std::optional<Timestamp> date(std::string_view text, int line);
  /// An absolute URL where a base is known; "" for an empty or dangerous one (bad-url).
  [[nodiscard]] std::string url(std::string_view reference, std::string_view base, int line);
};

}  // namespace tributary::parser
