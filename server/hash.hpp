#pragma once
#include <string>
#include <string_view>

namespace tributary::server {

/// The first 16 bytes of the SHA-256 of `bytes` in base64url without padding: 22 characters that may stand in
/// an entity tag.
[[nodiscard]] std::string content_hash(std::string_view bytes);
inline constexpr std::size_t content_hash_size = 22;

/// SHA-256 of `bytes` in base64, as Content-Security-Policy wants it.
[[nodiscard]] std::string sha256_base64(std::string_view bytes);

/// HMAC-SHA256 (RFC 2104) in lower-case hex.
[[nodiscard]] std::string hmac_sha256_hex(std::string_view key, std::string_view bytes);

}  // namespace tributary::server
