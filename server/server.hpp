#pragma once
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "model/model.hpp"

namespace boost::asio {
class io_context;
}

/// The wire: Boost.Beast with Asio coroutines, the table of routes.
namespace tributary::server {

/// An answer made by the application for an admin route (health, metrics).
struct Made {
  int status = 200;
  std::string content_type = {};
  std::string body = {};
};

struct Options {
  ServerOptions addresses = {};
  std::filesystem::path folder = {};  ///< the published output
  std::chrono::seconds head_deadline{30};   ///< a request head that is not whole by then closes the connection
  std::chrono::seconds idle_deadline{60};   ///< between two requests
  std::size_t max_connections = 4096;
};

/// Called on the io_context's thread for GET of `target` on the admin address; a Made with status 404 when it knows no such page.
using AdminHandler = std::function<Made(const std::string& target)>;

/// Serves the files below `folder` with ETag, Last-Modified, 304, HEAD and gzip. Files are read when they change; a request
/// never sees half of one. Everything runs on the io_context's thread.
class Server {
 public:
  Server(boost::asio::io_context& io, Options options, AdminHandler admin = {});
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Opens the listening sockets. Fails when an address is malformed or taken.
  [[nodiscard]] Result<void> listen();

  /// "http://127.0.0.1:8080/" with the port really taken; "unix:/path" for a Unix socket. Empty before listen().
  [[nodiscard]] std::string url() const;
  [[nodiscard]] std::string admin_url() const;

  /// Takes no more connections and lets those under way end, at most `grace` long.
  void stop(std::chrono::seconds grace);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace tributary::server
