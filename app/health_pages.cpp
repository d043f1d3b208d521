#include "app/health_pages.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <sstream>

#include "fetcher/history.hpp"
#include "publisher/text.hpp"

namespace tributary::app {
namespace {

namespace json = boost::json;

std::string escaped(std::string_view text) {
  return publisher::escape(publisher::clean(text));
}

std::string or_dash(const std::optional<Timestamp>& when) {
  return when ? to_rfc3339(*when) : std::string("–");
}

json::value or_null(const std::optional<Timestamp>& when) {
  return when ? json::value(to_rfc3339(*when)) : json::value(nullptr);
}
json::value or_null(const std::string& text) {
  return text.empty() ? json::value(nullptr) : json::value(text);
}

std::string number_or_dash(int number) {
  return number > 0 ? std::to_string(number) : std::string("–");
}
json::value number_or_null(int number) {
  return number > 0 ? json::value(number) : json::value(nullptr);
}

struct Letter {
  char letter;
  int height;  ///< of its bar, of 12
  std::string_view words;
};
constexpr std::array letters{Letter{'n', 12, "news"},        Letter{'s', 6, "the same document"},
                             Letter{'u', 3, "not modified"}, Letter{'f', 12, "failed"},
                             Letter{'b', 12, "blocked"},     Letter{'h', 12, "held"},
                             Letter{'g', 12, "gone"}};

bool is_bad(char letter) {
  return letter != 'n' && letter != 's' && letter != 'u';
}

/// The last fetches as bars; the words are for who does not see them.
std::string fetches_svg(const std::string& fetches) {
  const auto bad = std::ranges::count_if(fetches, is_bad);
  std::string out = fmt::format(
      "<svg class=\"spark\" role=\"img\" width=\"{}\" height=\"14\" aria-label=\"last {} fetches, {} of them "
      "failed\">",
      std::max<std::size_t>(4 * fetches.size(), 4), fetches.size(), bad);
  for (std::size_t i = 0; i < fetches.size(); ++i) {
    const auto letter = std::ranges::find(letters, fetches[i], &Letter::letter);
    const int height = letter == letters.end() ? 1 : letter->height;
    out +=
        fmt::format("<rect class=\"{}\" x=\"{}\" y=\"{}\" width=\"3\" height=\"{}\"><title>{}</title></rect>",
                    is_bad(fetches[i]) ? "bad" : "good", 4 * i, 13 - height, height,
                    letter == letters.end() ? std::string_view() : letter->words);
  }
  return out + "</svg>";
}

/// A bar a week: what came above the line, what failed below, and a mark where nothing came since the feed is
/// known.
std::string year_svg(const FeedHistory& history, Timestamp now) {
  constexpr int weeks = 53, above = 24, below = 8;
  const int first = fetcher::week_number(now) - weeks + 1;
  std::array<FeedWeek, weeks> year{};
  int known_from = weeks;
  for (const auto& week : history.weeks) {
    const int place = week.week - first;
    if (place < 0 || place >= weeks) continue;
    year[static_cast<std::size_t>(place)] = week;
    known_from = std::min(known_from, place);
  }
  unsigned most = 1, items = 0, failures = 0, gaps = 0;
  std::string bars;
  const auto bar = [&](std::string_view kind, int place, int y, unsigned height, const std::string& words) {
    bars +=
        fmt::format("<rect class=\"{}\" x=\"{}\" y=\"{}\" width=\"3\" height=\"{}\"><title>{}</title></rect>",
                    kind, 4 * place, y, height, words);
  };
  for (const auto& week : year) most = std::max(most, week.items);
  for (int place = known_from; place < weeks; ++place) {
    const FeedWeek& week = year[static_cast<std::size_t>(place)];
    items += week.items;
    failures += week.failures;
    if (week.items > 0) {
      const auto height = std::max(1U, week.items * above / most);
      bar("good", place, above - static_cast<int>(height), height, fmt::format("{} items", week.items));
    } else {
      ++gaps;
      bar("gap", place, above - 1, 1, "no items");
    }
    if (week.failures > 0)
      bar("bad", place, above + 1, std::min<unsigned>(below, week.failures),
          fmt::format("{} failures", week.failures));
  }
  return fmt::format(
      "<svg class=\"year\" role=\"img\" width=\"{0}\" height=\"{1}\" aria-label=\"the last year by weeks: "
      "{2} items, {3} "
      "weeks without any, {4} failed fetches\"><line x1=\"0\" x2=\"{0}\" y1=\"{5}\" y2=\"{5}\"/>{6}</svg>",
      4 * weeks, above + below + 1, items, gaps, failures, above, bars);
}

constexpr std::string_view style =
    "body{font:1rem/1.5 system-ui,sans-serif;margin:2rem auto;max-width:80rem;padding:0 "
    "1rem;color-scheme:light "
    "dark}table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.3rem "
    ".6rem;border-bottom:1px "
    "solid #8888;vertical-align:top}td.n{text-align:right}svg .good{fill:#2a7f3f}svg .bad{fill:#c0392b}svg "
    ".gap{fill:#c77d0a}svg "
    "line{stroke:#8888}.failing,.blocked,.gone,.held{color:#c0392b;font-weight:bold}.wide{overflow-x:auto}";

std::string head(const std::string& title) {
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{0}</title>\n"
      "<meta name=\"viewport\" "
      "content=\"width=device-width\">\n<style>{1}</style></head>\n<body><main><h1>{0}</h1>\n",
      escaped(title), style);
}

bool is_polled(const FeedState& feed) {
  return feed.status != FeedStatus::gone && feed.status != FeedStatus::disabled;
}

std::string cadence(const FeedState& feed, Timestamp now) {
  const auto rate = fetcher::items_a_week(feed, now);
  if (!rate) return "not known yet";
  return fmt::format("about {:.1f} items a week", *rate);
}

/// Who can do what about a state.
std::string_view title_of(FeedStatus status) {
  switch (status) {
    case FeedStatus::failing:
      return "The last fetch failed";
    case FeedStatus::blocked:
      return "A challenge or login page came instead of the feed";
    case FeedStatus::gone:
      return "The feed is not asked any more";
    case FeedStatus::held:
      return "The feed is held until an admin decides";
    case FeedStatus::moved:
      return "The feed has moved for good";
    case FeedStatus::late:
      return "Silent for longer than its rhythm explains";
    default:
      return "";
  }
}

json::value problem_of(const FeedState& feed, const std::string& instance) {
  if (!has_problem(feed)) return nullptr;
  std::string detail = feed.last_error;
  if (detail.empty() && feed.status == FeedStatus::moved) detail = "it is asked at " + feed.url;
  if (detail.empty() && feed.status == FeedStatus::late)
    detail = "its newest item is of " + or_dash(feed.memory.rhythm.newest);
  json::object problem{{"type", "urn:tributary:feed-" + std::string(to_string(feed.status))},
                       {"title", title_of(feed.status)},
                       {"detail", or_null(detail)},
                       {"instance", instance}};
  // RFC 9457 section 3.1.2: the status that the partner's server gave.
  if (feed.last_status >= 400) problem["status"] = feed.last_status;
  return problem;
}

std::string_view push_words(Subscription::State state) {
  switch (state) {
    case Subscription::State::none:
      return "none";
    case Subscription::State::requested:
      return "requested";
    case Subscription::State::active:
      return "active";
    case Subscription::State::denied:
      return "denied";
    case Subscription::State::broken:
      return "broken";
  }
  return "none";
}

json::object feed_object(const FeedState& feed, const Partner& partner, Timestamp now) {
  const auto& history = feed.memory.history;
  const auto rate = fetcher::items_a_week(feed, now);
  json::array faults;
  for (const auto& fault : faults_of(feed)) {
    faults.push_back(json::object{{"line", number_or_null(fault.line)},
                                  {"column", number_or_null(fault.column)},
                                  {"code", fault.code},
                                  {"message", fault.message}});
  }
  return {{"configured_url", feed.configured_url},
          {"url", feed.url},
          {"name", or_null(feed.name)},
          {"state", to_string(feed.status)},
          {"since", or_null(shown_since(feed))},
          {"last_fetch", or_null(feed.last_fetch)},
          {"last_success", or_null(feed.last_success)},
          {"next_fetch", is_polled(feed) ? or_null(feed.next_fetch) : json::value(nullptr)},
          {"last_status", feed.last_status == 0 ? json::value(nullptr) : json::value(feed.last_status)},
          {"consecutive_failures", feed.consecutive_failures},
          {"last_error", or_null(feed.last_error)},
          {"items", feed.items},
          {"items_a_week", rate ? json::value(*rate) : json::value(nullptr)},
          {"last_fetches", history.fetches},
          {"requests", history.requests},
          {"not_modified", history.not_modified},
          {"bytes", history.bytes},
          {"push", push_words(feed.memory.push.state)},
          {"faults", std::move(faults)},
          {"problem", problem_of(feed, "/health/" + partner.slug)}};
}

struct Advice {
  std::string_view code, rule, effect, mend;
};
/// For partners, by the codes of the parser's warnings.
constexpr std::array advice{
    Advice{"not-well-formed", "XML 1.0 section 2.1: a document is well-formed",
           "other readers may refuse the whole feed; we guess what was meant",
           "write the feed with an XML library, not with a template of strings"},
    Advice{"bad-encoding", "XML 1.0 section 4.3.3: the bytes are text in the encoding that is declared",
           "letters may be shown wrong", "write UTF-8 and declare it"},
    Advice{"encoding-mismatch", "RFC 7303 section 3: header and document declare the same encoding",
           "readers that believe the other one show wrong letters",
           "let Content-Type say charset=utf-8, or nothing"},
    Advice{"undefined-entity", "XML 1.0 section 4.1: an entity is declared before it is used",
           "strict readers refuse the feed", "write the character itself, or a number such as &#160;"},
    Advice{"undeclared-prefix", "Namespaces in XML 1.0 section 5: a prefix is declared",
           "strict readers refuse the feed", "declare the namespace at the root element"},
    Advice{"bad-date", "RFC 822 in RSS, RFC 3339 in Atom: a date in the format's own form",
           "the item may stand at the wrong place, or at the time when we first saw it",
           "write dates by a library, with a numeric zone"},
    Advice{"bad-url", "RFC 3986: an address", "the link is left out",
           "write an absolute http or https address"},
    Advice{"duplicate-element", "an element that may stand once stands once", "one of them is passed over",
           "write it once"},
    Advice{"missing-id", "RFC 4287 section 4.1.2, RSS 2.0 guid: an item has an id of its own",
           "an item that is edited may look like a new one", "give each item a permanent id"},
    Advice{"entity-budget", "an entity does not grow without end", "the text is cut",
           "write the text itself"},
    Advice{"too-deep", "elements are nested as deep as makes sense",
           "deeper tags are dropped, their text stays", "close each element where it ends"},
    Advice{"too-many-elements", "a list is as long as makes sense", "the rest of it is left out",
           "say each thing once"},
    Advice{"too-many-attributes", "an element has as many attributes as makes sense", "the rest is left out",
           "write each attribute once"},
    Advice{"too-many-items", "a document holds its newest items", "the rest is left out",
           "put what is older on archive pages (RFC 5005)"},
    Advice{"base-budget", "RFC 3986 section 5.1: a base is an address", "some links are left relative",
           "write absolute addresses, or one short xml:base"},
};

}  // namespace

