#pragma once
#include <string>
#include <string_view>

namespace tributary::parser {

/// Cuts down what an HTML5 parser needs more than linear time for: tags open more than a hundred deep,
/// attributes past the sixty-fourth of a tag. Text is kept. Linear in the input. What is within the limits
/// comes back byte for byte.
[[nodiscard]] std::string within_limits(std::string_view html);

}  // namespace tributary::parser
