#pragma once
#include "config/values.hpp"

namespace tributary::config {

/// The table of every key of feeds.yaml.
[[nodiscard]] const Value<Config>& feeds_yaml();

/// The parts of it that are also written: an entry under `feeds:`, and one under `topics:`.
[[nodiscard]] const Keys<Partner>& feed_keys();
[[nodiscard]] const Keys<Topic>& topic_keys();

}  // namespace tributary::config
