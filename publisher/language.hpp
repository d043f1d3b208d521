#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "model/timestamp.hpp"

namespace tributary::publisher {

enum class Direction { ltr, rtl };
[[nodiscard]] std::string_view to_string(Direction direction);

/// How a text runs: as its language is written when that is from right to left; else as most of its letters
/// are; a text without letters runs as `otherwise`.
[[nodiscard]] Direction direction_of(std::string_view text, std::string_view language,
                                     Direction otherwise = Direction::ltr);

/// Dates as a page shows them, in its language and time zone, by the Gregorian calendar.
class DateFormat {
 public:
  /// `pattern` is ICU's ("dd MMMM y"); empty: day, month by name and year in the order that the language has.
  DateFormat(std::string_view language, std::string_view zone_name, std::string_view pattern);
  ~DateFormat();
  DateFormat(DateFormat&&) noexcept;
  DateFormat& operator=(DateFormat&&) noexcept;

  [[nodiscard]] std::string operator()(Timestamp when) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tributary::publisher
