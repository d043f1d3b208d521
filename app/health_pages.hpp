#pragma once
#include <optional>
#include <string>

#include "app/status_report.hpp"
#include "config/config.hpp"

// What the admin address shows of the feeds, besides metrics.
namespace tributary::app {

/// What is known of the daemon itself.
struct DaemonHealth {
  std::optional<Timestamp> last_publication = {};
  std::string publication_error = {};  ///< of the last attempt; empty when it worked
  std::string last_reload = {};
};

/// All feeds, those that need attention first, each with its last fetches and its year.
[[nodiscard]] std::string health_html(const StatusReport& report, const config::Config& config,
                                      const DaemonHealth& daemon, Timestamp now);

/// The members of `status --json` and more for each feed, with what is wrong as an RFC 9457 problem (null
/// when nothing is).
[[nodiscard]] std::string health_json(const StatusReport& report, const config::Config& config,
                                      const DaemonHealth& daemon, Timestamp now);

/// "Your feed as we see it", for a partner.
[[nodiscard]] std::string feed_html(const FeedState& feed, const Partner& partner, Timestamp now);

/// The same as JSON; with something wrong it is a problem document (application/problem+json).
[[nodiscard]] std::string feed_json(const FeedState& feed, const Partner& partner, Timestamp now);

/// Whether something is wrong with the feed that somebody should see to.
[[nodiscard]] bool has_problem(const FeedState& feed);

/// An Atom feed with the last change of state of each feed, newest first.
[[nodiscard]] std::string changes_atom(const StatusReport& report, const config::Config& config);

}  // namespace tributary::app
