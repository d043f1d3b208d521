#include "parser/utf8.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "parser/blocks.hpp"

namespace tributary::parser {
namespace {

constexpr std::array<std::uint16_t, 32> high_letters{
    0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x008D, 0x017D, 0x008F, 0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x009D, 0x017E, 0x0178};

bool in_range(std::string_view text, std::size_t at, unsigned low, unsigned high) {
  const auto c = static_cast<unsigned char>(text[at]);
  return c >= low && c <= high;
}

/// Length of the valid sequence at `at`; 0 when there is none.
std::size_t sequence_at(std::string_view text, std::size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  const std::size_t left = text.size() - at;
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return left >= 2 && in_range(text, at + 1, 0x80, 0xBF) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    const unsigned low = lead == 0xE0 ? 0xA0 : 0x80;
    const unsigned high = lead == 0xED ? 0x9F : 0xBF;
    return left >= 3 && in_range(text, at + 1, low, high) && in_range(text, at + 2, 0x80, 0xBF) ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    const unsigned low = lead == 0xF0 ? 0x90 : 0x80;
    const unsigned high = lead == 0xF4 ? 0x8F : 0xBF;
    const bool whole = left >= 4 && in_range(text, at + 1, low, high) && in_range(text, at + 2, 0x80, 0xBF) &&
                       in_range(text, at + 3, 0x80, 0xBF);
    return whole ? 4 : 0;
  }
  return 0;
}

/// Whether the letters that windows-1252 has for the continuation bytes of UTF-8 begin so.
bool may_lead_continuation(unsigned lead) {
  return lead == 0xC2 || lead == 0xC5 || lead == 0xC6 || lead == 0xCB || lead == 0xE2;
}

/// Whether the valid sequence at `at` is one of Letters::odd.
bool is_odd(std::string_view text, std::size_t at, std::size_t length) {
  const auto byte = [&](std::size_t i) {
    return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0U;
  };
  switch (length) {
    case 2:  // a C1 control; or the two letters that a lead byte and the next became
      return (byte(0) == 0xC2 && byte(1) < 0xA0) ||
             (byte(0) == 0xC3 && byte(1) >= 0x82 && may_lead_continuation(byte(2)));
    case 3:
      return byte(0) == 0xEF && ((byte(1) == 0xB7 && byte(2) >= 0x90 && byte(2) <= 0xAF) ||
                                 (byte(1) == 0xBF && byte(2) >= 0xBE));
    default:
      return (byte(1) & 0x0FU) == 0x0F && byte(2) == 0xBF && byte(3) >= 0xBE;
  }
}

}  // namespace

Letters look_at_letters(std::string_view text) {
  Letters letters;
  const char* const end = text.data() + text.size();
  for (const char* at = text.data(); at != end;) {
    at = find_first(at, end, [](auto c) {
      return (c == std::uint8_t{0x7f}) | (is_control_or_high(c) & (c != std::uint8_t{'\n'}) &
                                          (c != std::uint8_t{'\t'}) & (c != std::uint8_t{'\r'}));
    });
    for (; at != end && static_cast<unsigned char>(*at) >= 0x80;) {
      const auto offset = static_cast<std::size_t>(at - text.data());
      const std::size_t length = sequence_at(text, offset);
      if (length == 0) {
        letters.invalid = offset;
        return letters;
      }
      if (is_odd(text, offset, length)) {
        letters.odd = true;
        // U+FFFE and U+FFFF are the only ones beyond ASCII that XML lacks.
        if (length == 3 && *at == '\xEF' && at[1] == '\xBF') letters.illegal = true;
      }
      at += length;
    }
    if (at == end) break;
    const auto c = static_cast<unsigned char>(*at);
    const bool is_control = c < 0x20 && c != '\n' && c != '\t' && c != '\r';
    letters.illegal |= is_control;
    letters.odd |= is_control || c == 0x7f;
    ++at;
  }
  return letters;
}

std::size_t find_above_ascii(std::string_view text, std::size_t from) {
  // A block at a time, then eight bytes, then one: nearly all of a feed is ASCII.
  constexpr std::size_t block = 64;
  std::size_t at = from;
  for (; at + block <= text.size(); at += block) {
    unsigned char all = 0;
    for (std::size_t i = 0; i < block; ++i) all |= static_cast<unsigned char>(text[at + i]);
    if (all >= 0x80) break;
  }
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, sizeof word);
    if ((word & 0x8080808080808080ULL) != 0) break;
  }
  while (at < text.size() && static_cast<unsigned char>(text[at]) < 0x80) ++at;
  return at < text.size() ? at : std::string_view::npos;
}

std::size_t find_invalid_utf8(std::string_view text, std::size_t from) {
  std::size_t at = from;
  while (at < text.size()) {
    if (static_cast<unsigned char>(text[at]) < 0x80) at = find_above_ascii(text, at);
    if (at == std::string_view::npos) break;
    const std::size_t length = sequence_at(text, at);
    if (length == 0) return at;
    at += length;
  }
  return std::string_view::npos;
}

std::string beginning_of(std::string_view text, std::size_t most_bytes) {
  std::size_t end = std::min(text.size(), most_bytes);
  if (end < text.size()) {
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  }
  text = text.substr(0, end);
  std::string out;
  while (!text.empty()) {
    const std::size_t good = std::min(find_invalid_utf8(text), text.size());
    out += text.substr(0, good);
    if (good == text.size()) break;
    append_utf8(out, 0xFFFD);
    text.remove_prefix(good + 1);
  }
  return out;
}

std::size_t write_utf8(char* out, std::uint32_t code) {
  if (code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) code = 0xFFFD;
  const auto tail = [&](unsigned shift) { return static_cast<char>(0x80U | ((code >> shift) & 0x3FU)); };
  if (code < 0x80) {
    out[0] = static_cast<char>(code);
    return 1;
  }
  if (code < 0x800) {
    out[0] = static_cast<char>(0xC0U | (code >> 6U));
    out[1] = tail(0);
    return 2;
  }
  if (code < 0x10000) {
    out[0] = static_cast<char>(0xE0U | (code >> 12U));
    out[1] = tail(6);
    out[2] = tail(0);
    return 3;
  }
  out[0] = static_cast<char>(0xF0U | (code >> 18U));
  out[1] = tail(12);
  out[2] = tail(6);
  out[3] = tail(0);
  return 4;
}

void append_utf8(std::string& out, std::uint32_t code) {
  std::array<char, 4> letter{};
  out.append(letter.data(), write_utf8(letter.data(), code));
}

std::uint32_t windows_1252(std::uint32_t byte) {
  return byte >= 0x80 && byte <= 0x9F ? high_letters[byte - 0x80] : byte;
}

}  // namespace tributary::parser
