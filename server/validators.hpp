#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/timestamp.hpp"
#include "server/coding.hpp"
#include "server/request.hpp"

// RFC 9110 sections 13 (conditional requests) and 14 (ranges), as pure functions.
namespace tributary::server {

/// The strong entity tag of a coding of some content, with quotes: "HASH", "HASH-gz", "HASH-br".
[[nodiscard]] std::string entity_tag(std::string_view hash, Coding coding);

/// What a condition is asked of.
struct Validators {
  std::string_view hash = {};
  Timestamp modified = {};
  bool weak_date = false;  ///< the bytes changed within the second of `modified`: a date cannot tell the two
                           ///< versions apart
};

enum class Condition { proceed, not_modified, failed };
struct Verdict {
  Condition condition = Condition::proceed;
  std::optional<Coding> matched =
      {};  ///< with not_modified: the coding whose tag the client has, when it gave one
};

/// In the order of RFC 9110 section 13.2.2. A tag of any coding of the same content counts as a match: the
/// client has that content, in whichever form. `selected` is preferred when several match.
[[nodiscard]] Verdict judge_conditions(const Request& request, const Validators& validators, Coding selected);

/// Bytes of the plain form, first and last included.
struct Range {
  std::uint64_t first = 0, last = 0;
};
enum class RangeVerdict { whole, part, unsatisfiable };

/// What of `size` bytes a GET's Range field asks for. Several ranges at once, other units, malformed ones and
/// an If-Range that does not hold get the whole, as RFC 9110 section 14.2 allows.
[[nodiscard]] RangeVerdict judge_range(const Request& request, const Validators& validators,
                                       std::uint64_t size, Range& range);

/// Whether the list of entity tags names `hash` in any coding; which one.
[[nodiscard]] std::optional<Coding> find_tag(std::string_view list, std::string_view hash, bool weak_too,
                                             Coding preferred);

/// Calls `visit` with the opaque part (without quotes) of each entity tag of a list, and whether it is weak.
template <typename Visit>
void for_each_tag(std::string_view list, Visit visit) {
  while (true) {
    const auto start = list.find_first_not_of(" \t,");
    if (start == std::string_view::npos) return;
    list.remove_prefix(start);
    const bool weak = list.starts_with("W/");
    if (weak) list.remove_prefix(2);
    if (!list.starts_with('"')) {
      // Not a tag; what comes after the next comma may be one.
      const auto comma = list.find(',');
      if (comma == std::string_view::npos) return;
      list.remove_prefix(comma);
      continue;
    }
    const auto end = list.find('"', 1);
    if (end == std::string_view::npos) return;
    visit(list.substr(1, end - 1), weak);
    list.remove_prefix(end + 1);
  }
}

/// The hash that a tag of ours names, coding set aside; empty for a tag that is none of ours.
[[nodiscard]] std::string_view hash_of_tag(std::string_view opaque);

}  // namespace tributary::server
