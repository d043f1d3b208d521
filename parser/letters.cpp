#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <utility>

#include "parser/ascii.hpp"
#include "parser/text_construct.hpp"
#include "parser/utf8.hpp"

namespace tributary::parser {
namespace {

unsigned char byte(char c) {
  return static_cast<unsigned char>(c);
}

/// The byte that is this letter in windows-1252, as which ISO-8859-1 is read too; nullopt where none is.
std::optional<unsigned char> windows_byte(std::uint32_t letter) {
  if (letter < 0x100) return static_cast<unsigned char>(letter);
  for (std::uint32_t value = 0x80; value < 0xA0; ++value) {
    if (windows_1252(value) == letter) return static_cast<unsigned char>(value);
  }
  return std::nullopt;
}

/// The letter that starts here, in UTF-8 of one to three bytes; 0xFFFF for a longer one, which no eight-bit
/// charset has.
std::uint32_t letter_at(std::string_view text, std::size_t& at) {
  const std::uint32_t lead = byte(text[at]);
  const std::size_t more = lead < 0x80 ? 0 : lead < 0xE0 ? 1 : 2;
  if (lead >= 0xF0 || at + more >= text.size()) return 0xFFFF;
  std::uint32_t letter = more == 0 ? lead : lead & (0x3FU >> more);
  for (std::size_t i = 1; i <= more; ++i) letter = letter << 6U | (byte(text[at + i]) & 0x3FU);
  at += more;
  return letter;
}

/// The text as windows-1252 bytes; empty when it has no letter above ASCII, or one that windows-1252 lacks.
std::string as_windows_1252(std::string_view text) {
  std::string bytes;
  bool any = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (byte(text[i]) < 0x80) {
      bytes += text[i];
      continue;
    }
    const auto value = windows_byte(letter_at(text, i));
    if (!value) return {};
    bytes += static_cast<char>(*value);
    any = true;
  }
  return any ? bytes : std::string();
}

std::string with_windows_letters(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (byte(text[i]) == 0xC2 && i + 1 < text.size() && byte(text[i + 1]) < 0xA0) {
      append_utf8(out, windows_1252(byte(text[++i])));
    } else {
      out += text[i];
    }
  }
  return out;
}

bool has_control_letters(std::string_view text) {
  for (auto at = text.find('\xC2'); at != std::string_view::npos; at = text.find('\xC2', at + 1)) {
    if (at + 1 < text.size() && byte(text[at + 1]) < 0xA0) return true;
  }
  return false;
}

/// A cheap look before the costly one: UTF-8 seen as windows-1252 always has a lead byte's letter
/// (U+00C2..U+00F4) followed by a continuation byte's: U+0080..U+00BF, or one of the letters that
/// windows-1252 has in place of U+0080..U+009F.
bool may_be_twice_encoded(std::string_view text) {
  constexpr std::string_view leads_of_continuations = "\xC2\xC5\xC6\xCB\xE2";
  for (auto at = text.find('\xC3'); at != std::string_view::npos; at = text.find('\xC3', at + 1)) {
    if (at + 3 < text.size() && byte(text[at + 1]) >= 0x82 &&
        leads_of_continuations.find(text[at + 2]) != std::string_view::npos)
      return true;
  }
  return false;
}

/// Unicode's White_Space above ASCII, in UTF-8; U+1680 and U+0085 are in nobody's feeds.
constexpr std::array white_space{
    std::string_view("\u00A0"), std::string_view("\u2000"), std::string_view("\u2001"),
    std::string_view("\u2002"), std::string_view("\u2003"), std::string_view("\u2004"),
    std::string_view("\u2005"), std::string_view("\u2006"), std::string_view("\u2007"),
    std::string_view("\u2008"), std::string_view("\u2009"), std::string_view("\u200A"),
    std::string_view("\u2028"), std::string_view("\u2029"), std::string_view("\u202F"),
    std::string_view("\u205F"), std::string_view("\u3000")};

}  // namespace

std::string_view all_trimmed(std::string_view text) {
  const auto starts = [&](std::string_view space) { return text.starts_with(space); };
  const auto ends = [&](std::string_view space) { return text.ends_with(space); };
  text = trimmed(text);
  while (!text.empty() && byte(text.front()) >= 0x80) {
    const auto space = std::ranges::find_if(white_space, starts);
    if (space == white_space.end()) break;
    text = trimmed(text.substr(space->size()));
  }
  while (!text.empty() && byte(text.back()) >= 0x80) {
    const auto space = std::ranges::find_if(white_space, ends);
    if (space == white_space.end()) break;
    text = trimmed(text.substr(0, text.size() - space->size()));
  }
  return text;
}

std::string_view repaired(std::string_view text, std::string& scratch) {
  text = all_trimmed(text);
  const std::string_view rest = text.substr(std::min(text.size(), find_above_ascii(text)));
  if (rest.empty()) return text;
  if (may_be_twice_encoded(rest)) {
    std::string bytes = as_windows_1252(text);
    if (!bytes.empty() && is_utf8(bytes)) return scratch = std::move(bytes);
  }
  if (has_control_letters(rest)) return scratch = with_windows_letters(text);
  return text;
}

std::string repaired(std::string_view text) {
  std::string scratch;
  return std::string(repaired(text, scratch));
}

}  // namespace tributary::parser
