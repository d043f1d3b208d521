#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace tributary::parser {

/// A URL for an attribute of sanitised HTML: absolute against `base`, nullopt when its scheme, however
/// written, is not one of http, https, mailto, ftp, tel and magnet.
[[nodiscard]] std::optional<std::string> safe_url(std::string_view value, std::string_view base);

/// The candidates of a srcset (HTML, "srcset attributes") with safe URLs; empty when none is left.
[[nodiscard]] std::string safe_srcset(std::string_view value, std::string_view base);

}  // namespace tributary::parser
