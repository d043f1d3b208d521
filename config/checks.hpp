#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "config/zones.hpp"

namespace tributary::config {

// What a value's text must look like. Each reads one kind and says what is wrong in words; none knows where
// it stands.

/// 30s, 15m, 1h, 1d. Fills `out` when it is one.
[[nodiscard]] Verdict check_duration(std::string_view text, std::chrono::seconds& out);

/// 512KiB, 10MiB, 10MB, 100B.
[[nodiscard]] Verdict check_size(std::string_view text, std::uint64_t& out);

/// An absolute http(s) URL, written as it will be asked.
[[nodiscard]] Verdict check_http_url(std::string_view text);

/// HOST:PORT, [V6]:PORT or unix:PATH.
[[nodiscard]] Verdict check_listen(std::string_view text);

/// An address, or a range of them as ADDRESS/BITS. `out` is the range.
[[nodiscard]] Verdict check_cidr(std::string_view text, std::string& out);

/// A name that an environment variable can have.
[[nodiscard]] Verdict check_environment_name(std::string_view text);

/// True when the URL carries a password: user:password@host.
[[nodiscard]] bool holds_password(std::string_view url);

/// The whole of `text` as a number without sign; nullopt for anything else, or when it is too great.
[[nodiscard]] std::optional<std::uint64_t> whole_number(std::string_view text);

}  // namespace tributary::config
