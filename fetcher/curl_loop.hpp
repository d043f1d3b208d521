#pragma once
#include <curl/curl.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>

namespace tributary::fetcher {

struct CurlClose {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
using CurlHandle = std::unique_ptr<CURL, CurlClose>;

struct CurlMultiClose {
  void operator()(CURLM* handle) const { curl_multi_cleanup(handle); }
};
using CurlMultiHandle = std::unique_ptr<CURLM, CurlMultiClose>;

/// libcurl's multi-socket interface on Asio. curl opens and closes its sockets as it likes (the resolver's
/// too), so they are never handed to Asio: they sit in an epoll set of our own, and Asio waits for that one
/// descriptor. A socket that curl closes leaves the set by itself, nothing has to be released in time, and a
/// burst of ready sockets is one wake-up.
class CurlLoop {
 public:
  /// `done` is called with each handle that ended, outside of curl; the handle has been removed by then.
  CurlLoop(boost::asio::io_context& io, std::function<void(CURL*, CURLcode)> done);
  ~CurlLoop();
  CurlLoop(const CurlLoop&) = delete;
  CurlLoop& operator=(const CurlLoop&) = delete;

  void set_connection_cache(long connections);
  [[nodiscard]] bool add(CURL* handle);
  void remove(CURL* handle);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace tributary::fetcher
