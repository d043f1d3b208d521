#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <iostream>

#include "app/client.hpp"
#include "app/commands.hpp"
#include "app/feeds_file.hpp"
#include "app/progress.hpp"
#include "parser/parser.hpp"

namespace tributary::app {
namespace {

namespace json = boost::json;

config::FaultFormat format_of(const std::string& name) {
  if (name == "json") return config::FaultFormat::json;
  return name == "github" ? config::FaultFormat::github : config::FaultFormat::text;
}

/// What one request of a feed brought.
struct Tried {
  FeedStatus status = FeedStatus::disabled;
  std::string error = {};
  std::string moved_to = {};  ///< by a permanent redirect, or named by the page that came
  std::string format = {};
  std::string title = {};
  std::size_t items = 0;
  std::optional<Timestamp> newest = {};
  std::vector<Warning> warnings = {};
};

Tried judged(const Partner& partner, const fetcher::Answer& answer) {
  Tried tried{.status = FeedStatus::ok, .moved_to = answer.permanent_url};
  if (auto verdict = fetcher::judge(answer); verdict.error) {
    tried.status = verdict.status == FeedStatus::ok ? FeedStatus::failing : verdict.status;
    tried.error = verdict.error->detail;
    if (fetcher::may_name_a_feed(answer)) {
      if (const auto named = parser::discover(answer.body, answer.url); !named.empty()) {
        tried.moved_to = named.front().href;
      }
    }
    return tried;
  }
  const auto feed = parser::parse(
      {.bytes = answer.body, .name = partner.url, .base = answer.url, .content_type = answer.content_type},
      {.timezone = partner.timezone});
  if (!feed) {
    tried.status = FeedStatus::failing;
    tried.error = feed.error().detail;
    return tried;
  }
  tried.format = feed->format;
  if (feed->details.title) tried.title = parser::plain_text(*feed->details.title);
  tried.items = feed->items.size();
  tried.warnings = feed->warnings;
  for (const auto& item : feed->items) {
    const auto date = item.updated ? item.updated : item.published;
    if (date && (!tried.newest || *date > *tried.newest)) tried.newest = date;
  }
  return tried;
}

std::vector<Tried> try_all(const config::Config& config) {
  std::vector<Tried> tried(config.feeds.size());
  std::vector<Partner> asked;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < config.feeds.size(); ++i) {
    if (!config.feeds[i].enabled) continue;
    asked.push_back(config.feeds[i]);
    places.push_back(i);
  }
  Progress progress("asking", asked.size());
  std::size_t failed = 0;
  ask_all(config.fetch, asked, [&](std::size_t i, const fetcher::Answer& answer) {
    tried[places[i]] = judged(asked[i], answer);
    if (!tried[places[i]].error.empty()) ++failed;
    progress.advance(failed);
  });
  return tried;
}

std::string in_text(const Partner& partner, const Tried& tried) {
  std::string out = fmt::format("{:<9} {}  {}\n", to_string(tried.status), partner.name, partner.url);
  const auto line = [&](const std::string& text) { out += "          " + text + '\n'; };
  if (!tried.error.empty()) line(tried.error);
  if (!tried.format.empty()) {
    line(fmt::format("{}, {} items{}", tried.format, tried.items,
                     tried.newest ? ", newest " + to_rfc3339(*tried.newest) : std::string()));
  }
  if (!tried.moved_to.empty()) line("to be asked at " + tried.moved_to + ": change `url` in feeds.yaml");
  constexpr std::size_t most = 5;
  for (std::size_t i = 0; i < std::min(most, tried.warnings.size()); ++i) {
    const auto& warning = tried.warnings[i];
    std::string place = warning.line > 0 ? "line " + std::to_string(warning.line) : "";
    if (warning.column > 0) place += ", column " + std::to_string(warning.column);
    line(place + (place.empty() ? "" : ": ") + warning.message + " [" + warning.code + "]");
  }
  if (tried.warnings.size() > most) {
    line("and " + std::to_string(tried.warnings.size() - most) + " more faults; see `tributary parse " +
         partner.url + "`");
  }
  return out;
}

json::value or_null(const std::string& text) {
  return text.empty() ? json::value(nullptr) : json::value(text);
}

json::object in_json(const Partner& partner, const Tried& tried) {
  json::array warnings;
  for (const auto& warning : tried.warnings) {
    warnings.push_back(
        json::object{{"code", warning.code},
                     {"message", warning.message},
                     {"line", warning.line > 0 ? json::value(warning.line) : json::value(nullptr)},
                     {"column", warning.column > 0 ? json::value(warning.column) : json::value(nullptr)}});
  }
  return {{"url", partner.url},
          {"name", partner.name},
          {"state", to_string(tried.status)},
          {"error", or_null(tried.error)},
          {"moved_to", or_null(tried.moved_to)},
          {"format", or_null(tried.format)},
          {"title", or_null(tried.title)},
          {"items", tried.items},
          {"newest", tried.newest ? json::value(to_rfc3339(*tried.newest)) : json::value(nullptr)},
          {"warnings", std::move(warnings)}};
}

/// Where the file names the feed's address: an annotation has a place.
config::Fault fault_at(const std::filesystem::path& file, std::string_view yaml, const Partner& partner) {
  const auto letters = [](std::string_view text) {
    return static_cast<int>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
  };
  config::Fault fault{.file = file.string(), .line = 1, .column = 1, .length = letters(partner.url)};
  for (auto at = yaml.find(partner.url); at != std::string_view::npos; at = yaml.find(partner.url, at + 1)) {
    const auto start = yaml.substr(0, at).rfind('\n') + 1;  // 0 after npos
    auto before = yaml.substr(start, at - start);
    while (!before.empty() && std::string_view(" \t'\"").contains(before.back())) before.remove_suffix(1);
    if (!before.ends_with("url:")) continue;  // a comment, or a line under `withdraw` or `stories`
    fault.line = 1 + static_cast<int>(std::ranges::count(yaml.substr(0, at), '\n'));
    fault.column = 1 + letters(yaml.substr(start, at - start));
    break;
  }
  return fault;
}

/// What a workflow of GitHub is to show beside the lines of the file.
std::vector<config::Fault> annotations(const std::filesystem::path& file, const config::Config& config,
                                       const std::vector<Tried>& tried) {
  const std::string yaml = read_whole(file.string()).value_or("");
  std::vector<config::Fault> faults;
  for (std::size_t i = 0; i < tried.size(); ++i) {
    const Partner& partner = config.feeds[i];
    if (tried[i].error.empty() && tried[i].moved_to.empty()) continue;
    auto fault = fault_at(file, yaml, partner);
    fault.warning = tried[i].error.empty();
    fault.code = fault.warning ? "feed-moved" : "no-feed";
    fault.what = fault.warning ? "`" + partner.url + "` has moved for good"
                               : "`" + partner.url + "`: " + tried[i].error;
    fault.mend = tried[i].moved_to.empty() ? "ask the partner, or take it out" : "write " + tried[i].moved_to;
    faults.push_back(std::move(fault));
  }
  return faults;
}

/// Each enabled feed is asked once. 1 when one of them gives no feed.
int check_online(const std::filesystem::path& file, const config::Config& config, config::FaultFormat format,
                 const std::string& faults) {
  const auto tried = try_all(config);
  if (format == config::FaultFormat::json) {
    json::object document = json::parse(faults).as_object();
    json::array feeds;
    for (std::size_t i = 0; i < tried.size(); ++i) feeds.push_back(in_json(config.feeds[i], tried[i]));
    document["feeds"] = std::move(feeds);
    std::cout << json::serialize(document) << '\n';
  } else if (format == config::FaultFormat::github) {
    std::cout << config::render_faults(annotations(file, config, tried), format);
  } else {
    for (std::size_t i = 0; i < tried.size(); ++i) std::cout << in_text(config.feeds[i], tried[i]);
  }
  return std::ranges::all_of(tried, [](const Tried& one) { return one.error.empty(); }) ? Exit::done
                                                                                        : Exit::failed;
}

}  // namespace

int check(const Context& context, const CheckOptions& options) {
  const auto loaded = config::load(context.config_file);
  const auto format = format_of(options.format);
  const auto& said = loaded ? loaded->warnings : loaded.error();
  const bool online = loaded && options.online;
  std::string faults;
  if (!said.empty() || format == config::FaultFormat::json) {
    faults = config::render_faults(said, format, isatty(STDOUT_FILENO) == 1);
  }
  if (!online || format != config::FaultFormat::json) std::cout << faults << std::flush;
  if (!loaded) return Exit::usage;
  if (format == config::FaultFormat::text) {
    std::cout << context.config_file.string() << ": " << loaded->config.feeds.size() << " feeds, no faults"
              << std::endl;
  }
  return online ? check_online(context.config_file, loaded->config, format, faults) : Exit::done;
}

}  // namespace tributary::app
