#pragma once
#include <cstdio>
#include <cstdlib>
#include <string_view>

/// What a fuzz target asserts: ends the run, with both values, so that libFuzzer keeps the input.
inline void require_equal(std::string_view what, std::string_view one, std::string_view other) {
  if (one == other) return;
  std::fprintf(stderr, "%.*s\n--- one\n%.*s\n--- other\n%.*s\n", static_cast<int>(what.size()), what.data(),
               static_cast<int>(one.size()), one.data(), static_cast<int>(other.size()), other.data());
  std::abort();
}

inline void require(bool holds, std::string_view what) {
  if (holds) return;
  std::fprintf(stderr, "%.*s\n", static_cast<int>(what.size()), what.data());
  std::abort();
}
