#pragma once
#include <optional>
#include <string>

#include "app/status_report.hpp"
#include "server/hub.hpp"
#include "server/server.hpp"

namespace tributary::app {

/// What the daemon counts besides the feeds.
struct DaemonFigures {
  std::optional<Timestamp> last_publication = {};
  bool publication_failed = false;
  server::Counters server = {};
  std::optional<server::HubFigures> hub = {};
};

/// Prometheus text exposition format 0.0.4. `daemon` may be null.
[[nodiscard]] std::string metrics_text(const StatusReport& report, const DaemonFigures* daemon);

}  // namespace tributary::app
