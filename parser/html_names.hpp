#pragma once
#include <cstddef>
#include <string_view>

namespace tributary::parser::html {

/// What HTML's name of a character stands for, in UTF-8; "" for a name that it has not. With ';' for all of
/// them, without for those that old pages write without ("amp", "copy").
[[nodiscard]] std::string_view letters_of(std::string_view name);

inline constexpr std::size_t longest_name = 32;         ///< with its ';'
inline constexpr std::size_t longest_name_without = 6;  ///< of those that need no ';'

}  // namespace tributary::parser::html
