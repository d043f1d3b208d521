#pragma once
#include <string>
#include <string_view>

namespace tributary::server {

enum class PathVerdict {
  fine,
  hidden,     ///< a name that is never served: 404
  malformed,  ///< 400
};

/// Decodes the path of a request's target (from its '/' up to '?') into `decoded`, without the leading '/': a
/// relative path that stays below the folder. A dot segment, "%00", control characters or an encoded '/' are
/// malformed: no client of ours makes them. Names that begin with '.', temporary files ("*.tmp", "*~") and
/// empty segments are hidden.
[[nodiscard]] PathVerdict decode_path(std::string_view path, std::string& decoded);

/// Decodes "%41" and, with `plus_is_space`, '+' (application/x-www-form-urlencoded). False when an escape is
/// malformed.
[[nodiscard]] bool percent_decode(std::string_view text, bool plus_is_space, std::string& decoded);

}  // namespace tributary::server
