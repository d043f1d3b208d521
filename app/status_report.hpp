#pragma once
#include <map>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "store/store.hpp"

namespace tributary::app {

/// What `status` and `/health` say: one state for each configured feed, in the configuration's order, also of
/// those the store has not met yet; and the totals.
struct StatusReport {
  std::vector<FeedState> feeds = {};
  store::Totals totals = {};
};

/// `store` may be null: then nothing is known yet.
[[nodiscard]] Result<StatusReport> status_report(const config::Config& config, store::Store* store,
                                                 Timestamp now);

/// The states by their configured URL, one for each feed of the configuration, as `status` shows them.
[[nodiscard]] std::vector<FeedState> shown_states(const config::Config& config,
                                                  const std::map<std::string, FeedState>& known,
                                                  Timestamp now);

/// The JSON document of DESIGN.md, "The command line"; every member is always there, null when unknown.
[[nodiscard]] std::string status_json(const StatusReport& report);

/// For a terminal or a file: those that need attention first.
[[nodiscard]] std::string status_text(const StatusReport& report, bool colours);

/// The same as a page of its own.
[[nodiscard]] std::string status_html(const StatusReport& report, const std::string& title);

/// Prometheus text exposition format 0.0.4.
[[nodiscard]] std::string status_metrics(const StatusReport& report);

}  // namespace tributary::app