bool has_problem(const FeedState& feed) {
  return !title_of(feed.status).empty();
}

std::string health_html(const StatusReport& report, const config::Config& config, const DaemonHealth& daemon,
                        Timestamp now) {
  std::string out = head("Health: " + config.site.title);
  out += fmt::format("<p>{} feeds, {} items, {} stories. Last publication: {}. Last reload: {}.</p>\n",
                     report.totals.feeds, report.totals.items, report.totals.stories,
                     or_dash(daemon.last_publication), escaped(daemon.last_reload));
  if (!daemon.publication_error.empty()) {
    out += "<p class=\"failing\" role=\"alert\">The last publication failed: " +
           escaped(daemon.publication_error) + "</p>\n";
  }
  out +=
      "<p><a href=\"/health.json\">JSON</a>, <a href=\"/health/changes.xml\">changes as a feed</a>, "
      "<a href=\"/metrics\">metrics</a></p>\n<div class=\"wide\"><table><thead><tr>";
  for (const auto* column : {"State", "Since", "Feed", "Items", "Last fetches", "The year", "Last success",
                             "Next fetch", "Reason"}) {
    out += fmt::format("<th scope=\"col\">{}</th>", column);
  }
  out += "</tr></thead><tbody>\n";
  // Of very many partners the pictures would make a page of tens of megabytes; each one's own page has its
  // own.
  const bool many = report.feeds.size() > 1000;
  for (const std::size_t i : by_need(report)) {
    const FeedState& feed = report.feeds[i];
    const Partner& partner = config.feeds[i];
    out += fmt::format(
        "<tr><td class=\"{0}\">{0}</td><td>{1}</td><td><a href=\"/health/{2}\">{3}</a></td><td "
        "class=\"n\">{4}</td><td>{5}</td><td>{6}</td><td>{7}</td><td>{8}</td><td>{9}</td></tr>\n",
        to_string(feed.status), or_dash(shown_since(feed)), escaped(partner.slug), escaped(feed.name),
        feed.items, fetches_svg(feed.memory.history.fetches),
        many ? std::string() : year_svg(feed.memory.history, now), or_dash(feed.last_success),
        is_polled(feed) ? or_dash(feed.next_fetch) : std::string("–"),
        escaped(feed.status == FeedStatus::moved && feed.last_error.empty() ? "now at " + feed.url
                                                                            : feed.last_error));
  }
  return out + "</tbody></table></div></main></body></html>\n";
}

