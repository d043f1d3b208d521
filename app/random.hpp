#pragma once
#include <cstddef>
#include <string>

namespace tributary::app {

/// So many bytes that nobody can guess, in lower-case hex. Throws when the system has none: then nothing that
/// rests on secrets can go on.
[[nodiscard]] std::string random_hex(std::size_t bytes);

}  // namespace tributary::app
