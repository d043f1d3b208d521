#pragma once
#include <string_view>

namespace tributary::server {

/// What follows from a file's name and first bytes.
struct Kind {
  std::string_view content_type = {};
  std::string_view cache_control = {};
  bool page = false;     ///< HTML: gets the headers that a browser heeds for pages
  bool framed = false;   ///< may stand in a frame on other sites
  bool shared = false;   ///< may be read by scripts of other sites (CORS): what partners consume by program
  bool feed = false;     ///< names itself and its hub in a Link header
  bool entries = false;  ///< Atom or RSS: RFC 3229 deltas are possible
  bool text = false;     ///< worth compressing
};

/// `path` is relative to the folder. XML files are told apart by their root element.
[[nodiscard]] Kind kind_of(std::string_view path, std::string_view bytes);

}  // namespace tributary::server
