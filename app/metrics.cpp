#include "app/metrics.hpp"

#include <fmt/format.h>

namespace tributary::app {
namespace {

std::string label_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\' || c == '"') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out;
}

class Page {
 public:
  void family(std::string_view name, std::string_view kind, std::string_view help) {
    name_ = name;
    text_ += fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n", name, help, kind);
  }
  template <typename Number>
  void value(Number number) {
    text_ += fmt::format("{} {}\n", name_, number);
  }
  template <typename Number>
  void value(std::string_view label, std::string_view of, Number number) {
    text_ += fmt::format("{}{{{}=\"{}\"}} {}\n", name_, label, label_escaped(of), number);
  }
  template <typename Number>
  void one(std::string_view name, std::string_view kind, std::string_view help, Number number) {
    family(name, kind, help);
    value(number);
  }
  void line(std::string_view text) { text_ += text; }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  std::string name_ = {}, text_ = {};
};

void add_feeds(Page& page, const StatusReport& report) {
  page.one("tributary_feeds", "gauge", "Configured feeds.", report.totals.feeds);
  page.one("tributary_items", "gauge", "Items known.", report.totals.items);
  page.one("tributary_stories", "gauge", "Stories known: items that several partners carry count once.",
           report.totals.stories);
  page.family("tributary_feed_state", "gauge", "1 for the state that the feed is in.");
  for (const auto& feed : report.feeds) {
    page.line(fmt::format("tributary_feed_state{{feed=\"{}\",state=\"{}\"}} 1\n",
                          label_escaped(feed.configured_url), to_string(feed.status)));
  }
  page.family("tributary_feed_consecutive_failures", "gauge", "Fetches that failed since the last success.");
  for (const auto& feed : report.feeds) page.value("feed", feed.configured_url, feed.consecutive_failures);
  page.family("tributary_feed_last_success_timestamp_seconds", "gauge",
              "When the feed was last read, or answered that it had no news.");
  for (const auto& feed : report.feeds) {
    if (feed.last_success)
      page.value("feed", feed.configured_url, feed.last_success->time_since_epoch().count());
  }
  page.family("tributary_feed_requests_total", "counter", "Polls of the feed.");
  for (const auto& feed : report.feeds) page.value("feed", feed.configured_url, feed.memory.history.requests);
  page.family("tributary_feed_not_modified_total", "counter", "Polls that were answered with 304.");
  for (const auto& feed : report.feeds)
    page.value("feed", feed.configured_url, feed.memory.history.not_modified);
  page.family("tributary_feed_received_bytes_total", "counter",
              "Received for the feed, before decompression.");
  for (const auto& feed : report.feeds) page.value("feed", feed.configured_url, feed.memory.history.bytes);
}

void add_daemon(Page& page, const DaemonFigures& daemon) {
  if (daemon.last_publication) {
    page.one("tributary_last_publication_timestamp_seconds", "gauge",
             "When the outputs were last rendered without a fault.",
             daemon.last_publication->time_since_epoch().count());
  }
  page.one("tributary_publication_failed", "gauge", "1 when the last attempt to publish failed.",
           daemon.publication_failed ? 1 : 0);
  const auto& server = daemon.server;
  page.one("tributary_http_connections_total", "counter", "Connections accepted.", server.accepted);
  page.one("tributary_http_turned_away_total", "counter", "Connections closed or refused for want of room.",
           server.turned_away);
  page.family("tributary_http_requests_total", "counter", "Requests answered, by class of their status.");
  for (int first = 1; first <= 5; ++first) {
    page.value("class", fmt::format("{}xx", first), server.by_class[first]);
  }
  page.one("tributary_http_not_modified_total", "counter", "Requests answered with 304.",
           server.not_modified);
  page.one("tributary_http_deltas_total", "counter", "Requests answered with 226 (RFC 3229).", server.deltas);
  page.one("tributary_http_timed_out_total", "counter", "Connections closed by a deadline.",
           server.timed_out);
  page.one("tributary_http_sent_bytes_total", "counter", "Bytes of answers' bodies.", server.body_bytes);
  page.one("tributary_http_open_connections", "gauge", "Connections now.", server.open);
  page.one("tributary_http_cached_bytes", "gauge", "Files in memory.", server.cached_bytes);
  if (!daemon.hub) return;
  page.one("tributary_hub_subscriptions", "gauge", "Subscriptions at our hub.", daemon.hub->subscriptions);
  page.one("tributary_hub_waiting", "gauge", "Deliveries due or put off.", daemon.hub->waiting);
  page.one("tributary_hub_delivered_total", "counter", "Deliveries that arrived.", daemon.hub->delivered);
  page.one("tributary_hub_failed_total", "counter", "Deliveries and verifications that failed.",
           daemon.hub->failed);
}

}  // namespace

std::string metrics_text(const StatusReport& report, const DaemonFigures* daemon) {
  Page page;
  add_feeds(page, report);
  if (daemon != nullptr) add_daemon(page, *daemon);
  return page.take();
}

}  // namespace tributary::app
