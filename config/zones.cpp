#include "config/zones.hpp"

#include <unicode/regex.h>
#include <unicode/strenum.h>
#include <unicode/timezone.h>
#include <unicode/uloc.h>

#include <algorithm>
#include <array>
#include <memory>

#include <fmt/format.h>

#include "config/names.hpp"

namespace tributary::config {
namespace {

// ICU knows these three letters from old Java; IANA does not, and half of them mean two places.
constexpr std::array<std::string_view, 27> only_in_java = {
    "ACT", "AET", "AGT", "ART", "AST", "BET", "BST", "CAT", "CNT", "CST", "CTT", "EAT",     "ECT",    "IET",
    "IST", "JST", "MIT", "NET", "NST", "PLT", "PNT", "PRT", "PST", "SST", "VST", "SystemV", "Factory"};

icu::UnicodeString unicode(std::string_view text) {
  return icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
}

std::vector<std::string> all_zones() {
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<icu::StringEnumeration> names(
      icu::TimeZone::createTimeZoneIDEnumeration(UCAL_ZONE_TYPE_CANONICAL, nullptr, nullptr, status));
  std::vector<std::string> zones;
  while (names && U_SUCCESS(status)) {
    const char* name = names->next(nullptr, status);
    if (name == nullptr) break;
    zones.emplace_back(name);
  }
  return zones;
}

}  // namespace

Verdict check_time_zone(std::string_view name) {
  const auto id = unicode(name);
  icu::UnicodeString canonical;
  UBool known = false;
  UErrorCode status = U_ZERO_ERROR;
  icu::TimeZone::getCanonicalID(id, canonical, known, status);
  const bool java =
      std::ranges::find(only_in_java, name) != only_in_java.end() || name.starts_with("SystemV/");
  if (U_SUCCESS(status) && known && !java) return {};
  const auto zones = all_zones();
  // "GMT+2" is near "Etc/GMT-2" and "Etc/GMT+2", which mean opposite things.
  const bool offset = name.find_first_of("+0123456789") != std::string_view::npos;
  auto near = offset ? std::nullopt : nearest(name, zones);
  if (!near && !offset) {
    // "Paris" for "Europe/Paris".
    for (const auto& zone : zones) {
      const auto slash = zone.rfind('/');
      if (slash != std::string::npos && nearest(name, {zone.substr(slash + 1)})) near = zone;
    }
  }
  return {.what = fmt::format("`{}` is no time zone", name),
          .mend = near && !java ? fmt::format("did you mean `{}`?", *near)
                                : "name a place of the IANA list such as Europe/Paris, or UTC"};
}

Verdict check_language(std::string_view tag) {
  std::array<char, ULOC_FULLNAME_CAPACITY> locale{};
  std::int32_t parsed = 0;
  UErrorCode status = U_ZERO_ERROR;
  uloc_forLanguageTag(std::string(tag).c_str(), locale.data(), locale.size(), &parsed, &status);
  if (U_SUCCESS(status) && !tag.empty() && static_cast<std::size_t>(parsed) == tag.size()) return {};
  return {.what = fmt::format("`{}` is no language tag", tag),
          .mend = "write one of BCP 47 such as en, fr-CA or zh-Hant"};
}

Verdict check_regex(std::string_view pattern) {
  UParseError place{};
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<icu::RegexPattern> compiled(
      icu::RegexPattern::compile(unicode(pattern), 0, place, status));
  if (U_SUCCESS(status)) return {};
  std::string reason = "it cannot be read";
  switch (status) {
    case U_REGEX_MISMATCHED_PAREN:
      reason = "a parenthesis is not closed, or was never opened";
      break;
    case U_REGEX_MISSING_CLOSE_BRACKET:
      reason = "a `[` is not closed";
      break;
    case U_REGEX_BAD_ESCAPE_SEQUENCE:
      reason = "no such escape after `\\`";
      break;
    case U_REGEX_RULE_SYNTAX:
      reason = "its syntax is wrong";
      break;
    case U_REGEX_BAD_INTERVAL:
      reason = "a bad `{…}`";
      break;
    case U_REGEX_MAX_LT_MIN:
      reason = "in a `{…}` the second number is less than the first";
      break;
    case U_REGEX_INVALID_BACK_REF:
      reason = "it refers to a group that isn't there";
      break;
    case U_REGEX_LOOK_BEHIND_LIMIT:
      reason = "a look-behind needs a bounded length";
      break;
    case U_REGEX_INVALID_RANGE:
      reason = "a range inside `[…]` runs backwards";
      break;
    default:
      break;
  }
  return {.what = fmt::format("`{}` is no regular expression: {}", pattern, reason),
          .mend = "mend it; a character that means itself is written with `\\` before it",
          .offset = std::max(0, place.offset)};
}

}  // namespace tributary::config
