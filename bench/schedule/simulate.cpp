// A synthetic month of partners, asked by several rules, without any network: how many requests a new item
// costs, and how long after its publication it is fetched. README.md beside this file says how the partners
// publish.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "fetcher/fetcher.hpp"

namespace {

using namespace tributary;
using namespace std::chrono;
using Random = std::mt19937_64;

const Timestamp month_begins = sys_days{2026y / 3 / 1};
const Timestamp history_begins = month_begins - days{60};
const Timestamp watching_begins = month_begins - days{30};
const Timestamp month_ends = month_begins + days{30};

/// How a kind of partner publishes.
struct Kind {
  const char* name;
  double share;        ///< of all partners
  double least, most;  ///< items a week, drawn evenly on a logarithmic scale
  bool office;         ///< Monday to Friday, 8 to 18 of its own clock
  double habit_hours;  ///< items come around the partner's own hour of the day, with this deviation; 0: no
                       ///< such hour
  int burst;           ///< items come in groups of up to so many
};

constexpr Kind kinds[]{
    {"news desks", 0.04, 50, 200, true, 0, 1},
    {"daily, at a habitual hour", 0.16, 4, 14, true, 1.0, 2},
    {"weekly", 0.40, 0.7, 3, true, 2.0, 2},
    {"monthly", 0.28, 0.15, 0.6, true, 3.0, 3},
    {"round the clock (robots, forums)", 0.05, 7, 100, false, 0, 1},
    {"nightly batches", 0.04, 5, 20, false, 0.1, 5},
    {"asleep", 0.03, 0.01, 0.05, true, 0, 1},
};

std::vector<Timestamp> publications(const Kind& kind, Random& random) {
  std::uniform_real_distribution<double> even(0, 1);
  const double rate = kind.least * std::pow(kind.most / kind.least, even(random)) / 7;  // a day
  const auto zone = hours{std::uniform_int_distribution<int>(-8, 10)(random)};
  const double habit = kind.office ? 8 + 10 * even(random) : 24 * even(random);
  std::vector<Timestamp> out;
  const double groups = kind.burst > 1 ? (1.0 + kind.burst) / 2 : 1;
  const double on_a_day = rate / groups * (kind.office ? 7.0 / 5 : 1);
  for (auto day = history_begins; day < month_ends; day += days{1}) {
    const auto name = weekday(floor<days>(day));
    if (kind.office && (name == Saturday || name == Sunday)) continue;
    const int count = std::poisson_distribution<int>(on_a_day)(random);
    for (int i = 0; i < count; ++i) {
      double hour = kind.office ? 8 + 10 * even(random) : 24 * even(random);
      if (kind.habit_hours > 0)
        hour = habit + kind.habit_hours * std::normal_distribution<double>(0, 1)(random);
      const auto when = day + duration_cast<seconds>(duration<double, hours::period>(hour)) - zone;
      const int group = kind.burst > 1 ? std::uniform_int_distribution<int>(1, kind.burst)(random) : 1;
      for (int k = 0; k < group; ++k) out.push_back(when + seconds{k * 20});
    }
  }
  std::ranges::sort(out);
  return out;
}

struct Tally {
  std::size_t requests = 0;
  std::vector<double> minutes;  ///< from publication to fetch
};

/// Asks one partner through the month; `next` says when after a visit that brought the given items.
using Visit = std::vector<Timestamp>;
void follow(const std::vector<Timestamp>& items, Timestamp first,
            const std::function<Timestamp(Timestamp, const Visit&)>& next, Tally& tally) {
  std::size_t known = 0;
  for (auto now = first; now < month_ends;) {
    Visit visit;
    for (; known < items.size() && items[known] <= now; ++known) {
      visit.push_back(items[known]);
      if (items[known] >= month_begins)
        tally.minutes.push_back(static_cast<double>((now - items[known]).count()) / 60);
    }
    if (now >= month_begins) ++tally.requests;
    now = std::max(now + seconds{1}, next(now, visit));
  }
}

Feed document(const Visit& visit) {
  Feed feed;
  for (const auto when : visit) {
    Item item;
    item.published = when;
    feed.items.push_back(std::move(item));
  }
  return feed;
}

/// Our own rule, through the fetcher's door.
auto tributary_rule(const FetchOptions& options, Random& random) {
  FeedState state{.key = "f",
                  .configured_url = "https://partner.example.org/feed",
                  .url = "https://partner.example.org/feed"};
  return [=, &random](Timestamp now, const Visit& visit) mutable {
    fetcher::Answer answer{.requested_url = state.url,
                           .url = state.url,
                           .status = visit.empty() && state.last_fetch ? 304 : 200};
    answer.etag = "\"e\"";
    if (answer.status == 200) answer.body = "<feed/>";
    // A document holds the newest 20, whatever was seen of them before.
    const Feed feed = document(visit.size() > 20 ? Visit(visit.end() - 20, visit.end()) : visit);
    state = fetcher::after(state, answer, answer.status == 200 ? &feed : nullptr, std::nullopt, {}, options,
                           now, std::uniform_real_distribution<double>(0, 1)(random));
    return *state.next_fetch;
  };
}

auto fixed_rule(seconds interval) {
  return [=](Timestamp now, const Visit&) { return now + interval; };
}

/// Miniflux's published "entry frequency": a week's minutes over the entries of the last week, between 5
/// minutes and a day.
auto entry_frequency_rule() {
  return [recent = std::vector<Timestamp>{}](Timestamp now, const Visit& visit) mutable {
    recent.insert(recent.end(), visit.begin(), visit.end());
    std::erase_if(recent, [&](Timestamp when) { return when < now - weeks{1}; });
    const double minutes_between = recent.empty() ? 1440 : 7 * 24 * 60 / static_cast<double>(recent.size());
    return now + seconds(static_cast<std::int64_t>(60 * std::clamp(minutes_between, 5.0, 1440.0)));
  };
}

double quantile(std::vector<double> values, double at) {
  if (values.empty()) return 0;
  const auto nth = values.begin() + static_cast<std::ptrdiff_t>(at * static_cast<double>(values.size() - 1));
  std::ranges::nth_element(values, nth);
  return *nth;
}

double mean(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return values.empty() ? 0 : sum / static_cast<double>(values.size());
}

void print(const char* name, const Tally& tally) {
  std::printf(
      "  %-34s %10zu requests %7.2f/item   delay min: median %6.1f  mean %6.1f  90%% %7.1f\n", name,
      tally.requests,
      static_cast<double>(tally.requests) / std::max<double>(1, static_cast<double>(tally.minutes.size())),
      quantile(tally.minutes, 0.5), mean(tally.minutes), quantile(tally.minutes, 0.9));
}

}  // namespace