std::string health_json(const StatusReport& report, const config::Config& config, const DaemonHealth& daemon,
                        Timestamp now) {
  json::array feeds;
  for (const std::size_t i : by_need(report))
    feeds.push_back(feed_object(report.feeds[i], config.feeds[i], now));
  const json::object document{{"feeds", std::move(feeds)},
                              {"totals", json::object{{"feeds", report.totals.feeds},
                                                      {"items", report.totals.items},
                                                      {"stories", report.totals.stories}}},
                              {"publication", json::object{{"last", or_null(daemon.last_publication)},
                                                           {"error", or_null(daemon.publication_error)}}},
                              {"last_reload", or_null(daemon.last_reload)}};
  return json::serialize(document) + "\n";
}

std::string feed_html(const FeedState& feed, const Partner& partner, Timestamp now) {
  const auto& history = feed.memory.history;
  std::string out = head("Your feed as we see it: " + feed.name);
  const auto row = [&](std::string_view name, const std::string& value) {
    out += fmt::format("<tr><th scope=\"row\">{}</th><td>{}</td></tr>\n", name, value);
  };
  out += "<table><tbody>\n";
  row("Feed", fmt::format("<a href=\"{0}\">{0}</a>", escaped(feed.configured_url)));
  if (feed.url != feed.configured_url)
    row("Asked at", fmt::format("<a href=\"{0}\">{0}</a>", escaped(feed.url)));
  row("State", fmt::format("<span class=\"{0}\">{0}</span> since {1}", to_string(feed.status),
                           or_dash(shown_since(feed))));
  if (!feed.last_error.empty()) row("Reason", escaped(feed.last_error));
  row("Known items", std::to_string(feed.items));
  row("Rhythm", cadence(feed, now));
  row("Last visit", or_dash(feed.last_fetch));
  row("Last success", or_dash(feed.last_success));
  row("Next visit", is_polled(feed) ? or_dash(feed.next_fetch) : std::string("none"));
  row("Our requests", fmt::format("{}, {} of them answered with 304 ({:.0f} %), {} bytes", history.requests,
                                  history.not_modified,
                                  history.requests == 0 ? 0.0
                                                        : 100.0 * static_cast<double>(history.not_modified) /
                                                              static_cast<double>(history.requests),
                                  history.bytes));
  row("Last fetches", fetches_svg(history.fetches));
  row("The year", year_svg(history, now));
  if (!feed.memory.push.hub.empty()) {
    row("Push", fmt::format("{} at {}", push_words(feed.memory.push.state), escaped(feed.memory.push.hub)));
  }
  if (!partner.licence.empty()) row("Licence", escaped(partner.licence));
  out += "</tbody></table>\n";
  const auto faults = faults_of(feed);
  if (faults.empty()) {
    return out + "<h2>Faults</h2><p>" +
           (feed.last_success ? "None was seen." : "No document of it was read yet.") +
           "</p></main></body></html>\n";
  }
  out += "<h2>Faults</h2>\n<div class=\"wide\"><table><thead><tr>";
  for (const auto* column : {"Line", "Column", "Fault", "Rule", "Effect", "Mend"}) {
    out += fmt::format("<th scope=\"col\">{}</th>", column);
  }
  out += "</tr></thead><tbody>\n";
  for (const auto& fault : faults) {
    const auto known = std::ranges::find(advice, fault.code, &Advice::code);
    const bool told = known != advice.end();
    out += fmt::format(
        "<tr><td class=\"n\">{}</td><td class=\"n\">{}</td><td>{} "
        "<code>{}</code></td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
        number_or_dash(fault.line), number_or_dash(fault.column), escaped(fault.message), escaped(fault.code),
        told ? escaped(known->rule) : "", told ? escaped(known->effect) : "",
        told ? escaped(known->mend) : "");
  }
  return out + "</tbody></table></div></main></body></html>\n";
}

