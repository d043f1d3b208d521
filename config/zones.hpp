#pragma once
#include <string>
#include <string_view>

namespace tributary::config {

/// What is wrong with a value, and how to mend it; `what` is empty when nothing is.
struct Verdict {
  std::string what = {};
  std::string mend = {};
  int offset = 0;  ///< code points before the fault inside the value, when that is known
  [[nodiscard]] explicit operator bool() const { return what.empty(); }
};

/// An IANA time zone name (Area/City, UTC, CET …) that ICU's tzdata knows.
[[nodiscard]] Verdict check_time_zone(std::string_view name);

/// A language tag of BCP 47, as ICU reads it.
[[nodiscard]] Verdict check_language(std::string_view tag);

/// A regular expression as ICU reads it.
[[nodiscard]] Verdict check_regex(std::string_view pattern);

}  // namespace tributary::config
