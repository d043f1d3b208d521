#include "app/random.hpp"

#include <openssl/rand.h>

#include <stdexcept>
#include <vector>

namespace tributary::app {

std::string random_hex(std::size_t bytes) {
  std::vector<unsigned char> drawn(bytes);
  if (RAND_bytes(drawn.data(), static_cast<int>(drawn.size())) != 1) {
    throw std::runtime_error("the system gives no random numbers");
  }
  static constexpr std::string_view digits = "0123456789abcdef";
  std::string hex;
  for (const unsigned char byte : drawn) {
    hex += digits[byte >> 4];
    hex += digits[byte & 15];
  }
  return hex;
}

}  // namespace tributary::app
