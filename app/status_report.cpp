#include "app/status_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <map>
#include <numeric>
#include <sstream>

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

/// A bar a fetch, the newest last.
std::string spark(const std::string& fetches) {
  std::string out;
  for (const char letter : fetches) {
    out += letter == 'n' ? "▇" : letter == 's' ? "▄" : letter == 'u' ? "▁" : "×";
  }
  return out;
}

}  // namespace

std::vector<std::size_t> by_need(const StatusReport& report) {
  std::vector<std::size_t> places(report.feeds.size());
  std::iota(places.begin(), places.end(), std::size_t{0});
  std::ranges::stable_sort(places, {}, [&](std::size_t i) { return urgency(report.feeds[i].status); });
  return places;
}

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
  std::string out =
      fmt::format("{:<9} {:<20} {:<{}} {:>6} {:<20} {:<20} {:<30} {}\n", "STATE", "SINCE", "FEED", width,
                  "ITEMS", "LAST SUCCESS", "NEXT FETCH", "LAST FETCHES", "REASON");
  for (const std::size_t place : by_need(report)) {
    const FeedState& feed = report.feeds[place];
    const bool polled = feed.status != FeedStatus::gone && feed.status != FeedStatus::disabled;
    const auto& fetches = feed.memory.history.fetches;
    // Padded by hand: a bar is one column, and several bytes.
    const std::string padding(30 - std::min<std::size_t>(fetches.size(), 30), ' ');
    out += fmt::format("{}{:<9}{} {:<20} {:<{}} {:>6} {:<20} {:<20} {} {}\n",
                       colours ? colour(feed.status) : "", to_string(feed.status), colours ? "\033[0m" : "",
                       or_dash(shown_since(feed)), feed.name, width, feed.items, or_dash(feed.last_success),
                       polled ? (feed.next_fetch ? to_rfc3339(*feed.next_fetch) : "due") : "-",
                       spark(fetches) + padding, feed.last_error);
    while (out.ends_with(" \n")) out.erase(out.size() - 2, 1);
  }
  out += fmt::format("{} feeds, {} items, {} stories\n", report.totals.feeds, report.totals.items,
                     report.totals.stories);
  return out;
}

std::optional<Timestamp> shown_since(const FeedState& feed) {
  if (feed.status == FeedStatus::late || feed.status == FeedStatus::quiet) return feed.memory.rhythm.newest;
  return feed.memory.history.since;
}

std::vector<SeenFault> faults_of(const FeedState& feed) {
  std::vector<SeenFault> faults;
  std::istringstream lines(feed.memory.history.faults);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    SeenFault fault;
    if (!(words >> fault.line)) continue;
    if (words.peek() == ':') words.ignore() >> fault.column;  // none in what an older version wrote
    if (!(words >> fault.code)) continue;
    std::getline(words >> std::ws, fault.message);
    faults.push_back(std::move(fault));
  }
  return faults;
}

}  // namespace tributary::app
