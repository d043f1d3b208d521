// Charset sniffing: the first line is the Content-Type, the rest the document. What comes out is UTF-8 of
// bounded length, and reading it again as UTF-8 changes nothing.
#include "parser/charset.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

#include "fuzz/require.hpp"
#include "parser/converter.hpp"
#include "parser/utf8.hpp"

namespace parser = tributary::parser;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto end = input.find('\n');
  const parser::ParseOptions options;
  const parser::Document document{
      .bytes = end == std::string_view::npos ? input : input.substr(end + 1),
      .content_type = std::string(end == std::string_view::npos ? std::string_view() : input.substr(0, end))};
  parser::Reading reading{document, options};
  const parser::DecodedText decoded = parser::decode_document(reading);
  require(parser::is_utf8(decoded.text()), "what was decoded is no UTF-8");
  require(!decoded.label.empty(), "no charset was named");
  // UTF-7 and ISO-2022 have states, yet no byte stands for more than two letters of three bytes each.
  require(decoded.text().size() <= 8 * document.bytes.size() + 16,
          "the text is out of proportion to its bytes");
  require(parser::is_known_charset(decoded.label) || decoded.label == "utf-8",
          "an unknown charset: " + decoded.label);
  if (decoded.verbatim) {
    const std::string_view text = *decoded.verbatim;
    require(document.bytes.data() <= text.data() &&
                text.data() + text.size() <= document.bytes.data() + document.bytes.size(),
            "the text is not the document's");
  }
  return 0;
}
