#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tributary::parser {

/// Where the first byte of 0x80 or above is; npos when the text is ASCII.
[[nodiscard]] std::size_t find_above_ascii(std::string_view text, std::size_t from = 0);

/// Where the first byte sequence starts that is no UTF-8 (RFC 3629: no surrogates, no overlong forms, nothing
/// above U+10FFFF); npos when all of it is UTF-8.
[[nodiscard]] std::size_t find_invalid_utf8(std::string_view text, std::size_t from = 0);

[[nodiscard]] inline bool is_utf8(std::string_view text) {
  return find_invalid_utf8(text) == std::string_view::npos;
}

/// What is seen of a whole document's letters in one look.
struct Letters {
  std::size_t invalid =
      std::string_view::npos;  ///< as find_invalid_utf8(); the rest is known up to there only
  bool illegal = false;        ///< a character that XML 1.0 section 2.2 has no place for
  /// One of those, a DEL, a C1 control, a non-character, or what may be UTF-8 that was encoded twice: letters
  /// that have to be repaired or left out before they are shown.
  bool odd = false;
};
[[nodiscard]] Letters look_at_letters(std::string_view text);

/// At most so many bytes from the start of what a document holds, as a message may show them: never cut
/// inside a letter, U+FFFD for what is no UTF-8.
[[nodiscard]] std::string beginning_of(std::string_view text, std::size_t most_bytes);

/// Appends one code point; surrogates and values above U+10FFFF become U+FFFD.
void append_utf8(std::string& out, std::uint32_t code);

/// The same to where `out` points; returns how many bytes it has, at most four.
std::size_t write_utf8(char* out, std::uint32_t code);

/// What windows-1252 puts at a byte 0x80..0x9F (WHATWG Encoding Standard, index windows-1252); other values
/// come back as they are.
[[nodiscard]] std::uint32_t windows_1252(std::uint32_t byte);

}  // namespace tributary::parser
