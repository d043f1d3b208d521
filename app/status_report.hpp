#pragma once
#include <cstddef>
#include <map>
#include <optional>
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

/// Places in report.feeds, those that need attention first.
[[nodiscard]] std::vector<std::size_t> by_need(const StatusReport& report);

/// When the feed came into the state that is shown: of a silent feed, when it fell silent.
[[nodiscard]] std::optional<Timestamp> shown_since(const FeedState& feed);

/// A fault of the feed's last document, as FeedHistory::faults keeps it.
struct SeenFault {
  int line = 0, column = 0;  ///< of the document, from 1; 0: not known
  std::string code = {}, message = {};
};
[[nodiscard]] std::vector<SeenFault> faults_of(const FeedState& feed);

}  // namespace tributary::app
