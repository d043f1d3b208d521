#pragma once
#include <chrono>
#include <optional>
#include <string_view>

#include "model/timestamp.hpp"

namespace tributary::parser {

/// Wall-clock time, of no zone yet.
using LocalTime = std::chrono::local_seconds;

/// Turns a local time into a moment by a zone's name: abbreviations (EST, MESZ, JST …, any case), the
/// military letters of RFC 822 section 5.1, and IANA names. nullopt for a name nobody knows. Where clocks
/// were set back the earlier moment is taken, where they were set forward the one the old offset gives.
[[nodiscard]] std::optional<Timestamp> in_zone(LocalTime local, std::string_view zone);

/// True for a name that in_zone() knows as an abbreviation.
[[nodiscard]] bool is_zone_abbreviation(std::string_view name);

}  // namespace tributary::parser
