#include "parser/html_characters.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "parser/blocks.hpp"

namespace tributary::parser::html {
namespace {

// What stops the plain copying of text: markup, and what XML 1.0 section 2.2 has no place for. Lead bytes
// 0xC2 and 0xEF may begin a C1 control or a non-character; they are rare enough for a second look.
enum Stop : std::uint8_t { none = 0, amp, less, greater, quote, control, look };

constexpr auto stops = [] {
  std::array<std::uint8_t, 256> table{};
  for (unsigned c = 0; c < 0x20; ++c) table[c] = control;
  table['\t'] = table['\n'] = none;
  table[0x7f] = control;
  table['&'] = amp;
  table['<'] = less;
  table['>'] = greater;
  table['"'] = quote;
  table[0xC2] = table[0xEF] = look;
  for (unsigned c = 0xF0; c < 0x100; ++c) table[c] = look;
  return table;
}();

/// The length of what must be left out at the start of `text`, which starts with a lead byte to look at: a C1
/// control (C2 80..9F), a non-character (U+FDD0..FDEF, U+xxFFFE and U+xxFFFF). 0 when it may stay.
std::size_t unfit_length(std::string_view text) {
  const auto at = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  if (at(0) == 0xC2) return at(1) >= 0x80 && at(1) <= 0x9F ? 2 : 0;
  if (at(0) == 0xEF) {
    if (at(1) == 0xB7 && at(2) >= 0x90 && at(2) <= 0xAF) return 3;
    return at(1) == 0xBF && at(2) >= 0xBE ? 3 : 0;
  }
  return (at(1) & 0x0F) == 0x0F && at(2) == 0xBF && at(3) >= 0xBE ? 4 : 0;
}

/// Where something may have to be done: markup, and unless the text is fit, what is no printable ASCII.
template <bool in_attribute, bool is_fit>
const char* find_stop(const char* at, const char* end) {
  return find_first(at, end, [](auto c) {
    const auto markup = (c == std::uint8_t{'&'}) | (c == std::uint8_t{'<'}) | (c == std::uint8_t{'>'});
    if constexpr (is_fit && in_attribute) {
      return markup | (c == std::uint8_t{'"'});
    } else if constexpr (is_fit) {
      return markup;
    } else if constexpr (in_attribute) {
      return markup | (c == std::uint8_t{'"'}) | is_control_or_high(c) | (c == std::uint8_t{0x7f});
    } else {
      return markup | is_control_or_high(c) | (c == std::uint8_t{0x7f});
    }
  });
}

template <bool in_attribute, bool is_fit>
void write_escaped(std::string_view text, std::string& out) {
  const char* from = text.data();
  const char* const end = from + text.size();
  const char* at = from;
  const auto flush = [&] { out.append(from, static_cast<std::size_t>(at - from)); };
  while (at != end) {
    const auto stop = stops[static_cast<unsigned char>(*at)];
    if (stop == none || (stop == quote && !in_attribute) || (is_fit && stop >= control)) {
      // Letters beyond ASCII come in runs.
      at = !is_fit && static_cast<unsigned char>(*at) >= 0x80 ? at + 1
                                                              : find_stop<in_attribute, is_fit>(at + 1, end);
      continue;
    }
    std::size_t length = 1;
    std::string_view instead;
    switch (stop) {
      case amp:
        instead = "&amp;";
        break;
      case less:
        instead = "&lt;";
        break;
      case greater:
        instead = "&gt;";
        break;
      case quote:
        instead = "&quot;";
        break;
      case control:
        if (*at == '\r') instead = "\n";
        if (*at == '\f') instead = " ";
        break;
      default:
        length = unfit_length({at, end});
        if (length == 0) {
          ++at;
          continue;
        }
    }
    flush();
    out += instead;
    at += length;
    from = at;
  }
  flush();
}

/// The length of the UTF-8 sequence at the start of `text`, or 0 when there is none (Unicode table 3-7).
std::size_t sequence_length(std::string_view text) {
  const auto at = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const auto tail = [&](std::size_t i) { return (at(i) & 0xC0) == 0x80; };
  const unsigned lead = at(0);
  if (lead < 0x80) return 1;
  if (lead < 0xC2) return 0;
  if (lead < 0xE0) return tail(1) ? 2 : 0;
  if (lead < 0xF0) {
    const bool second = lead == 0xE0   ? at(1) >= 0xA0 && at(1) <= 0xBF
                        : lead == 0xED ? at(1) >= 0x80 && at(1) <= 0x9F
                                       : tail(1);
    return second && tail(2) ? 3 : 0;
  }
  if (lead > 0xF4) return 0;
  const bool second = lead == 0xF0   ? at(1) >= 0x90 && at(1) <= 0xBF
                      : lead == 0xF4 ? at(1) >= 0x80 && at(1) <= 0x8F
                                     : tail(1);
  return second && tail(2) && tail(3) ? 4 : 0;
}

/// How much of `html` from its start needs no change.
std::size_t prepared_length(std::string_view html) {
  const char* at = html.data();
  const char* const end = at + html.size();
  while (at != end) {
    const auto c = static_cast<unsigned char>(*at);
    if (c < 0x80) {
      at = find_first(at, end, [](auto letter) {
        return (letter == std::uint8_t{0x7f}) |
               (is_control_or_high(letter) & (letter != std::uint8_t{'\n'}) & (letter != std::uint8_t{'\t'}));
      });
      if (at == end || static_cast<unsigned char>(*at) >= 0x80) continue;
      break;
    }
    // Most letters beyond ASCII.
    const auto tail = [&](std::ptrdiff_t i) { return (static_cast<unsigned char>(at[i]) & 0xC0) == 0x80; };
    if (c >= 0xC3 && c < 0xE0 && end - at >= 2 && tail(1)) {
      at += 2;
      continue;
    }
    if (c > 0xE0 && c < 0xED && end - at >= 3 && tail(1) && tail(2)) {
      at += 3;
      continue;
    }
    if (c == 0xEF && end - at >= 3 && at[1] == '\xBF' && at[2] == '\xBD') {  // U+FFFD comes in runs
      at += 3;
      continue;
    }
    const std::string_view rest(at, static_cast<std::size_t>(end - at));
    const auto length = sequence_length(rest);
    if (length == 0 || (stops[c] == look && unfit_length(rest) != 0)) break;
    at += length;
  }
  return static_cast<std::size_t>(at - html.data());
}

}  // namespace

std::string_view prepare(std::string_view html, std::string& storage) {
  auto good = prepared_length(html);
  if (good == html.size()) return html;
  storage.clear();
  storage.reserve(html.size());
  while (true) {
    storage += html.substr(0, good);
    html.remove_prefix(good);
    if (html.empty()) return storage;
    const auto c = static_cast<unsigned char>(html.front());
    std::size_t length = 1;
    if (c == '\r') {
      storage += '\n';
      if (html.starts_with("\r\n")) length = 2;
    } else if (c == '\f') {
      storage += ' ';
    } else if (c >= 0x80) {
      length = sequence_length(html);
      if (length == 0) {
        length = 1;
        append_utf8(0xFFFD, storage);
      } else if (c == 0xC2) {
        const auto letter = from_windows_1252(static_cast<unsigned char>(html[1]));
        if (letter > 0x9F) append_utf8(letter, storage);
      }
    }
    html.remove_prefix(length);
    good = prepared_length(html);
  }
}

bool is_fit(std::string_view text) {
  return std::ranges::none_of(text, [](char c) {
    const auto stop = stops[static_cast<unsigned char>(c)];
    return stop == control || stop == look;
  });
}

void remove_unfit(std::string& text) {
  std::string storage;
  if (prepare(text, storage).data() != text.data()) text = std::move(storage);
}

void write_text(std::string_view text, Needs needs, std::string& out) {
  switch (needs) {
    case Needs::all:
      return write_escaped<false, false>(text, out);
    case Needs::escapes:
      return write_escaped<false, true>(text, out);
    case Needs::nothing:
      out += text;
      return;
  }
}
void write_attribute_value(std::string_view value, std::string& out) {
  write_escaped<true, false>(value, out);
}

void append_utf8(char32_t c, std::string& out) {
  if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) c = 0xFFFD;
  const auto put = [&](char32_t byte) { out += static_cast<char>(byte); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | (c >> 6));
    put(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    put(0xE0 | (c >> 12));
    put(0x80 | ((c >> 6) & 0x3F));
    put(0x80 | (c & 0x3F));
  } else {
    put(0xF0 | (c >> 18));
    put(0x80 | ((c >> 12) & 0x3F));
    put(0x80 | ((c >> 6) & 0x3F));
    put(0x80 | (c & 0x3F));
  }
}

char32_t from_windows_1252(char32_t number) {
  static constexpr std::array<char16_t, 32> letters{
      0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
      0x2039, 0x0152, 0x008D, 0x017D, 0x008F, 0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
      0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x009D, 0x017E, 0x0178};
  return number >= 0x80 && number <= 0x9F ? letters[number - 0x80] : number;
}

}  // namespace tributary::parser::html
