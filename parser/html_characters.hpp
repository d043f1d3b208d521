#pragma once
#include <string>
#include <string_view>

/// The characters of HTML as they come in and go out.
namespace tributary::parser::html {

/// HTML as the parsers here want it: valid UTF-8 (U+FFFD for what is not), line ends as LF, no control
/// characters and non-characters (XML can't hold them), C1 controls as the windows-1252 letters that their
/// sender meant. The result is `html` itself where nothing had to change, otherwise a view of `storage`.
[[nodiscard]] std::string_view prepare(std::string_view html, std::string& storage);

/// True when `text` is sure to hold nothing that remove_unfit would change.
[[nodiscard]] bool is_fit(std::string_view text);

/// Takes out what prepare() takes out, where character references brought it back.
void remove_unfit(std::string& text);

/// What has to be done to a text before it is HTML.
enum class Needs {
  all,
  escapes,  ///< it is as prepare() gives it
  nothing,  ///< besides, it has none of & < >
};

/// Appends text as HTML: & < > (in attribute values also ") escaped, what remove_unfit would take left out,
/// all else as it is.
void write_text(std::string_view text, Needs needs, std::string& out);
void write_attribute_value(std::string_view value, std::string& out);

/// Appends a code point as UTF-8; U+FFFD for what is none.
void append_utf8(char32_t code_point, std::string& out);

/// The windows-1252 letter for 0x80..0x9F, as HTML reads a reference to such a number (section 13.2.5.80);
/// the number itself where windows-1252 has none.
[[nodiscard]] char32_t from_windows_1252(char32_t number);

}  // namespace tributary::parser::html
