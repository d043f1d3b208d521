#include "fetcher/history.hpp"

#include <algorithm>

#include "fetcher/rhythm.hpp"

namespace tributary::fetcher {
namespace {

constexpr std::size_t most_fetches = 30, most_faults = 10, most_words = 160;
constexpr int weeks_kept = 53;

char letter_of(const FeedState& next, const Answer& answer, const Feed* parsed) {
  switch (next.status) {
    case FeedStatus::blocked:
      return 'b';
    case FeedStatus::held:
      return 'h';
    case FeedStatus::gone:
      return 'g';
    default:
      break;
  }
  if (!next.last_error.empty()) return 'f';
  if (answer.status == 304) return 'u';
  return parsed != nullptr ? 'n' : 's';
}

FeedWeek& week_in(std::vector<FeedWeek>& weeks, int number) {
  const auto place = std::ranges::lower_bound(weeks, number, {}, &FeedWeek::week);
  if (place != weeks.end() && place->week == number) return *place;
  return *weeks.insert(place, FeedWeek{.week = number});
}

/// In one line, no longer than a person reads.
std::string words_of(std::string text) {
  std::ranges::replace_if(text, [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  if (text.size() <= most_words) return text;
  std::size_t end = most_words;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U)
    --end;  // not within a character
  return text.substr(0, end) + "…";
}

void count_items(FeedHistory& history, const FeedState& before, const Feed& parsed, Timestamp now) {
  const auto& newest = before.memory.rhythm.newest;
  for (const auto& item : parsed.items) {
    const auto date = item.published ? item.published : item.updated;
    const auto when = std::min(date.value_or(now), now);
    const bool news = !before.last_success || (date && newest && *date > *newest);
    if (news && week_number(when) > week_number(now) - weeks_kept)
      ++week_in(history.weeks, week_number(when)).items;
  }
}

}  // namespace

int week_number(Timestamp when) {
  // 1970-01-01 was a Thursday.
  const auto days = std::chrono::floor<std::chrono::days>(when.time_since_epoch()).count() + 3;
  return static_cast<int>(days >= 0 ? days / 7 : (days - 6) / 7);
}

std::optional<double> items_a_week(const FeedState& state, Timestamp now) {
  if (!knows_habits(state.memory.rhythm, now)) return std::nullopt;
  return expected_items(state.memory.rhythm, now - std::chrono::weeks{1}, now);
}

void remember(FeedState& next, const FeedState& before, const Answer& answer, const Feed* parsed,
              Timestamp now) {
  if (answer.cancelled) return;
  auto& history = next.memory.history;
  if (next.status != before.status || !history.since) history.since = now;
  history.fetches += letter_of(next, answer, parsed);
  if (history.fetches.size() > most_fetches) history.fetches.erase(0, history.fetches.size() - most_fetches);
  ++history.requests;
  if (answer.status == 304) ++history.not_modified;
  history.bytes += answer.wire_bytes;
  if (!next.last_error.empty()) ++week_in(history.weeks, week_number(now)).failures;
  if (parsed != nullptr) {
    count_items(history, before, *parsed, now);
    history.faults.clear();
    for (std::size_t i = 0; i < std::min(most_faults, parsed->warnings.size()); ++i) {
      const auto& warning = parsed->warnings[i];
      history.faults += std::to_string(warning.line) + ":" + std::to_string(warning.column) + " " +
                        warning.code + " " + words_of(warning.message) + "\n";
    }
  }
  std::erase_if(history.weeks,
                [&](const FeedWeek& week) { return week.week <= week_number(now) - weeks_kept; });
}

}  // namespace tributary::fetcher