std::string feed_json(const FeedState& feed, const Partner& partner, Timestamp now) {
  auto document = feed_object(feed, partner, now);
  if (const auto problem = document["problem"]; problem.is_object()) {
    // RFC 9457 section 3.2: what else there is to say are extension members.
    for (const auto& [name, value] : problem.as_object()) document[name] = value;
  }
  document.erase("problem");
  return json::serialize(document) + "\n";
}

std::string changes_atom(const StatusReport& report, const config::Config& config) {
  constexpr std::size_t most = 100;
  std::vector<std::size_t> changed;
  for (std::size_t i = 0; i < report.feeds.size(); ++i) {
    if (shown_since(report.feeds[i])) changed.push_back(i);
  }
  std::ranges::stable_sort(changed, std::ranges::greater{},
                           [&](std::size_t i) { return *shown_since(report.feeds[i]); });
  if (changed.size() > most) changed.resize(most);
  const auto id = "tag:" + host_of(config.site.url) + ",2026:health";
  const auto updated = changed.empty() ? Timestamp{} : *shown_since(report.feeds[changed.front()]);
  std::string out = fmt::format(
      "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\">\n"
      "<title>Changes of state: "
      "{}</title>\n<id>{}</id>\n<updated>{}</updated>\n<author><name>Tributary</name></author>\n",
      escaped(config.site.title), escaped(id), to_rfc3339(updated));
  for (const std::size_t i : changed) {
    const FeedState& feed = report.feeds[i];
    const auto when = to_rfc3339(*shown_since(feed));
    out += fmt::format(
        "<entry>\n<title>{0}: {1}</title>\n<id>{2}/{3}/{4}/{5}</id>\n<updated>{5}</updated>\n"
        "<link href=\"{6}\"/>\n<summary>{7}</summary>\n</entry>\n",
        escaped(feed.name), to_string(feed.status), escaped(id), escaped(config.feeds[i].slug),
        to_string(feed.status), when, escaped(feed.configured_url),
        escaped(feed.last_error.empty()
                    ? std::string("The feed is ") + std::string(to_string(feed.status)) + "."
                    : feed.last_error));
  }
  return out + "</feed>\n";
}

}  // namespace tributary::app
