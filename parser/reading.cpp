#include "parser/reading.hpp"

#include <algorithm>
#include <utility>

#include "parser/ascii.hpp"
#include "parser/dates.hpp"

namespace tributary::parser {
namespace {

constexpr std::ptrdiff_t warnings_a_code = 20;
constexpr std::size_t quoted_bytes = 60;

/// What was sent, short enough for a message, never cut inside a letter.
std::string as_sent(std::string_view text) {
  if (text.size() <= quoted_bytes) return "\"" + std::string(text) + "\"";
  std::size_t end = quoted_bytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return "\"" + std::string(text.substr(0, end)) + "…\"";
}

/// One that is absolute, and harmless, as it stands: nearly all are.
bool is_plain_web_url(std::string_view url) {
  if (!url.starts_with("https://") && !url.starts_with("http://")) return false;
  const char* const end = url.data() + url.size();
  return find_first(url.data(), end, [](auto c) { return c <= std::uint8_t{' '}; }) == end;
}

}  // namespace

Place PlaceCounter::at(std::string_view text, std::size_t offset) {
  offset = std::min(offset, text.size());
  if (offset < counted_) *this = {};
  const std::string_view piece = text.substr(counted_, offset - counted_);
  counted_ = offset;
  if (const auto lines = std::ranges::count(piece, '\n'); lines > 0) {
    line_ += static_cast<int>(lines);
    letters_ = 0;
  }
  letters_ +=
      std::ranges::count_if(piece.substr(piece.rfind('\n') + 1),  // from the start where there is none
                            [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; });
  return {line_, 1 + static_cast<int>(letters_)};
}

bool Reading::has_room_for(std::string_view code) const {
  return std::ranges::count(feed.warnings, code, &Warning::code) < warnings_a_code;
}

bool Reading::may_grow(std::size_t size, Node where) {
  constexpr std::size_t longest_list = 1000;
  if (size < longest_list) return true;
  if (size == longest_list)
    warn("too-many-elements", "a list is longer than makes sense; the rest was left out", where);
  return false;
}

bool Reading::may_hold(std::size_t count, std::size_t bytes_each) {
  constexpr std::size_t floor = std::size_t{4} << 20U;
  if (count * bytes_each < 4 * document.bytes.size() + floor) return true;
  if (std::ranges::find(feed.warnings, "too-many-items", &Warning::code) == feed.warnings.end()) {
    warn("too-many-items",
         "the document holds more items than its size makes sense of; the rest was left out", Place{});
  }
  return false;
}

void Reading::warn(std::string_view code, std::string message, Place place) {
  if (!has_room_for(code)) return;
  feed.warnings.push_back({std::string(code), std::move(message), place.line, place.column});
}

void Reading::warn(std::string_view code, std::string message, Node where) {
  if (has_room_for(code)) warn(code, std::move(message), place(where));
}

void Reading::damaged(std::string_view code, std::string message, Place place) {
  feed.well_formed = false;
  warn(code, std::move(message), place);
}

std::optional<Timestamp> Reading::date(std::string_view text, Node where) {
  text = trimmed(text);
  if (text.empty()) return std::nullopt;
  auto when = parse_date(text, {.language = date_language, .timezone = options.timezone});
  if (!when && has_room_for("bad-date")) warn("bad-date", "no date can be read in " + as_sent(text), where);
  return when;
}

std::string Reading::absolute(std::string_view reference, std::string_view base) {
  if (!split_url(trimmed(reference)).scheme && !spend(base.size())) base = {};
  return resolve_url(base, reference);
}

bool Reading::spend(std::size_t bytes) {
  if (bytes <= base_budget) {
    base_budget -= bytes;
    return true;
  }
  if (std::ranges::find(feed.warnings, "base-budget", &Warning::code) == feed.warnings.end())
    warn("base-budget", "the bases are longer than the document's size makes sense of; not all were used",
         Place{});
  return false;
}

std::string Reading::url(std::string_view reference, std::string_view base, Node where) {
  reference = trimmed(reference);
  if (reference.empty() || is_plain_web_url(reference)) return std::string(reference);
  std::string url = absolute(reference, base);
  if (is_dangerous_url(url)) {
    warn("bad-url", "left out: " + as_sent(url), where);
    return {};
  }
  return url;
}

}  // namespace tributary::parser
