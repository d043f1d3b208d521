// Dates: no crash, and what was read reads back as itself.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "fuzz/require.hpp"
#include "parser/dates.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  // A first byte may choose whose month names and whose clock.
  static constexpr const char* languages[] = {"", "fr", "de-AT", "hu", "el", "ko", "xx-nonsense"};
  static constexpr const char* zones[] = {"", "Europe/Paris", "America/New_York", "No/Such"};
  tributary::parser::DateContext context;
  if (!text.empty() && static_cast<unsigned char>(text.front()) < 28) {
    context.language = languages[text.front() % 7];
    context.timezone = zones[text.front() / 7];
    text.remove_prefix(1);
  }
  const auto when = tributary::parser::parse_date(text, context);
  if (!when) return 0;
  const auto written = tributary::to_rfc3339(*when);
  const auto again = tributary::parser::parse_date(written, context);
  require(again.has_value(), "its own RFC 3339 is not read: " + written);
  require_equal("a date changes when it is read again", written, tributary::to_rfc3339(*again));
  return 0;
}
