#pragma once
#include <string_view>

#include "model/safe_html.hpp"

namespace tributary::parser {

/// The only maker of SafeHtml.
class Sanitiser {
 public:
  /// parse-contract.md, "Sanitised HTML". `html` is any bytes; `base` resolves relative URLs (without one
  /// they stay relative). Linear in the size of `html`, whatever it holds; cleaning a result again changes
  /// nothing. `prepared`: yes when html::prepare() is known to change nothing.
  enum class Prepared { no, yes };
  [[nodiscard]] static SafeHtml clean(std::string_view html, std::string_view base,
                                      Prepared prepared = Prepared::no);
};

}  // namespace tributary::parser
