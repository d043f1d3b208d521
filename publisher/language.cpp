#include "publisher/language.hpp"

#include <unicode/dtptngen.h>
#include <unicode/gregocal.h>
#include <unicode/locid.h>
#include <unicode/smpdtfmt.h>
#include <unicode/timezone.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

namespace tributary::publisher {
namespace {

icu::Locale locale_of(std::string_view language) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Locale locale = icu::Locale::forLanguageTag(
      icu::StringPiece(language.data(), static_cast<int32_t>(language.size())), status);
  return U_FAILURE(status) || locale.isBogus() ? icu::Locale::getEnglish() : locale;
}

}  // namespace

std::string_view to_string(Direction direction) {
  return direction == Direction::rtl ? "rtl" : "ltr";
}

Direction direction_of(std::string_view text, std::string_view language, Direction otherwise) {
  if (!language.empty() && locale_of(language).isRightToLeft()) return Direction::rtl;
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  const auto length = static_cast<int32_t>(text.size());
  std::size_t left_to_right = 0, right_to_left = 0;
  for (int32_t i = 0; i < length;) {
    UChar32 c = 0;
    U8_NEXT_OR_FFFD(bytes, i, length, c);
    switch (u_charDirection(c)) {
      case U_LEFT_TO_RIGHT:
        ++left_to_right;
        break;
      case U_RIGHT_TO_LEFT:
      case U_RIGHT_TO_LEFT_ARABIC:
        ++right_to_left;
        break;
      default:
        break;
    }
  }
  if (left_to_right == right_to_left) return otherwise;
  return right_to_left > left_to_right ? Direction::rtl : Direction::ltr;
}

struct DateFormat::Impl {
  std::unique_ptr<icu::SimpleDateFormat> format;
};

DateFormat::DateFormat(std::string_view language, std::string_view zone_name, std::string_view pattern)
    : impl_(std::make_unique<Impl>()) {
  UErrorCode status = U_ZERO_ERROR;
  icu::Locale locale = locale_of(language);
  locale.setKeywordValue("calendar", "gregorian", status);
  icu::UnicodeString chosen =
      icu::UnicodeString::fromUTF8(icu::StringPiece(pattern.data(), static_cast<int32_t>(pattern.size())));
  if (chosen.isEmpty()) {
    const std::unique_ptr<icu::DateTimePatternGenerator> generator(
        icu::DateTimePatternGenerator::createInstance(locale, status));
    if (generator) chosen = generator->getBestPattern(u"yMMMMdd", status);
  }
  if (chosen.isEmpty()) chosen = u"y-MM-dd";
  impl_->format = std::make_unique<icu::SimpleDateFormat>(chosen, locale, status);
  const icu::UnicodeString zone = icu::UnicodeString::fromUTF8(
      icu::StringPiece(zone_name.data(), static_cast<int32_t>(zone_name.size())));
  impl_->format->adoptTimeZone(icu::TimeZone::createTimeZone(zone));
  // ICU's calendar switches to the Julian one before 1582; what partners write is proleptic (RFC 3339).
  auto calendar = std::make_unique<icu::GregorianCalendar>(impl_->format->getTimeZone(), locale, status);
  calendar->setGregorianChange(-8.64e15, status);
  if (U_SUCCESS(status)) impl_->format->adoptCalendar(calendar.release());
}

DateFormat::~DateFormat() = default;
DateFormat::DateFormat(DateFormat&&) noexcept = default;
DateFormat& DateFormat::operator=(DateFormat&&) noexcept = default;

std::string DateFormat::operator()(Timestamp when) const {
  icu::UnicodeString text;
  impl_->format->format(static_cast<UDate>(when.time_since_epoch().count()) * 1000.0, text);
  std::string out;
  text.toUTF8String(out);
  return out;
}

}  // namespace tributary::publisher
