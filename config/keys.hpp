#pragma once
#include "config/values.hpp"

namespace tributary::config {

/// The table of every key of feeds.yaml.
[[nodiscard]] const Value<Config>& feeds_yaml();

}  // namespace tributary::config
