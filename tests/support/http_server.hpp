#pragma once
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

/// What tests of more than one folder share. Everything here listens on the loopback only, on a free port,
/// and ends with its object.
namespace tributary::test {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// A request as it came.
struct Seen {
  std::string method = {};
  std::string target = {};  ///< path and query, byte for byte
  std::string version = {};
  Headers headers = {};
  std::string body = {};
  int connection = 0;  ///< counted from 1
  std::chrono::steady_clock::time_point when = {};

  /// The first header of this name, in any case; empty when there is none.
  [[nodiscard]] std::string header(std::string_view name) const;
  [[nodiscard]] bool has(std::string_view name) const;
};

/// Something a reply waits for. A gate that is never opened opens when its server ends.
class Gate {
 public:
  void open();
  void wait();

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
};

/// What is answered. With the defaults: 200, Content-Length, connection kept.
struct Reply {
  int status = 200;
  Headers headers = {};
  std::string body = {};
  std::string reason = "Answer";
  bool chunked = false;      ///< Transfer-Encoding: chunked instead of Content-Length
  bool until_close = false;  ///< neither: the body ends with the connection
  bool close = false;        ///< the connection is closed afterwards
  std::optional<std::size_t> cut_after =
      {};                           ///< so many bytes of the body are sent, then the connection is closed
  std::shared_ptr<Gate> gate = {};  ///< nothing is sent before it opens
  std::shared_ptr<Gate> body_gate = {};      ///< no body is sent before it opens
  std::size_t drip_bytes = 0;                ///< if set: so many bytes of the body at a time …
  std::chrono::milliseconds drip_every{10};  ///< … with this pause between
  std::optional<std::string> raw = {};  ///< sent instead of everything else, then the connection is closed
  bool silent_close = false;            ///< the connection is closed without an answer
  std::size_t repeat = 1;  ///< the body is sent so many times over (large bodies without the memory)
};

using Handler = std::function<Reply(const Seen&)>;

/// Replies with validators and 304s as a well-kept server does (RFC 9110 section 13).
[[nodiscard]] Handler conditional(Reply reply);

/// A redirect to `location`.
[[nodiscard]] Reply redirect(int status, std::string location);

/// A feed with the given Content-Type.
[[nodiscard]] Reply feed(std::string body, std::string content_type = "application/rss+xml");

/// A small RSS 2.0 document with that many items.
[[nodiscard]] std::string rss(std::string_view title, int items = 1,
                              std::string_view extra_channel_elements = {});

[[nodiscard]] std::string gzipped(std::string_view bytes);
[[nodiscard]] std::string deflated(std::string_view bytes);

/// A throw-away self-signed certificate for 127.0.0.1 and localhost, as PEM files in a folder that goes with
/// the object.
class Certificate {
 public:
  Certificate();
  ~Certificate();
  Certificate(const Certificate&) = delete;
  Certificate& operator=(const Certificate&) = delete;
  [[nodiscard]] std::filesystem::path certificate() const { return folder_ / "cert.pem"; }
  [[nodiscard]] std::filesystem::path key() const { return folder_ / "key.pem"; }

 private:
  std::filesystem::path folder_;
};

/// A scriptable HTTP/1.1 server, one thread per connection.
class HttpServer {
 public:
  struct Options {
    std::string address = "127.0.0.1";
    const Certificate* tls = nullptr;     ///< outlives the server
    bool ask_client_certificate = false;  ///< refuses clients that show none that `tls` signed
  };

  HttpServer();
  explicit HttpServer(Options options);
  ~HttpServer();  ///< closes all connections, opens all gates, waits for all threads
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// Says what is answered at a path (a path with a query is asked for first). Without a handler: 404. May be
  /// called any time.
  void on(std::string path, Handler handler);
  void on(std::string path, Reply reply);
  /// For paths without a handler of their own.
  void otherwise(Handler handler);

  [[nodiscard]] int port() const;
  /// "http://127.0.0.1:PORT" + path.
  [[nodiscard]] std::string url(std::string_view path = "/") const;

  [[nodiscard]] std::vector<Seen> requests() const;
  [[nodiscard]] std::vector<Seen> requests(std::string_view path) const;
  [[nodiscard]] std::size_t count() const;
  [[nodiscard]] std::size_t count(std::string_view path) const;
  [[nodiscard]] int connections() const;
  /// The most requests that were under way at one moment.
  [[nodiscard]] int most_at_once() const;
  /// False when they did not come in time.
  [[nodiscard]] bool wait_for_requests(std::size_t count,
                                       std::chrono::milliseconds at_most = std::chrono::seconds(20)) const;
  void forget_requests();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tributary::test
