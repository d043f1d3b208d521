#pragma once
#include <string>
#include <string_view>

namespace tributary::server {

/// Content codings, the order being the order of preference when a client does not mind.
enum class Coding { brotli, gzip, plain };

/// What Accept-Encoding (RFC 9110 section 12.5.3) allows: weights from 0 (never) to 1000.
struct Acceptable {
  int brotli = 0, gzip = 0, plain = 1000;
};
[[nodiscard]] Acceptable acceptable(std::string_view accept_encoding);

/// The weight that a list with weights gives a name (in lower case), case set aside; -1 when it does not name
/// it.
[[nodiscard]] int weight_of(std::string_view list, std::string_view name);

/// The same bytes for the same input at any time. An empty string when it fails or when it would not save a
/// twentieth. Effort falls with size, so that one call takes some tens of milliseconds at most.
[[nodiscard]] std::string gzip(std::string_view bytes);
[[nodiscard]] std::string brotli(std::string_view bytes);

}  // namespace tributary::server
