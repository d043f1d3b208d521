#pragma once
#include <chrono>
#include <optional>

#include "fetcher/fetcher.hpp"

namespace tributary::fetcher {

/// Nothing that a partner asks for is obeyed for longer than this: behind it stands a mistake, not a wish.
inline constexpr std::chrono::seconds longest_patience = std::chrono::days{30};

/// How long the answer stays fresh by Cache-Control: max-age, else Expires (RFC 9111 section 4.2), less its
/// Age. 0 when it says nothing, or that it may not be kept. At most longest_patience.
[[nodiscard]] std::chrono::seconds freshness(const Answer& answer, Timestamp now);

/// Retry-After (RFC 9110 section 10.2.3), in seconds or as a date; a date counts from the answer's own Date,
/// so that a clock that is wrong on either side does no harm. nullopt when there is none that can be read. At
/// most longest_patience.
[[nodiscard]] std::optional<std::chrono::seconds> retry_delay(const Answer& answer, Timestamp now);

/// The first moment from `when` on whose hour and day the feed doesn't ask to be skipped (RSS 2.0 skipHours,
/// skipDays, UTC). A feed that skips every hour or day asks for the impossible and is not obeyed.
[[nodiscard]] Timestamp outside_skipped(Timestamp when, unsigned skip_hours, unsigned skip_days);

}  // namespace tributary::fetcher