int main(int count, char** arguments) {
  const int partners = count > 1 ? std::atoi(arguments[1]) : 10000;
  const FetchOptions options;  // the defaults of feeds.yaml
  Random random(20260301), jitter(1);
  Tally hourly, frequency, ours;
  std::size_t items = 0;
  std::vector<std::size_t> per_second(3600);
  for (const auto& kind : kinds) {
    Tally kind_hourly, kind_frequency, kind_ours;
    const int share = static_cast<int>(kind.share * partners);
    for (int i = 0; i < share; ++i) {
      const auto published = publications(kind, random);
      const auto first = watching_begins + seconds{std::uniform_int_distribution<int>(0, 3599)(random)};
      follow(published, first, fixed_rule(hours{1}), kind_hourly);
      follow(published, first, entry_frequency_rule(), kind_frequency);
      auto rule = tributary_rule(options, jitter);
      follow(
          published, first,
          [&](Timestamp now, const Visit& visit) {
            if (now >= month_begins)
              ++per_second[static_cast<std::size_t>(now.time_since_epoch().count() % 3600)];
            return rule(now, visit);
          },
          kind_ours);
    }
    std::printf("%s: %d partners, %zu items in the month\n", kind.name, share, kind_ours.minutes.size());
    items += kind_ours.minutes.size();
    print("every hour", kind_hourly);
    print("entry frequency", kind_frequency);
    print("tributary", kind_ours);
    for (auto [all, one] : {std::pair{&hourly, &kind_hourly}, std::pair{&frequency, &kind_frequency},
                            std::pair{&ours, &kind_ours}}) {
      all->requests += one->requests;
      all->minutes.insert(all->minutes.end(), one->minutes.begin(), one->minutes.end());
    }
  }
  std::printf("all: %d partners, %zu items in the month\n", partners, items);
  print("every hour", hourly);
  print("entry frequency", frequency);
  print("tributary", ours);
  const auto [least, most] = std::ranges::minmax(per_second);
  std::printf(
      "  of the 3,600 seconds of the hour the busiest saw %.2f times the average\n",
      static_cast<double>(most) * 3600 / static_cast<double>(std::max<std::size_t>(1, ours.requests)));
  std::printf(
      "{\"partners\":%d,\"items\":%zu,\"requests\":%zu,\"requests_of_hourly\":%.3f,\"median_delay_min\":%.1f,"
      "\"median_delay_hourly_min\":%.1f}\n",
      partners, items, ours.requests,
      static_cast<double>(ours.requests) / static_cast<double>(hourly.requests), quantile(ours.minutes, 0.5),
      quantile(hourly.minutes, 0.5));
  // What the rule promises: at most half the requests of hourly polling, at no more delay.
  const bool kept = 2 * ours.requests <= hourly.requests && quantile(ours.minutes, 0.5) <= quantile(hourly.minutes, 0.5);
  return kept ? 0 : 1;
}
