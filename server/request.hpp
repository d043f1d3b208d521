#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

// Requests as bytes → Request. Beast's parser reads the head; the pass before it refuses what Beast forgives,
// because each such tolerance is a way to smuggle a request past a proxy that reads it otherwise (RFC 9112
// section 11.2): bare line feeds, folded lines, Content-Length twice or beside Transfer-Encoding, codings
// other than chunked.
namespace tributary::server {

enum class Method { get, head, post, options, other };

struct Field {
  std::string_view name = {}, value = {};
};

/// Views into the bytes that the parser was given (or into the parser, where a field came in several lines):
/// valid until its reset().
struct Request {
  Method method = Method::other;
  std::string_view method_name = {};
  std::string_view target = {};
  bool http11 = true;
  bool keep_alive = true;
  bool has_body = false;
  bool chunked = false;
  bool expects_continue = false;
  std::uint64_t content_length = 0;
  std::string_view host = {}, accept_encoding = {}, a_im = {}, if_match = {}, if_none_match = {},
                   if_modified_since = {}, if_unmodified_since = {}, if_range = {}, range = {},
                   requested_method = {};
  std::vector<Field> fields = {};  ///< all, in order
  std::string body = {};
};

struct RequestLimits {
  std::size_t head = 16 * 1024;
  std::size_t target = 8000;
  std::size_t fields = 100;
};

class RequestParser {
 public:
  enum class Step { more, done, refused };

  explicit RequestParser(const RequestLimits& limits);
  ~RequestParser();

  /// Begins the next request.
  void reset();

  /// `bytes` is all that has come of the request, from its first byte; what was looked at is not looked at
  /// again. With Step::done request() is filled, and head_size() bytes belong to the head. With Step::refused
  /// see status().
  [[nodiscard]] Step head(std::string_view bytes);
  [[nodiscard]] std::size_t head_size() const { return scanned_; }

  /// Whether anything but empty lines has come.
  [[nodiscard]] bool begun() const { return begun_; }

  /// After head(): the body's bytes, as they come, at most `limit` of them once decoded. `consumed` says how
  /// many of `bytes` were taken.
  [[nodiscard]] Step body(std::string_view bytes, std::size_t limit, std::size_t& consumed);

  [[nodiscard]] const Request& request() const { return request_; }
  [[nodiscard]] Request& request() { return request_; }

  /// 400, 413, 414, 431, 501 or 505, and why, in words.
  [[nodiscard]] int status() const { return status_; }
  [[nodiscard]] const char* why() const { return why_; }

 private:
  class Machine;
  Step refuse(int status, const char* why);
  Step parse(std::string_view bytes);
  Step judge();

  RequestLimits limits_;
  std::unique_ptr<Machine> machine_;
  Request request_ = {};
  std::deque<std::string> joined_;  // values of fields that came in several lines
  std::size_t scanned_ = 0;         // bytes of whole lines
  std::size_t lines_ = 0;
  std::size_t first_line_ = 0;  // where the request line begins
  bool begun_ = false;
  int status_ = 0;
  const char* why_ = "";
};

}  // namespace tributary::server
