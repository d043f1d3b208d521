#pragma once
#include <cstddef>
#include <string_view>

#include "parser/html_attributes.hpp"
#include "parser/html_elements.hpp"

namespace tributary::parser::html {

/// HTML's tokenizer (section 13.2.5) over prepare()d text, without copying: comments, declarations and
/// processing instructions are passed over, character references are left for later. One pass, no look-back.
class Tokenizer {
 public:
  enum class Kind { text, start_tag, end_tag };
  struct Token {
    Kind kind = Kind::text;
    std::string_view text = {};  ///< of a tag: its name as written
    Tag tag = Tag::unknown;
    bool is_plain = false;      ///< of a text: it has none of & < >
    bool self_closing = false;  ///< "/>": only foreign elements end by it
  };

  explicit Tokenizer(std::string_view html) : html_(html) {}

  /// False at the end. A tag that the end cuts off is no token.
  [[nodiscard]] bool next(Token& token);

  /// Those of the start tag read last; valid until the next one.
  [[nodiscard]] const Attributes& attributes() const { return attributes_; }
  /// The most attributes that one tag had so far, also those that nobody keeps.
  [[nodiscard]] std::size_t most_attributes() const { return most_attributes_; }

  /// For an element whose content is no markup: everything up to its end tag, which is passed over as well.
  [[nodiscard]] std::string_view raw_text(std::string_view name);

  /// All that is left, as it is.
  [[nodiscard]] std::string_view rest() {
    const auto left = html_.substr(at_);
    at_ = html_.size();
    return left;
  }
  /// True when a CDATA section was passed over, which is one in SVG and MathML only.
  [[nodiscard]] bool saw_cdata() const { return saw_cdata_; }
  [[nodiscard]] std::size_t position() const { return at_; }

 private:
  [[nodiscard]] bool read_tag(Token& token, std::size_t name_at);
  [[nodiscard]] bool read_attributes(bool keep, bool* self_closing = nullptr);
  void skip_declaration();
  void skip_past(std::string_view end, std::size_t from);

  std::string_view html_;
  std::size_t at_ = 0;
  Attributes attributes_;
  std::size_t most_attributes_ = 0;
  bool saw_cdata_ = false;
};

}  // namespace tributary::parser::html
