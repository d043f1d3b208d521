#pragma once
#include <optional>
#include <string_view>

#include "model/timestamp.hpp"

namespace tributary::parser {

struct DateContext {
  std::string_view language = {};  ///< BCP 47 tag of the feed: its month names are asked first
  std::string_view timezone = {};  ///< IANA name for dates without a zone; empty: UTC
};

/// Reads the dates that partners really send (parse-contract.md, "Date"): RFC 822/2822, RFC 3339, W3C-DTF,
/// ISO 8601, asctime, and their customary faults, with month names of many languages. Missing time is
/// 00:00:00, missing day or month 01. nullopt when it cannot be understood or names no day of the calendar.
[[nodiscard]] std::optional<Timestamp> parse_date(std::string_view text, const DateContext& context = {});

}  // namespace tributary::parser
