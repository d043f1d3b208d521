#include "app/status_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <map>

#include "fetcher/fetcher.hpp"

namespace tributary::app {
namespace {

namespace json = boost::json;

json::value or_null(const std::optional<Timestamp>& when) {
  return when ? json::value(to_rfc3339(*when)) : json::value(nullptr);
}
json::value or_null(const std::string& text) {
  return text.empty() ? json::value(nullptr) : json::value(text);
}

std::string or_dash(const std::optional<Timestamp>& when) {
  return when ? to_rfc3339(*when) : std::string("-");
}

/// Lower needs attention sooner.
int urgency(FeedStatus status) {
  switch (status) {
    case FeedStatus::failing:
    case FeedStatus::blocked:
      return 0;
    case FeedStatus::held:
    case FeedStatus::gone:
      return 1;
    case FeedStatus::moved:
      return 2;
    case FeedStatus::late:
      return 3;
    case FeedStatus::quiet:
      return 4;
    case FeedStatus::ok:
      return 5;
    case FeedStatus::disabled:
      return 6;
  }
  return 5;
}

const char* colour(FeedStatus status) {
  const int need = urgency(status);
  return need == 0 ? "\033[31m" : need <= 3 ? "\033[33m" : need == 6 ? "\033[2m" : "\033[32m";
}

std::vector<const FeedState*> by_need(const StatusReport& report) {
  std::vector<const FeedState*> sorted;
  for (const auto& feed : report.feeds) sorted.push_back(&feed);
  std::ranges::stable_sort(sorted, {}, [](const FeedState* feed) { return urgency(feed->status); });
  return sorted;
}

std::string html_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string label_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\' || c == '"') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

}  // namespace

std::vector<FeedState> shown_states(const config::Config& config,
                                    const std::map<std::string, FeedState>& known, Timestamp now) {
  std::vector<FeedState> shown;
  for (const auto& partner : config.feeds) {
    FeedState state;
    if (const auto found = known.find(partner.url); found != known.end()) state = found->second;
    state.configured_url = partner.url;
    if (state.url.empty()) state.url = partner.url;
    state.name = partner.name;
    state.status = partner.enabled ? fetcher::shown_status(state, now) : FeedStatus::disabled;
    shown.push_back(std::move(state));
  }
  return shown;
}

Result<StatusReport> status_report(const config::Config& config, store::Store* store, Timestamp now) {
  StatusReport report;
  std::map<std::string, FeedState> known;
  if (store != nullptr) {
    auto states = store->feed_states();
    if (!states) return std::unexpected(states.error());
    for (auto& state : *states) {
      std::string url = state.configured_url;
      known.emplace(std::move(url), std::move(state));
    }
    const auto totals = store->totals();
    if (!totals) return std::unexpected(totals.error());
    report.totals = *totals;
  }
  report.feeds = shown_states(config, known, now);
  report.totals.feeds = config.feeds.size();
  return report;
}

std::string status_json(const StatusReport& report) {
  json::array feeds;
  for (const auto& feed : report.feeds) {
    const bool polled = feed.status != FeedStatus::gone && feed.status != FeedStatus::disabled;
    feeds.push_back(json::object{
        {"configured_url", feed.configured_url},
        {"url", feed.url},
        {"name", or_null(feed.name)},
        {"state", to_string(feed.status)},
        {"last_fetch", or_null(feed.last_fetch)},
        {"last_success", or_null(feed.last_success)},
        {"next_fetch", polled ? or_null(feed.next_fetch) : json::value(nullptr)},
        {"last_status", feed.last_status == 0 ? json::value(nullptr) : json::value(feed.last_status)},
        {"consecutive_failures", feed.consecutive_failures},
        {"last_error", or_null(feed.last_error)},
        {"items", feed.items},
    });
  }
  const json::object document{{"feeds", std::move(feeds)},
                              {"totals", json::object{{"feeds", report.totals.feeds},
                                                      {"items", report.totals.items},
                                                      {"stories", report.totals.stories}}}};
  return json::serialize(document) + "\n";
}

std::string status_text(const StatusReport& report, bool colours) {
  std::size_t width = 4;
  for (const auto& feed : report.feeds) width = std::max(width, std::min<std::size_t>(feed.name.size(), 40));
  std::string out = fmt::format("{:<9} {:<{}} {:>6} {:<20} {:<20} {}\n", "STATE", "FEED", width, "ITEMS",
                                "LAST SUCCESS", "NEXT FETCH", "REASON");
  for (const FeedState* feed : by_need(report)) {
    const bool polled = feed->status != FeedStatus::gone && feed->status != FeedStatus::disabled;
    out += fmt::format("{}{:<9}{} {:<{}} {:>6} {:<20} {:<20} {}\n", colours ? colour(feed->status) : "",
                       to_string(feed->status), colours ? "\033[0m" : "", feed->name, width, feed->items,
                       or_dash(feed->last_success),
                       polled ? (feed->next_fetch ? to_rfc3339(*feed->next_fetch) : "due") : "-",
                       feed->last_error);
  }
  out += fmt::format("{} feeds, {} items, {} stories\n", report.totals.feeds, report.totals.items,
                     report.totals.stories);
  return out;
}

std::string status_html(const StatusReport& report, const std::string& title) {
  std::string out = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Health: {0}</title>\n"
      "<meta name=\"viewport\" content=\"width=device-width\">\n"
      "<style>body{{font:1rem/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem}}"
      "table{{border-collapse:collapse;width:100%}}th,td{{text-align:left;padding:.3rem "
      ".6rem;border-bottom:1px solid #8888;"
      "vertical-align:top}}td.n{{text-align:right}}</style></head>\n<body><main><h1>Health: {0}</h1>\n"
      "<p>{1} feeds, {2} items, {3} stories</p>\n<table><thead><tr><th scope=\"col\">State</th><th "
      "scope=\"col\">Feed</th>"
      "<th scope=\"col\">Items</th><th scope=\"col\">Last success</th><th scope=\"col\">Next fetch</th>"
      "<th scope=\"col\">Reason</th></tr></thead><tbody>\n",
      html_escaped(title), report.totals.feeds, report.totals.items, report.totals.stories);
  for (const FeedState* feed : by_need(report)) {
    out += fmt::format(
        "<tr><td>{}</td><td><a href=\"{}\">{}</a></td><td "
        "class=\"n\">{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
        to_string(feed->status), html_escaped(feed->configured_url), html_escaped(feed->name), feed->items,
        or_dash(feed->last_success), or_dash(feed->next_fetch), html_escaped(feed->last_error));
  }
  return out + "</tbody></table></main></body></html>\n";
}

