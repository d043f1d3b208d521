#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace tributary::store {

/// A fast 64-bit hash, the same on every machine and for ever: it is kept in the store. Not for what an
/// attacker might forge.
[[nodiscard]] std::uint64_t hash64(std::string_view bytes, std::uint64_t seed = 0);

/// One round of mixing, for hashes made of numbers.
[[nodiscard]] std::uint64_t mix64(std::uint64_t a, std::uint64_t b);

/// SHA-256 (FIPS 180-4). Entry ids and identity keys are made of it: nobody can mint another item's id.
[[nodiscard]] std::array<std::uint8_t, 32> sha256(std::string_view bytes);

}  // namespace tributary::store
