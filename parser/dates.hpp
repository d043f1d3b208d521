#pragma once
#include <optional>
#include <string_view>

#include "model/timestamp.hpp"

namespace tributary::parser {

/// What is known of the place a date stands in.
struct DateContext {
  std::string_view language = {};  ///< BCP 47, of the feed: whose month names are tried first
  std::string_view timezone = {};  ///< IANA name, for dates that name no zone; empty: UTC
};

/// A date as partners write it (parse-contract.md, "Date"): RFC 822, 2822, 5322 and 850 with their common
/// faults, RFC 3339, W3C-DTF, ISO 8601 (extended, basic, ordinal, weeks, truncated), asctime, SQL, slashed
/// and dotted dates, names of months in the languages ICU knows, seconds since 1970. Missing parts are the
/// earliest (January, the 1st, 00:00:00); 24:00 is the next midnight; a leap second is the second before.
/// nullopt when it is no date, or no possible one (30 February).
[[nodiscard]] std::optional<Timestamp> parse_date(std::string_view text, const DateContext& context = {});

}  // namespace tributary::parser
