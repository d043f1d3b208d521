#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tributary::config {

/// The name among `known` that `given` was probably meant to be: the same but for case and `-`/`_`, or a few
/// slips of the finger away (insertions, deletions, replacements, swaps of neighbours: at most a third of its
/// length).
[[nodiscard]] std::optional<std::string> nearest(std::string_view given,
                                                 const std::vector<std::string>& known);

/// `text` in lower-case ASCII words joined by '-': letters of other scripts are transliterated. Empty when
/// nothing is left.
[[nodiscard]] std::string slug_of(std::string_view text);

/// Lower-case ASCII words joined by single '-'.
[[nodiscard]] bool is_slug(std::string_view text);

}  // namespace tributary::config
