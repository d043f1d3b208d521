// A feed's rhythm: how many items a day, at which hours, on which weekdays. A request is due when the items
// that are expected to have come, each weighted by how long it would have waited, add up to a fixed amount.
// For a steady feed that makes requests grow with the square root of its rate, which is what minimises the
// total delay for a given number of requests; with hours and weekdays known, requests gather where news is to
// be expected.
#include "fetcher/rhythm.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <optional>

namespace tributary::fetcher {
namespace {

using namespace std::chrono;
using days_of = duration<double, days::period>;

constexpr double half_life = 28;         // days until an observation counts for half
constexpr auto history = days{90};       // of what a first document tells
constexpr auto least_watched = days{1};  // before habits are believed
constexpr double usual_rate = 1.5;       // items a day of the feed that the usual interval is meant for
constexpr double prior_days = 0.3;       // what is believed before anything is seen: that rate, for so long
constexpr double hour_doubt = 2;         // so many items spread evenly are mixed into the hours seen
constexpr double day_doubt = 2;

double fading(double days_passed) {
  return std::exp2(-days_passed / half_life);
}

std::optional<Timestamp> date_of(const Item& item) {
  return item.published ? item.published : item.updated;
}

void count(Rhythm& rhythm, Timestamp when, double weight) {
  const auto day = floor<days>(when);
  rhythm.hours[static_cast<std::size_t>(floor<hours>(when - day).count())] += weight;
  rhythm.days[weekday(day).c_encoding()] += weight;
}

void fade(Rhythm& rhythm, double days_passed) {
  const double factor = fading(days_passed);
  for (double& weight : rhythm.hours) weight *= factor;
  for (double& weight : rhythm.days) weight *= factor;
  rhythm.watched = rhythm.watched * factor + days_passed;
}

double items_a_day(const Rhythm& rhythm) {
  const double items = std::accumulate(rhythm.hours.begin(), rhythm.hours.end(), 0.0);
  return (items + usual_rate * prior_days) / (rhythm.watched + prior_days);
}

/// Items a day to be expected in each hour of the week, from Sunday 00:00 UTC on.
std::array<double, 168> week_of(const Rhythm& rhythm) {
  const double rate = items_a_day(rhythm);
  const double items = std::accumulate(rhythm.hours.begin(), rhythm.hours.end(), 0.0);
  std::array<double, 24> by_hour{};
  for (std::size_t hour = 0; hour < 24; ++hour) {
    // The neighbours share a little: habits are not kept to the minute, and clocks change twice a year.
    const double near = rhythm.hours[(hour + 23) % 24] + rhythm.hours[(hour + 1) % 24];
    const double here = 0.7 * rhythm.hours[hour] + 0.15 * near;
    by_hour[hour] = 24 * (here + hour_doubt / 24) / (items + hour_doubt);
  }
  std::array<double, 168> week{};
  for (std::size_t day = 0; day < 7; ++day) {
    const double by_day = 7 * (rhythm.days[day] + day_doubt / 7) / (items + day_doubt);
    for (std::size_t hour = 0; hour < 24; ++hour) week[day * 24 + hour] = rate * by_day * by_hour[hour];
  }
  return week;
}

std::size_t hour_of_week(Timestamp when) {
  const auto day = floor<days>(when);
  return weekday(day).c_encoding() * 24 + static_cast<std::size_t>(floor<hours>(when - day).count());
}

}  // namespace

int observe(Rhythm& rhythm, const Feed* parsed, Timestamp now) {
  const bool first = !rhythm.until;
  if (!first) fade(rhythm, std::max(0.0, days_of(now - *rhythm.until).count()));
  if (first) rhythm.since = now;

  int fresh = 0;
  auto oldest = now;
  auto newest = rhythm.newest;
  if (parsed) {
    for (const auto& item : parsed->items) {
      const auto date = date_of(item);
      if (!date || *date > now) continue;  // a date in the future says nothing about habits
      if (!newest || *date > *newest) newest = date;
      if (rhythm.newest && *date <= *rhythm.newest) continue;
      if (first) {
        oldest = std::min(oldest, *date);
        if (*date <= now - history) continue;
      }
      ++fresh;
      count(rhythm, *date, first ? fading(days_of(now - *date).count()) : 1.0);
    }
  }
  if (first) {
    const double span = days_of(std::min<seconds>(now - oldest, history)).count();
    // The sum of what faded on the way.
    rhythm.watched = half_life / std::log(2.0) * (1 - fading(span));
  }
  rhythm.newest = newest;
  rhythm.until = std::max(now, rhythm.until.value_or(now));
  return fresh;
}

bool knows_habits(const Rhythm& rhythm, Timestamp now) {
  return rhythm.since && now - *rhythm.since >= least_watched;
}

double expected_items(const Rhythm& rhythm, Timestamp from, Timestamp to) {
  if (to <= from) return 0;
  const auto week = week_of(rhythm);
  const double whole_week = std::accumulate(week.begin(), week.end(), 0.0) / 24;
  double items = 0;
  if (const auto weeks_between = floor<weeks>(to - from); weeks_between.count() > 0) {
    items = whole_week * static_cast<double>(weeks_between.count());
    from += weeks_between;
  }
  while (from < to) {
    const auto end = std::min<Timestamp>(to, floor<hours>(from) + hours{1});
    items += week[hour_of_week(from)] * days_of(end - from).count();
    from = end;
  }
  return items;
}

seconds interval_by_rhythm(const Rhythm& rhythm, seconds usual, seconds least, seconds most, Timestamp now) {
  const auto week = week_of(rhythm);
  // At the usual rate, after the usual interval: rate * time * time / 2, in item-days.
  const double usual_days = days_of(usual).count();
  const double enough = usual_rate * usual_days * usual_days / 2;
  double waiting = 0, gathered = 0;
  const auto end = now + std::min<seconds>(most, days{31});
  for (auto at = now; at < end;) {
    const auto next = std::min<Timestamp>(end, floor<hours>(at) + hours{1});
    const double rate = week[hour_of_week(at)], span = days_of(next - at).count();
    const double grown = gathered + waiting * span + rate * span * span / 2;
    if (grown >= enough) {
      // Within this hour: rate/2 t² + waiting t = what is missing.
      const double missing = enough - gathered;
      const double t = 2 * missing / (waiting + std::sqrt(waiting * waiting + 2 * rate * missing));
      return std::clamp(seconds(at - now) + duration_cast<seconds>(days_of(t)), least, std::max(least, most));
    }
    gathered = grown;
    waiting += rate * span;
    at = next;
  }
  return std::max(least, most);
}

}  // namespace tributary::fetcher