std::string status_metrics(const StatusReport& report) {
  std::string out;
  const auto family = [&](std::string_view name, std::string_view help) {
    out += fmt::format("# HELP {0} {1}\n# TYPE {0} gauge\n", name, help);
  };
  family("tributary_feeds", "Configured feeds.");
  out += fmt::format("tributary_feeds {}\n", report.totals.feeds);
  family("tributary_items", "Items known.");
  out += fmt::format("tributary_items {}\n", report.totals.items);
  family("tributary_stories", "Stories known: items that several partners carry count once.");
  out += fmt::format("tributary_stories {}\n", report.totals.stories);
  family("tributary_feed_state", "1 for the state that the feed is in.");
  for (const auto& feed : report.feeds) {
    out += fmt::format("tributary_feed_state{{feed=\"{}\",state=\"{}\"}} 1\n",
                       label_escaped(feed.configured_url), to_string(feed.status));
  }
  family("tributary_feed_consecutive_failures", "Fetches that failed since the last success.");
  for (const auto& feed : report.feeds) {
    out += fmt::format("tributary_feed_consecutive_failures{{feed=\"{}\"}} {}\n",
                       label_escaped(feed.configured_url), feed.consecutive_failures);
  }
  family("tributary_feed_last_success_timestamp_seconds",
         "When the feed was last read, or answered that it had no news.");
  for (const auto& feed : report.feeds) {
    if (!feed.last_success) continue;
    out += fmt::format("tributary_feed_last_success_timestamp_seconds{{feed=\"{}\"}} {}\n",
                       label_escaped(feed.configured_url), feed.last_success->time_since_epoch().count());
  }
  return out;
}

}  // namespace tributary::app
