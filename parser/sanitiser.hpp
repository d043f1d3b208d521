#pragma once
#include <string_view>

#include "model/safe_html.hpp"

namespace tributary::parser {

/// The only maker of SafeHtml (parse-contract.md, "Sanitised HTML"): HTML is read as HTML5 says, and what
/// stands on the allow list is written anew. The result is balanced, reads back to the same tree, and
/// cleaning it again changes nothing.
class Sanitiser {
 public:
  /// `base` resolves relative URLs; empty: they stay as they are. Linear in the input, whatever it holds.
  [[nodiscard]] static SafeHtml clean(std::string_view html, std::string_view base);
};

}  // namespace tributary::parser
