#pragma once
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

// Sixteen letters at a time, for the loops that go through whole documents. The compiler's vectors are the
// same on every machine; what differs is how a comparison becomes a number.
namespace tributary::parser {

inline constexpr std::size_t block_size = 16;
using Block = std::uint8_t __attribute__((vector_size(block_size)));

[[nodiscard]] inline Block block_at(const char* at) {
  Block block;
  std::memcpy(&block, at, sizeof block);
  return block;
}

/// Controls and all above ASCII: one comparison, when letters count as signed.
[[nodiscard]] inline auto is_control_or_high(Block block) {
  using Signed = std::int8_t __attribute__((vector_size(block_size)));
  return reinterpret_cast<Signed>(block) < std::int8_t{' '};
}
[[nodiscard]] inline bool is_control_or_high(std::uint8_t c) {
  return static_cast<std::int8_t>(c) < std::int8_t{' '};
}

/// Of the comparison of two blocks: a bit for each letter, the lowest for the first.
template <typename Mask>
[[nodiscard]] inline unsigned bits(Mask mask) {
#if defined(__SSE2__)
  return static_cast<unsigned>(_mm_movemask_epi8(reinterpret_cast<__m128i>(mask)));
#else
  unsigned result = 0;
  for (std::size_t i = 0; i < block_size; ++i) result |= (mask[i] != 0 ? 1U : 0U) << i;
  return result;
#endif
}

/// The first of `from` … `end` for which a test holds, or `end`. `test` is asked of blocks and of letters,
/// and says the same of both: whether something is one of those looked for, by == and | alone.
template <typename Test>
[[nodiscard]] inline const char* find_first(const char* from, const char* end, Test test) {
  constexpr std::size_t stride = 4 * block_size;  // most are looked at for nothing
  while (static_cast<std::size_t>(end - from) >= stride) {
    const auto found = test(block_at(from)) | test(block_at(from + block_size)) |
                       test(block_at(from + 2 * block_size)) | test(block_at(from + 3 * block_size));
    if (bits(found) != 0) break;
    from += stride;
  }
  while (static_cast<std::size_t>(end - from) >= block_size) {
    const unsigned found = bits(test(block_at(from)));
    if (found != 0) return from + std::countr_zero(found);
    from += block_size;
  }
  while (from != end && !test(static_cast<std::uint8_t>(*from))) ++from;
  return from;
}

}  // namespace tributary::parser
