#pragma once
#include "config/config.hpp"
#include "publisher/publisher.hpp"
#include "store/store.hpp"

namespace tributary::app {

/// Renders every output from the store and writes it below config.output.
[[nodiscard]] Result<publisher::Written> publish_all(const config::Config& config, store::Store& store);

/// The hub as readers are told of it; empty when it is switched off.
[[nodiscard]] std::string hub_url(const config::Config& config);

}  // namespace tributary::app
