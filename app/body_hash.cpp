#include "app/body_hash.hpp"

#include <openssl/evp.h>

#include <array>
#include <cstdint>
#include <memory>
#include <stdexcept>

namespace tributary::app {
namespace {

struct FreeDigest {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

std::array<unsigned char, 32> sha256(std::string_view first, std::string_view second) {
  const std::unique_ptr<EVP_MD_CTX, FreeDigest> context(EVP_MD_CTX_new());
  std::array<unsigned char, 32> digest{};
  static constexpr char between = '\0';
  if (!context || EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) != 1 ||
      EVP_DigestUpdate(context.get(), first.data(), first.size()) != 1 ||
      EVP_DigestUpdate(context.get(), &between, 1) != 1 ||
      EVP_DigestUpdate(context.get(), second.data(), second.size()) != 1 ||
      EVP_DigestFinal_ex(context.get(), digest.data(), nullptr) != 1) {
    throw std::runtime_error("SHA-256 is not available");
  }
  return digest;
}

}  // namespace

std::string body_hash(std::string_view body, std::string_view content_type) {
  static constexpr std::string_view digits = "0123456789abcdef";
  std::string hex;
  for (const unsigned char byte : sha256(content_type, body)) {
    hex += digits[byte >> 4];
    hex += digits[byte & 15];
  }
  return hex;
}

double spread(std::string_view feed, std::int64_t moment) {
  const auto digest = sha256(feed, std::to_string(moment));
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < 7; ++i) bits = bits << 8 | digest[i];
  return static_cast<double>(bits & ((std::uint64_t{1} << 53) - 1)) /
         static_cast<double>(std::uint64_t{1} << 53);
}

}  // namespace tributary::app
