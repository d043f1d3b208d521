#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "model/model.hpp"

namespace boost::asio {
class io_context;
}

/// The wire: Boost.Beast with Asio coroutines, the table of routes.
namespace tributary::server {

/// An answer made by the application: for an admin route (health, metrics) or a Route.
struct Made {
  int status = 200;
  std::string content_type = {};
  std::string body = {};
  std::vector<std::pair<std::string, std::string>> headers = {};  ///< further header fields
};

/// A request as a Route sees it.
struct Incoming {
  std::string method = {};
  std::string path = {};                                          ///< decoded, begins with '/'
  std::string query = {};                                         ///< as sent, without '?'
  std::string body = {};                                          ///< whole, transfer coding removed
  std::vector<std::pair<std::string, std::string>> headers = {};  ///< names in lower case, in order
  std::string client = {};  ///< the peer's address; behind a proxy on this machine the one that it names

  /// The value of the first header field of that (lower-case) name; empty when there is none.
  [[nodiscard]] std::string header(std::string_view name) const;
};

/// A page on the public address that is made, not read from the folder; it comes before a file of the same
/// path.
struct Route {
  std::string path = {};                             ///< "/hub"; ending in '/' it takes every path below too
  std::vector<std::string> methods = {};             ///< of GET, HEAD, POST; others get 405
  std::size_t max_body = 64 * 1024;                  ///< bytes; a larger body gets 413
  std::function<Made(const Incoming&)> handle = {};  ///< called on the io_context's thread
};

struct Options {
  ServerOptions addresses = {};
  std::filesystem::path folder = {};  ///< the published output
  std::chrono::milliseconds head_deadline{
      30'000};  ///< from its first byte: a head not whole by then gets 408
  std::chrono::milliseconds idle_deadline{60'000};   ///< between two requests, and before the first
  std::chrono::milliseconds write_deadline{30'000};  ///< for an answer, besides a second for each 4 KiB of it
  std::size_t max_connections =
      4096;  ///< past it the one idle longest makes room, and without an idle one 503 is said
  std::size_t max_head = 16 * 1024;             ///< bytes of a request's head; more gets 431
  std::size_t max_target = 8000;                ///< bytes of a request's target; more gets 414
  std::size_t cache_bytes = 256 * 1024 * 1024;  ///< of files and their compressed forms in memory
  std::string site_url = {};  ///< Site::url: its path goes before redirects, and it makes self links of feeds
  std::string hub_url = {};   ///< named in feeds' Link header (WebSub section 4); empty: none
  std::vector<Route> routes = {};         ///< of the public address
  std::function<Timestamp()> clock = {};  ///< for Date; empty: the system's
};

/// What has happened since the start, for metrics.
struct Counters {
  std::uint64_t accepted = 0;      ///< connections
  std::uint64_t turned_away = 0;   ///< connections closed or refused for want of room
  std::uint64_t requests = 0;      ///< answered, of both addresses
  std::uint64_t by_class[6] = {};  ///< answers by the first digit of their status; [0] unused
  std::uint64_t not_modified = 0;  ///< of them 304
  std::uint64_t deltas = 0;        ///< of them 226
  std::uint64_t timed_out = 0;   ///< connections closed by a deadline while a head or an answer was under way
  std::uint64_t body_bytes = 0;  ///< of answers' bodies, as sent
  std::size_t open = 0;          ///< connections now
  std::size_t cached_bytes = 0;  ///< in the file cache now
};

/// Called on the io_context's thread for GET of `target` on the admin address; a Made with status 404 when it
/// knows no such page.
using AdminHandler = std::function<Made(const std::string& target)>;

/// Serves the files below `folder` with ETag, Last-Modified, 304, HEAD and gzip. Files are read when they
/// change; a request never sees half of one. Everything, this class too, runs on the io_context's thread.
class Server {
 public:
  Server(boost::asio::io_context& io, Options options, AdminHandler admin = {});
  ~Server();  ///< closes every connection at once
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Opens the listening sockets. Fails when an address is malformed (ErrorKind::config) or taken
  /// (ErrorKind::io). Raises the process's limit of open files as far as max_connections needs it and the
  /// system lets it, and ignores SIGPIPE where nobody handles it.
  [[nodiscard]] Result<void> listen();

  /// "http://127.0.0.1:8080/" with the port really taken; "unix:/path" for a Unix socket. Empty before
  /// listen().
  [[nodiscard]] std::string url() const;
  [[nodiscard]] std::string admin_url() const;

  [[nodiscard]] Counters counters() const;

  /// What a changed configuration may change without a new socket: folder, site_url, hub_url. For requests
  /// from now on.
  void reload(const std::filesystem::path& folder, const std::string& site_url, const std::string& hub_url);

  /// Takes no more connections, closes idle ones at once and lets requests under way end, at most `grace`
  /// long.
  void stop(std::chrono::seconds grace);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace tributary::server
