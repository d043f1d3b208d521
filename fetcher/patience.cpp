#include "fetcher/patience.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

namespace tributary::fetcher {
namespace {

using std::chrono::seconds;

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

/// delta-seconds (RFC 9111 section 1.2.2): a number too great to hold is the greatest there is.
std::optional<seconds> delta_seconds(std::string_view text) {
  text = trimmed(text);
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
  if (text.empty() || !std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; }))
    return std::nullopt;
  std::int64_t value = 0;
  for (const char c : text) value = std::min<std::int64_t>(value * 10 + (c - '0'), longest_patience.count());
  return seconds(value);
}

struct CacheControl {
  bool not_reusable = false;  ///< no-cache or no-store
  bool has_max_age = false;
  std::optional<seconds> max_age = {};
};

CacheControl parse_cache_control(std::string_view header) {
  CacheControl out;
  while (!header.empty()) {
    // A comma inside a quoted string, e.g. no-cache="Set-Cookie, Via", parts nothing.
    std::size_t end = 0;
    bool quoted = false;
    for (; end < header.size() && (quoted || header[end] != ','); ++end) {
      if (header[end] == '"') quoted = !quoted;
    }
    const auto directive = trimmed(header.substr(0, end));
    header.remove_prefix(std::min(header.size(), end + 1));
    const auto equals = directive.find('=');
    std::string name(trimmed(directive.substr(0, equals)));
    std::ranges::transform(name, name.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    // no-cache="field" forbids only to reuse that field (RFC 9111 section 5.2.2.4).
    if (name == "no-store" || (name == "no-cache" && equals == std::string_view::npos))
      out.not_reusable = true;
    if (name == "max-age" && !out.has_max_age) {
      out.has_max_age = true;
      if (equals != std::string_view::npos) out.max_age = delta_seconds(directive.substr(equals + 1));
    }
  }
  return out;
}

seconds bounded(seconds wanted) {
  return std::clamp(wanted, seconds(0), longest_patience);
}

}  // namespace

seconds freshness(const Answer& answer, Timestamp now) {
  const auto control = parse_cache_control(answer.cache_control);
  if (control.not_reusable) return seconds(0);
  seconds lifetime{0};
  if (control.has_max_age) {
    lifetime = control.max_age.value_or(
        seconds(0));  // one that cannot be read counts as stale (RFC 9111 section 4.2.1)
  } else if (const auto expires = from_http_date(answer.expires)) {
    lifetime = *expires - from_http_date(answer.date).value_or(now);
  }
  return bounded(bounded(lifetime) - delta_seconds(answer.age).value_or(seconds(0)));
}

std::optional<seconds> retry_delay(const Answer& answer, Timestamp now) {
  if (const auto delay = delta_seconds(answer.retry_after)) return bounded(*delay);
  if (const auto when = from_http_date(answer.retry_after)) {
    return bounded(*when - from_http_date(answer.date).value_or(now));
  }
  return std::nullopt;
}

Timestamp outside_skipped(Timestamp when, unsigned skip_hours, unsigned skip_days) {
  using namespace std::chrono;
  constexpr unsigned all_hours = (1U << 24) - 1, all_days = (1U << 7) - 1;
  if ((skip_hours & all_hours) == all_hours) skip_hours = 0;
  if ((skip_days & all_days) == all_days) skip_days = 0;
  const auto skipped = [&](Timestamp moment) {
    const auto day = floor<days>(moment);
    const auto hour = static_cast<unsigned>(floor<hours>(moment - day).count());
    return (skip_hours >> hour & 1U) != 0 || (skip_days >> weekday(day).c_encoding() & 1U) != 0;
  };
  // At most a week's days and a day's hours lie between.
  for (int step = 0; step < 8 * 24 && skipped(when); ++step) when = floor<hours>(when) + hours(1);
  return when;
}

}  // namespace tributary::fetcher
