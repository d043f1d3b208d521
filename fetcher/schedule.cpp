// When a feed is asked next. Everything here is a pure function of what is known and the time it is told.
#include <algorithm>
#include <cmath>

#include "fetcher/domain.hpp"
#include "fetcher/fetcher.hpp"
#include "fetcher/patience.hpp"
#include "model/url.hpp"

namespace tributary::fetcher {
namespace {

using std::chrono::seconds;

constexpr seconds longest_back_off = std::chrono::days{7};

/// The feed's usual interval.
seconds usual_interval(const FeedState&, const Partner& partner, const FetchOptions& options) {
  return std::max(partner.interval.value_or(options.interval), options.min_interval);
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

/// A permanent redirect counts once its target has shown to be the feed: by parsing, or, within the partner's
/// own domain, by knowing our validators. A 304 from somewhere else proves nothing, so the next request asks
/// for the whole document.
void remember_move(FeedState& state, const Answer& answer, bool parsed) {
  if (answer.permanent_url.empty() || answer.permanent_url == state.url) return;
  const bool same_domain =
      registrable_domain(host_of(answer.permanent_url)) == registrable_domain(host_of(state.url));
  if (answer.status != 304 || parsed || same_domain) {
    state.url = answer.permanent_url;
  } else {
    state.etag.clear();
    state.last_modified.clear();
  }
}

void succeed(FeedState& state, const Answer& answer, const Feed* parsed, Timestamp now) {
  state.last_success = now;
  state.consecutive_failures = 0;
  state.last_error.clear();
  remember_validators(state, answer);
  if (parsed) remember_wishes(state, *parsed);
  remember_move(state, answer, parsed != nullptr);
  if (state.status != FeedStatus::held && state.status != FeedStatus::disabled) {
    state.status = state.url == state.configured_url || state.configured_url.empty() ? FeedStatus::ok
                                                                                     : FeedStatus::moved;
  }
}

void fail(FeedState& state, const Verdict& verdict) {
  ++state.consecutive_failures;
  state.last_error = verdict.error ? verdict.error->detail : std::string();
  if (state.status != FeedStatus::disabled &&
      (state.status != FeedStatus::held || verdict.status == FeedStatus::gone)) {
    state.status = verdict.status == FeedStatus::ok ? FeedStatus::failing : verdict.status;
  }
}

Verdict unasked_not_modified() {
  return {
      FeedStatus::failing,
      Error{ErrorKind::http,
            {},
            "HTTP 304 (not modified) though nothing of this feed was known: its server or cache is broken"}};
}

}  // namespace

bool is_due(const FeedState& state, Timestamp now, bool force) {
  if (state.status == FeedStatus::gone || state.status == FeedStatus::disabled) return false;
  if (!state.last_fetch) return true;
  // Kept by a clock that was ahead: what it said about the future means nothing.
  if (*state.last_fetch > now + std::chrono::days{1}) return true;
  if (state.not_before && *state.not_before > now) return false;
  return force || !state.next_fetch || *state.next_fetch <= now;
}

FeedState after(const FeedState& state, const Answer& answer, const Feed* parsed,
                const std::optional<Verdict>& failure, const Partner& partner, const FetchOptions& options,
                Timestamp now, double seed) {
  if (answer.cancelled) return state;
  FeedState next = state;
  next.last_fetch = now;
  next.last_status = answer.status;
  next.not_before.reset();

  Verdict verdict =
      failure && (failure->error || failure->status != FeedStatus::ok) ? *failure : judge(answer);
  const bool conditional = !state.etag.empty() || !state.last_modified.empty();
  if (answer.status == 304 && !conditional && !verdict.error) verdict = unasked_not_modified();

  const auto interval = usual_interval(state, partner, options);
  seconds delay = interval;
  seconds spread = jitter(interval, seed);
  if (!verdict.error && verdict.status == FeedStatus::ok) {
    succeed(next, answer, parsed, now);
    delay = std::max({interval, asked_interval(next), freshness(answer, now)});
  } else {
    fail(next, verdict);
    delay = back_off(interval, next.consecutive_failures);
    spread = jitter(delay, seed);
  }
  if (next.status == FeedStatus::gone) {
    next.next_fetch.reset();
    return next;
  }

  next.next_fetch = outside_skipped(now + delay, next.skip_hours, next.skip_days) + spread;
  next.next_fetch = outside_skipped(*next.next_fetch, next.skip_hours, next.skip_days);
  if (answer.status == 429 || answer.status == 503 ||
      (answer.status >= 300 && answer.status < 400 && answer.status != 304)) {
    if (const auto wait = retry_delay(answer, now); wait && *wait > seconds(0)) {
      next.not_before = now + *wait;
      next.next_fetch =
          std::max(*next.next_fetch, *next.not_before + jitter(std::min(*wait, interval), seed));
    }
  }
  return next;
}

}  // namespace tributary::fetcher
