#pragma once
#include <string>

#include "config/config.hpp"
#include "publisher/publisher.hpp"
#include "store/store.hpp"

namespace tributary::app {

enum class Scope {
  news,  ///< what has changed since the last publication; all of it where the configuration did
  all    ///< every document again
};

/// Renders from the store and writes below config.output. What it costs depends on what changed.
[[nodiscard]] Result<publisher::Written> publish_site(const config::Config& config, store::Store& store,
                                                      Timestamp now, Scope scope = Scope::news);

/// The hub as readers are told of it; empty when it is switched off.
[[nodiscard]] std::string hub_url(const config::Config& config);

}  // namespace tributary::app
