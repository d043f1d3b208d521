#pragma once
#include <string>
#include <string_view>

#include "model/model.hpp"

namespace tributary::store {

/// Items, feed details and feed states as JSON: what is empty is left out, and members that a later version
/// adds are no trouble for an earlier one.
[[nodiscard]] std::string encode(const Item& item);
[[nodiscard]] std::string encode(const FeedDetails& details);
[[nodiscard]] std::string encode(const FeedState& state);

/// What encode() made. Text that is no such JSON gives an empty value.
[[nodiscard]] Item decode_item(std::string_view text);
[[nodiscard]] FeedDetails decode_details(std::string_view text);
[[nodiscard]] FeedState decode_state(std::string_view text);

}  // namespace tributary::store
