#include "server/head.hpp"

#include "server/hash.hpp"

namespace tributary::server {
namespace {

// Inline style sheets of a page may apply, by their hash: everything else that a browser could run or load
// for a page is closed but pictures and sounds, which are linked at the partners' places.
std::string style_sources(std::string_view html) {
  std::string sources;
  std::size_t at = 0;
  while ((at = html.find("<style", at)) != std::string_view::npos) {
    const auto from = html.find('>', at);
    const auto to = html.find("</style>", at);
    if (from == std::string_view::npos || to == std::string_view::npos) break;
    if (from < to) sources += " 'sha256-" + sha256_base64(html.substr(from + 1, to - from - 1)) + "'";
    at = to;
  }
  return sources;
}

std::string policy_of(const File& file) {
  std::string policy =
      "Content-Security-Policy: default-src 'none'; img-src * data:; media-src *; style-src 'self'";
  if (file.kind.page) policy += style_sources(file.form(Coding::plain).bytes);
  policy += "; font-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'";
  if (file.kind.page) policy += file.kind.framed ? "; frame-ancestors *" : "; frame-ancestors 'self'";
  policy += "\r\n";
  if (file.kind.page && !file.kind.framed) policy += "X-Frame-Options: SAMEORIGIN\r\n";
  return policy;
}

std::string path_in_url(std::string_view path) {
  std::string url;
  for (const char c : path) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~' || c == '/';
    if (plain) {
      url += c;
    } else {
      url += '%';
      url += "0123456789ABCDEF"[static_cast<unsigned char>(c) >> 4];
      url += "0123456789ABCDEF"[static_cast<unsigned char>(c) & 15];
    }
  }
  return url;
}

}  // namespace

std::string_view status_line(int status) {
  switch (status) {
    case 200:
      return "200 OK";
    case 202:
      return "202 Accepted";
    case 204:
      return "204 No Content";
    case 206:
      return "206 Partial Content";
    case 226:
      return "226 IM Used";
    case 301:
      return "301 Moved Permanently";
    case 303:
      return "303 See Other";
    case 304:
      return "304 Not Modified";
    case 308:
      return "308 Permanent Redirect";
    case 400:
      return "400 Bad Request";
    case 401:
      return "401 Unauthorized";
    case 403:
      return "403 Forbidden";
    case 404:
      return "404 Not Found";
    case 405:
      return "405 Method Not Allowed";
    case 408:
      return "408 Request Timeout";
    case 410:
      return "410 Gone";
    case 411:
      return "411 Length Required";
    case 412:
      return "412 Precondition Failed";
    case 413:
      return "413 Content Too Large";
    case 414:
      return "414 URI Too Long";
    case 415:
      return "415 Unsupported Media Type";
    case 416:
      return "416 Range Not Satisfiable";
    case 422:
      return "422 Unprocessable Content";
    case 429:
      return "429 Too Many Requests";
    case 431:
      return "431 Request Header Fields Too Large";
    case 500:
      return "500 Internal Server Error";
    case 501:
      return "501 Not Implemented";
    case 503:
      return "503 Service Unavailable";
    case 505:
      return "505 HTTP Version Not Supported";
    default:
      return {};
  }
}

std::string_view vary_of(const File& file) {
  return file.kind.text && !file.stream.open() ? "Vary: Accept-Encoding\r\n" : "";
}

std::string fields_of(const File& file, const std::string& site_url, const std::string& hub_url) {
  std::string fields = "Last-Modified: " + to_http_date(file.modified) + "\r\nCache-Control: ";
  fields += file.kind.cache_control;
  fields += "\r\n";
  if (file.kind.shared) {
    fields +=
        "Access-Control-Allow-Origin: *\r\nAccess-Control-Expose-Headers: ETag, IM, Link\r\n"
        "Cross-Origin-Resource-Policy: cross-origin\r\n";
  }
  if (file.kind.feed && !hub_url.empty() && !site_url.empty()) {
    // WebSub section 4: how a subscriber finds the hub and the topic's true name.
    fields +=
        "Link: <" + hub_url + ">; rel=\"hub\", <" + site_url + path_in_url(file.path) + ">; rel=\"self\"\r\n";
  }
  fields += careful_fields;
  fields += policy_of(file);
  return fields;
}

std::string delta_head_of(const File& file, Coding selected, bool coded, std::string_view base,
                          std::size_t length) {
  std::string head = "HTTP/1.1 226 IM Used\r\nContent-Type: ";
  head += file.kind.content_type;
  head += "\r\nContent-Length: " + std::to_string(length) + "\r\nIM: feed\r\n";
  if (coded) head += selected == Coding::gzip ? "Content-Encoding: gzip\r\n" : "Content-Encoding: br\r\n";
  head += "ETag: " + entity_tag(file.hash, selected) + "\r\nDelta-Base: " + entity_tag(base, Coding::plain);
  // A cache must not give this to anybody who has another version, or who did not ask for a delta.
  head += "\r\nVary: Accept-Encoding, A-IM, If-None-Match\r\n";
  head += file.fields;
  return head;
}

std::string head_of(const File& file, Coding coding, std::size_t length, int status) {
  std::string head = "HTTP/1.1 ";
  head += status_line(status);
  head += "\r\n";
  if (status != 304) {
    head += "Content-Type: ";
    head += file.kind.content_type;
    head += "\r\nContent-Length: " + std::to_string(length) + "\r\n";
    if (coding == Coding::gzip) head += "Content-Encoding: gzip\r\n";
    if (coding == Coding::brotli) head += "Content-Encoding: br\r\n";
    if (status == 200) head += "Accept-Ranges: bytes\r\n";
  }
  head += "ETag: " + entity_tag(file.hash, coding) + "\r\n";
  head += vary_of(file);
  head += file.fields;
  return head;
}

}  // namespace tributary::server
