#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "parser/reading.hpp"
#include "parser/walk.hpp"

namespace tributary::parser {

/// How an element says what its text is (parse-contract.md, "Text construct").
enum class TextRule {
  atom,    ///< by its type and mode attributes
  markup,  ///< HTML, escaped or in CDATA: descriptions and contents of RSS and CDF
  guess,   ///< HTML when it holds a tag or a character reference, else text
  xhtml,   ///< inline XHTML, whatever is inside
};

/// The element as a text construct; nullopt when nothing is in it.
[[nodiscard]] std::optional<Text> read_text(Reading& reading, Walk& walk, const Element& element,
                                            TextRule rule);

/// Text that came without an element (JSON, attributes): `value` is decoded already.
[[nodiscard]] std::optional<Text> make_text(Reading& reading, std::string_view value, TextRule rule,
                                            std::string_view lang, std::string_view base);

[[nodiscard]] bool has_elements(Node node);

/// All character data inside the element, white space around it trimmed. The view is into the document or
/// `scratch`.
[[nodiscard]] std::string_view text_inside(const Element& element, std::string& scratch);

/// The same as a string, with its letters repaired.
[[nodiscard]] std::string value_of(const Element& element);

/// Letters that went through a wrong charset on the way, put right: C1 controls are windows-1252's letters,
/// and UTF-8 that was taken for windows-1252 and encoded again is decoded again. White space around it goes,
/// Unicode's too. Well-encoded text comes back as it is.
[[nodiscard]] std::string repaired(std::string_view text);

/// The same without a copy: the text itself, or `scratch` where something had to be repaired.
[[nodiscard]] std::string_view repaired(std::string_view text, std::string& scratch);

/// The text without any white space around it, Unicode's included: "&#160;" alone is no title. repaired()
/// does the same.
[[nodiscard]] std::string_view all_trimmed(std::string_view text);

/// xml:lang as BCP 47: "en_US" is read as "en-US".
[[nodiscard]] std::string language_tag(std::string_view lang);

/// The base in force: xml:base, else the feed's own.
[[nodiscard]] std::string_view base_of(const Reading& reading, const Scope& scope);

}  // namespace tributary::parser
