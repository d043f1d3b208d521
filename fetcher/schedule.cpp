// When a feed is asked next. Everything here is a pure function of what is known and the time it is told.
#include <algorithm>
#include <cmath>

#include "fetcher/domain.hpp"
#include "fetcher/fetcher.hpp"
#include "fetcher/identity.hpp"
#include "fetcher/patience.hpp"
#include "fetcher/rhythm.hpp"
#include "model/url.hpp"

namespace tributary::fetcher {
namespace {

using std::chrono::seconds;

constexpr seconds longest_back_off = std::chrono::days{7};

/// What feeds.yaml says, of this feed or of all: what back-off starts from.
seconds configured_interval(const Partner& partner, const FetchOptions& options) {
  if (partner.interval) return std::max(*partner.interval, options.min_interval);
  return std::clamp(options.interval, options.min_interval,
                    std::max(options.min_interval, options.max_interval));
}

/// An interval that an admin set for one feed is meant as it stands; the common one adapts to the feed's
/// habits.
seconds adapted_interval(FeedState& state, const Partner& partner, const FetchOptions& options,
                         Timestamp now) {
  const auto configured = configured_interval(partner, options);
  state.learned_interval = seconds(0);
  if (partner.interval || options.min_interval >= options.max_interval) return configured;
  if (!knows_habits(state.memory.rhythm, now)) return configured;
  state.learned_interval = interval_by_rhythm(state.memory.rhythm, options.interval, options.min_interval,
                                              options.max_interval, now);
  return state.learned_interval;
}

/// Jitter only delays, by at most a fifth: feeds that were asked in the same second drift apart.
seconds jitter(seconds interval, double seed) {
  const auto share = std::clamp(seed, 0.0, 1.0) * 0.2;
  return seconds(static_cast<std::int64_t>(std::floor(share * static_cast<double>(interval.count()))));
}

seconds back_off(seconds interval, int failures) {
  const auto most = std::max(interval, longest_back_off);
  for (int i = 1; i < failures && interval < most; ++i) interval *= 2;
  return std::min(interval, most);
}

/// What the feed itself asks for, in its document.
seconds asked_interval(const FeedState& state) {
  seconds longest = state.update_interval.value_or(seconds(0));
  if (state.ttl)
    longest = std::max<seconds>(longest, std::chrono::minutes(std::clamp(*state.ttl, 0, 60 * 24 * 30)));
  return std::clamp(longest, seconds(0), longest_patience);
}

void remember_wishes(FeedState& state, const Feed& feed) {
  state.ttl = feed.ttl;
  state.update_interval = feed.update_interval;
  state.skip_hours = 0;
  state.skip_days = 0;
  for (const int hour : feed.skip_hours) {
    if (hour >= 0 && hour < 24) state.skip_hours |= 1U << hour;
  }
  for (const int day : feed.skip_days) {
    if (day >= 0 && day < 7) state.skip_days |= 1U << day;
  }
}

/// RFC 9110 section 15.4.5: a 304 brings validators when they changed; a 200 without any leaves none.
void remember_validators(FeedState& state, const Answer& answer) {
  if (answer.status != 304) {
    state.etag = answer.etag;
    state.last_modified = answer.last_modified;
    return;
  }
  if (!answer.etag.empty()) state.etag = answer.etag;
  if (!answer.last_modified.empty()) state.last_modified = answer.last_modified;
}

/// Where a success says that the feed lives: at the end of a permanent redirect, be it of this visit or of
/// one that asked for patience first.
std::string new_address(const FeedState& state, const Answer& answer) {
  if (!answer.permanent_url.empty()) return answer.permanent_url;
  const auto& waited_for = state.memory.redirect_to;
  return !waited_for.empty() && answer.requested_url == waited_for ? waited_for : std::string();
}

/// A permanent redirect counts once its target has shown to be the feed: by parsing, or, within the partner's
/// own domain, by knowing our validators. A 304 from somewhere else proves nothing, so the next request asks
/// for the whole document.
void remember_move(FeedState& state, const Answer& answer) {
  const auto address = new_address(state, answer);
  state.memory.redirect_to.clear();
  if (address.empty() || address == state.url) return;
  if (answer.status != 304 ||
      registrable_domain(host_of(address)) == registrable_domain(host_of(state.url))) {
    state.url = address;
  } else {
    state.etag.clear();
    state.last_modified.clear();
  }
}

/// A validator that stays the same while items are added tells nothing: with it, news would be missed.
void weigh_validators(FeedState& state, const Answer& answer, const Feed* parsed, int fresh) {
  if (answer.status == 304) {
    if (!state.memory.last_whole) state.memory.last_whole = state.last_fetch;
    return;
  }
  if (answer.status == 200) state.memory.last_whole = state.last_fetch;
  const bool undated = parsed && std::ranges::none_of(parsed->items, [](const Item& item) {
                         return item.published || item.updated;
                       });
  const bool news = parsed && (fresh > 0 || undated);
  const auto weigh = [&](const std::string& known, const std::string& sent, bool& distrusted) {
    if (sent != known) {
      distrusted = false;
    } else if (news && !known.empty()) {
      distrusted = true;
    }
  };
  weigh(state.etag, answer.etag, state.memory.etag_distrusted);
  weigh(state.last_modified, answer.last_modified, state.memory.last_modified_distrusted);
}

void succeed(FeedState& state, const Answer& answer, const Feed* parsed, Timestamp now) {
  state.last_success = now;
  state.consecutive_failures = 0;
  state.last_error.clear();
  const int fresh = observe(state.memory.rhythm, parsed, now);
  weigh_validators(state, answer, parsed, fresh);
  remember_validators(state, answer);
  if (parsed) {
    remember_wishes(state, *parsed);
    state.memory.identity = identity_of(parsed->details);
  }
  remember_move(state, answer);
  if (state.status != FeedStatus::disabled) {
    state.status = state.url == state.configured_url || state.configured_url.empty() ? FeedStatus::ok
                                                                                     : FeedStatus::moved;
  }
}

void fail(FeedState& state, const Verdict& verdict) {
  state.last_error = verdict.error ? verdict.error->detail : std::string();
  state.memory.redirect_to.clear();
  if (verdict.status != FeedStatus::held) ++state.consecutive_failures;
  if (state.status != FeedStatus::disabled) {
    state.status = verdict.status == FeedStatus::ok ? FeedStatus::failing : verdict.status;
  }
}

/// RFC 9110 section 10.2.3: with a redirect, Retry-After is how long to wait before following it. The old
/// address is not asked again meanwhile; the new one is what comes next.
bool waits_before_following(const Answer& answer) {
  return !answer.error && (answer.status == 301 || answer.status == 308) && !answer.permanent_url.empty();
}

Verdict unasked_not_modified() {
  return {
      FeedStatus::failing,
      Error{ErrorKind::http,
            {},
            "HTTP 304 (not modified) though nothing of this feed was known: its server or cache is broken"}};
}

}  // namespace

bool is_due(const FeedState& state, Timestamp now, bool force, const HostRests& rests) {
  if (state.status == FeedStatus::gone || state.status == FeedStatus::disabled) return false;
  if (const auto rest = rests.until(state.url); rest && *rest > now) return false;
  // Kept by a clock that was ahead: what it said about the future means nothing.
  if (state.last_fetch && *state.last_fetch > now + std::chrono::days{1}) return true;
  if (state.not_before && *state.not_before > now) return false;
  if (!state.last_fetch) return true;
  return force || !state.next_fetch || *state.next_fetch <= now;
}

FeedState after(const FeedState& state, const Answer& answer, const Feed* parsed,
                const std::optional<Verdict>& failure, const Partner& partner, const FetchOptions& options,
                Timestamp now, double seed) {
  FeedState next = state;
  auto interval = configured_interval(partner, options);
  const auto rest_for = [&](seconds wait) {
    next.not_before = now + wait;
    next.next_fetch =
        std::max(next.next_fetch.value_or(now), *next.not_before + jitter(std::min(wait, interval), seed));
  };
  if (answer.cancelled) {
    // Not asked after all: of the feed we know no more than before, of its host perhaps that it wants to be
    // left alone.
    if (const auto wait = retry_delay(answer, now)) rest_for(*wait);
    return next;
  }
  next.last_fetch = now;
  next.last_status = answer.status;
  next.not_before.reset();
  if (waits_before_following(answer)) {
    next.memory.redirect_to = answer.permanent_url;
    next.next_fetch = now;
    rest_for(std::max(retry_delay(answer, now).value_or(interval), seconds(1)));
    return next;
  }

  Verdict verdict =
      failure && (failure->error || failure->status != FeedStatus::ok) ? *failure : judge(answer);
  const bool conditional = !state.etag.empty() || !state.last_modified.empty();
  if (answer.status == 304 && !conditional && !verdict.error) verdict = unasked_not_modified();

  seconds delay{0}, spread{0};
  if (!verdict.error && verdict.status == FeedStatus::ok) {
    succeed(next, answer, parsed, now);
    interval = adapted_interval(next, partner, options, now);
    spread = jitter(interval, seed);
    delay = std::max({interval, asked_interval(next), freshness(answer, now)});
  } else {
    fail(next, verdict);
    delay = back_off(interval, std::max(1, next.consecutive_failures));
    spread = jitter(delay, seed);
  }
  if (next.status == FeedStatus::gone) {
    next.next_fetch.reset();
    return next;
  }

  next.next_fetch = outside_skipped(now + delay, next.skip_hours, next.skip_days) + spread;
  next.next_fetch = outside_skipped(*next.next_fetch, next.skip_hours, next.skip_days);
  if (answer.status == 429 || answer.status == 503) {
    if (const auto wait = retry_delay(answer, now); wait && *wait > seconds(0)) rest_for(*wait);
  }
  return next;
}

FeedStatus shown_status(const FeedState& state, Timestamp now) {
  constexpr std::size_t enough_items = 10;
  constexpr auto enough_history = std::chrono::weeks{1};
  constexpr auto long_silence = std::chrono::days{90};
  constexpr double unlikely_silence =
      4.6;  // of a steady feed, one silence in a hundred spans so many expected items
  const auto& rhythm = state.memory.rhythm;
  if (state.status != FeedStatus::ok || state.items < enough_items || !rhythm.newest || !rhythm.since)
    return state.status;
  // History is what we watched ourselves: a feed that was met today is not called silent for its old items.
  if (now - *rhythm.since < enough_history) return state.status;
  if (now - *rhythm.newest >= long_silence) return FeedStatus::quiet;
  if (expected_items(rhythm, *rhythm.newest, now) >= unlikely_silence) return FeedStatus::late;
  return state.status;
}

}  // namespace tributary::fetcher
