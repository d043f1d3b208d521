// XML feeds, whole or damaged: no crash, sound output, and a cut document keeps its first item.
#include <cstddef>
#include <cstdint>
#include <string>

#include "fuzz/feed.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto feed =
      tributary::parser::parse({.bytes = bytes, .name = "fuzz", .base = "https://example.org/news/"});
  if (feed) require_sound(*feed);
  return 0;
}
