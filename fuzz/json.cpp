// JSON feeds, whole or damaged: no crash, and sound output.
#include <cstddef>
#include <cstdint>
#include <string>

#include "fuzz/feed.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // Nearly all of what a fuzzer makes starts with something else, and would go to the XML reader.
  const std::string bytes = "{" + std::string(reinterpret_cast<const char*>(data), size);
  const auto feed =
      tributary::parser::parse({.bytes = bytes, .name = "fuzz", .base = "https://example.org/news/"});
  if (feed) require_sound(*feed);
  return 0;
}
