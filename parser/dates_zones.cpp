#include "parser/dates_zones.hpp"

#include <unicode/basictz.h>
#include <unicode/timezone.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <string>

namespace tributary::parser {
namespace {

using namespace std::chrono;

struct Abbreviation {
  std::string_view name;
  int minutes;  ///< east of Greenwich
};

// RFC 822 section 5.1, and what is met besides. Where two places share an abbreviation, RFC 822's place comes
// first, then the one with more feeds (CST is Chicago's, IST India's). Sorted by name.
constexpr std::array abbreviations{
    Abbreviation{"acdt", 630},  Abbreviation{"acst", 570},  Abbreviation{"adt", -180},
    Abbreviation{"aedt", 660},  Abbreviation{"aest", 600},  Abbreviation{"akdt", -480},
    Abbreviation{"akst", -540}, Abbreviation{"art", -180},  Abbreviation{"ast", -240},
    Abbreviation{"awst", 480},  Abbreviation{"brst", -120}, Abbreviation{"brt", -180},
    Abbreviation{"bst", 60},    Abbreviation{"cat", 120},   Abbreviation{"cdt", -300},
    Abbreviation{"cest", 120},  Abbreviation{"cet", 60},    Abbreviation{"clst", -180},
    Abbreviation{"clt", -240},  Abbreviation{"cot", -300},  Abbreviation{"cst", -360},
    Abbreviation{"eat", 180},   Abbreviation{"edt", -240},  Abbreviation{"eest", 180},
    Abbreviation{"eet", 120},   Abbreviation{"est", -300},  Abbreviation{"gmt", 0},
    Abbreviation{"gst", 240},   Abbreviation{"hae", -240},  Abbreviation{"hkt", 480},
    Abbreviation{"hne", -300},  Abbreviation{"hst", -600},  Abbreviation{"ict", 420},
    Abbreviation{"idt", 180},   Abbreviation{"irst", 210},  Abbreviation{"ist", 330},
    Abbreviation{"jst", 540},   Abbreviation{"kst", 540},   Abbreviation{"mdt", -360},
    Abbreviation{"mest", 120},  Abbreviation{"mesz", 120},  Abbreviation{"met", 60},
    Abbreviation{"mez", 60},    Abbreviation{"msd", 240},   Abbreviation{"msk", 180},
    Abbreviation{"mst", -420},  Abbreviation{"myt", 480},   Abbreviation{"ndt", -150},
    Abbreviation{"npt", 345},   Abbreviation{"nst", -210},  Abbreviation{"nzdt", 780},
    Abbreviation{"nzst", 720},  Abbreviation{"pdt", -420},  Abbreviation{"pet", -300},
    Abbreviation{"pht", 480},   Abbreviation{"pkt", 300},   Abbreviation{"pst", -480},
    Abbreviation{"sast", 120},  Abbreviation{"sgt", 480},   Abbreviation{"trt", 180},
    Abbreviation{"ut", 0},      Abbreviation{"utc", 0},     Abbreviation{"uyt", -180},
    Abbreviation{"vet", -240},  Abbreviation{"wast", 120},  Abbreviation{"wat", 60},
    Abbreviation{"west", 60},   Abbreviation{"wet", 0},     Abbreviation{"wib", 420},
    Abbreviation{"wit", 540},   Abbreviation{"wita", 480},  Abbreviation{"yekt", 300},
    Abbreviation{"zulu", 0},
};
static_assert(std::ranges::is_sorted(abbreviations, {}, &Abbreviation::name));

// "Eastern Time" without saying which: the clocks there know.
constexpr std::array<std::pair<std::string_view, std::string_view>, 5> regions{
    {{"at", "America/Halifax"},
     {"ct", "America/Chicago"},
     {"et", "America/New_York"},
     {"mt", "America/Denver"},
     {"pt", "America/Los_Angeles"}}};

std::string lowered(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  return out;
}

/// RFC 822 section 5.1: A is one hour west … M twelve, N one hour east … Y twelve, Z none; J is not used.
/// (RFC 2822 says that these were the wrong way round and that nobody can know; whoever still sends one has
/// read RFC 822.)
std::optional<int> military(char letter) {
  if (letter == 'z') return 0;
  if (letter >= 'a' && letter <= 'i') return -60 * (letter - 'a' + 1);
  if (letter >= 'k' && letter <= 'm') return -60 * (letter - 'k' + 10);
  if (letter >= 'n' && letter <= 'y') return 60 * (letter - 'n' + 1);
  return std::nullopt;
}

std::optional<int> offset_of(std::string_view lower) {
  if (lower.size() == 1) return military(lower.front());
  const auto found = std::ranges::lower_bound(abbreviations, lower, {}, &Abbreviation::name);
  if (found != abbreviations.end() && found->name == lower) return found->minutes;
  return std::nullopt;
}

/// ICU's zone of that name, kept; null when it knows none. A time zone is cheap to ask and dear to make.
const icu::BasicTimeZone* zone_named(std::string_view name) {
  thread_local std::map<std::string, std::unique_ptr<icu::TimeZone>, std::less<>> zones;
  auto found = zones.find(name);
  if (found == zones.end()) {
    if (zones.size() > 600) zones.clear();  // tzdata has about as many; names come from outside
    std::unique_ptr<icu::TimeZone> zone(icu::TimeZone::createTimeZone(
        icu::UnicodeString::fromUTF8(icu::StringPiece(name.data(), static_cast<int32_t>(name.size())))));
    if (zone && *zone == icu::TimeZone::getUnknown()) zone.reset();
    found = zones.emplace(std::string(name), std::move(zone)).first;
  }
  return dynamic_cast<const icu::BasicTimeZone*>(found->second.get());
}

}  // namespace

bool is_zone_abbreviation(std::string_view name) {
  const auto lower = lowered(name);
  return offset_of(lower) ||
         std::ranges::any_of(regions, [&](const auto& region) { return region.first == lower; });
}

std::optional<Timestamp> in_zone(LocalTime local, std::string_view name) {
  const auto lower = lowered(name);
  const Timestamp as_utc{local.time_since_epoch()};
  if (const auto minutes = offset_of(lower)) return as_utc - std::chrono::minutes{*minutes};
  const auto region = std::ranges::find(regions, lower, [](const auto& r) { return r.first; });
  const auto* zone = zone_named(region != regions.end() ? region->second : name);
  if (zone == nullptr) return std::nullopt;
  UErrorCode status = U_ZERO_ERROR;
  int32_t raw = 0, saving = 0;
  zone->getOffsetFromLocal(static_cast<UDate>(local.time_since_epoch().count()) * 1000.0,
                           UCAL_TZ_LOCAL_FORMER, UCAL_TZ_LOCAL_FORMER, raw, saving, status);
  if (U_FAILURE(status)) return std::nullopt;
  return as_utc - seconds{(raw + saving) / 1000};
}

}  // namespace tributary::parser
