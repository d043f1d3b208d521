#pragma once
#include <string>
#include <string_view>

#include "server/file_cache.hpp"

// Header fields as bytes.
namespace tributary::server {

/// "404 Not Found" and so on.
[[nodiscard]] std::string_view status_line(int status);

/// Fields that every answer has, whatever it is.
inline constexpr std::string_view careful_fields =
    "X-Content-Type-Options: nosniff\r\n"
    "Referrer-Policy: strict-origin-when-cross-origin\r\n";

/// What an answer with script or remote parts in it could do in a browser: nothing.
inline constexpr std::string_view closed_policy =
    "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n";

/// Fills File::fields, which answers with this version share: caching, policy, CORS, links. Entity tag, date
/// and lengths are not among them.
[[nodiscard]] std::string fields_of(const File& file, const std::string& site_url,
                                    const std::string& hub_url);

/// Head of a 200 or 304 with that form of the file.
[[nodiscard]] std::string head_of(const File& file, Coding coding, std::size_t length, int status);

/// Head of a 226 against the version with hash `base`: the tag is the one of the whole file in the coding
/// `selected`, which the delta itself has only when `coded`.
[[nodiscard]] std::string delta_head_of(const File& file, Coding selected, bool coded, std::string_view base,
                                        std::size_t length);

/// "Vary", from what an answer depends on.
[[nodiscard]] std::string_view vary_of(const File& file);

}  // namespace tributary::server
