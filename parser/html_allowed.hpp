#pragma once
#include <string_view>

namespace tributary::parser {

enum class ElementRule {
  keep,    ///< on the allow list
  unwrap,  ///< loses its tags and keeps its content
  remove,  ///< goes with everything inside
};

/// `name` in lower case.
[[nodiscard]] ElementRule element_rule(std::string_view name);

enum class AttributeRule { drop, keep, url, srcset };

[[nodiscard]] AttributeRule attribute_rule(std::string_view element, std::string_view attribute);

}  // namespace tributary::parser
