#include <unicode/timezone.h>
#include <unicode/unistr.h>

#include <cstdio>
#include <memory>

#include "publisher/publisher.hpp"

namespace tributary::publisher {
namespace {

using namespace std::chrono;

std::unique_ptr<icu::TimeZone> zone_of(const std::string& name) {
  return std::unique_ptr<icu::TimeZone>(icu::TimeZone::createTimeZone(icu::UnicodeString::fromUTF8(name)));
}

seconds offset_at(const icu::TimeZone& zone, seconds since_epoch, bool local) {
  UErrorCode status = U_ZERO_ERROR;
  int32_t raw = 0, saving = 0;
  zone.getOffset(static_cast<UDate>(since_epoch.count()) * 1000.0, static_cast<UBool>(local), raw, saving,
                 status);
  return U_FAILURE(status) ? seconds{0} : seconds{(raw + saving) / 1000};
}

}  // namespace

Week week_of(Timestamp when, const std::string& timezone_name) {
  const auto zone = zone_of(timezone_name);
  const seconds moment = when.time_since_epoch();
  const sys_days day = floor<days>(when + offset_at(*zone, moment, false));
  const sys_days monday = day - days{weekday{day}.iso_encoding() - 1};
  // The week belongs to the year of its Thursday.
  const year_month_day thursday{monday + days{3}};
  const sys_days new_year{thursday.year() / January / 1};
  const auto utc = [&](sys_days midnight) {
    const seconds local = midnight.time_since_epoch();
    return Timestamp{local - offset_at(*zone, local, true)};
  };
  return {int{thursday.year()}, static_cast<int>((monday + days{3} - new_year).count() / 7) + 1, utc(monday),
          utc(monday + days{7})};
}

std::string to_string(const Week& week) {
  char buffer[24];
  const int length = std::snprintf(buffer, sizeof buffer, "%04d-W%02d", week.year, week.number);
  return {buffer, static_cast<std::size_t>(length)};
}

}  // namespace tributary::publisher
