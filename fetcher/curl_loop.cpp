#include "fetcher/curl_loop.hpp"

#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <system_error>
#include <utility>
#include <vector>

namespace tributary::fetcher {

namespace asio = boost::asio;

// Handlers that wait in the io_context share this state, so that the loop may go away at any moment, even in
// a callback.
struct CurlLoop::State : std::enable_shared_from_this<CurlLoop::State> {
  State(asio::io_context& context, std::function<void(CURL*, CURLcode)> callback)
      : io(context), done(std::move(callback)), ready(context), timer(context) {}

  asio::io_context& io;
  std::function<void(CURL*, CURLcode)> done;
  asio::posix::stream_descriptor ready;
  asio::steady_timer timer;
  CurlMultiHandle multi;
  bool kicked = false;

  void open() {
    const int set = ::epoll_create1(EPOLL_CLOEXEC);
    if (set < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
    ready.assign(set);
    multi.reset(curl_multi_init());
    if (!multi) throw std::bad_alloc();
    curl_multi_setopt(multi.get(), CURLMOPT_SOCKETFUNCTION, &State::on_socket);
    curl_multi_setopt(multi.get(), CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(multi.get(), CURLMOPT_TIMERFUNCTION, &State::on_timer);
    curl_multi_setopt(multi.get(), CURLMOPT_TIMERDATA, this);
    curl_multi_setopt(multi.get(), CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
    wait();
  }

  void close() {
    done = nullptr;
    multi.reset();  // closes its sockets, which still calls on_socket
    timer.cancel();
    boost::system::error_code ignored;
    ready.close(ignored);
  }

  static int on_socket(CURL*, curl_socket_t socket, int what, void* self, void*) {
    const int set = static_cast<State*>(self)->ready.native_handle();
    epoll_event event{};
    event.data.fd = socket;
    if (what != CURL_POLL_REMOVE) {
      if (what & CURL_POLL_IN) event.events |= EPOLLIN;
      if (what & CURL_POLL_OUT) event.events |= EPOLLOUT;
      if (::epoll_ctl(set, EPOLL_CTL_MOD, socket, &event) == 0) return 0;
      return ::epoll_ctl(set, EPOLL_CTL_ADD, socket, &event) == 0 ? 0 : -1;
    }
    ::epoll_ctl(set, EPOLL_CTL_DEL, socket,
                &event);  // fails for a socket that is closed already: it has left by itself
    return 0;
  }

  static int on_timer(CURLM*, long milliseconds, void* self) {
    auto& state = *static_cast<State*>(self);
    if (milliseconds < 0) {
      state.timer.cancel();
    } else if (milliseconds == 0) {
      state.kick();  // curl may not be called from its own callback
    } else {
      state.timer.expires_after(std::chrono::milliseconds(milliseconds));
      state.timer.async_wait([shared = state.shared_from_this()](const boost::system::error_code& fault) {
        if (!fault) shared->act(CURL_SOCKET_TIMEOUT, 0);
      });
    }
    return 0;
  }

  void kick() {
    if (std::exchange(kicked, true)) return;
    asio::post(io, [shared = shared_from_this()] {
      shared->kicked = false;
      shared->act(CURL_SOCKET_TIMEOUT, 0);
    });
  }

  void wait() {
    ready.async_wait(asio::posix::stream_descriptor::wait_read,
                     [shared = shared_from_this()](const boost::system::error_code& fault) {
                       if (fault || !shared->multi) return;
                       shared->drain();
                       if (shared->multi) shared->wait();
                     });
  }

  /// The set is level-triggered, so what does not fit into one turn comes with the next.
  void drain() {
    std::array<epoll_event, 64> events{};
    const int count = ::epoll_wait(ready.native_handle(), events.data(), static_cast<int>(events.size()), 0);
    int running = 0;
    for (int i = 0; i < count; ++i) {
      const auto& event = events[static_cast<std::size_t>(i)];
      int mask = 0;
      if (event.events & (EPOLLIN | EPOLLHUP | EPOLLRDHUP)) mask |= CURL_CSELECT_IN;
      if (event.events & EPOLLOUT) mask |= CURL_CSELECT_OUT;
      if (event.events & EPOLLERR) mask |= CURL_CSELECT_ERR;
      curl_multi_socket_action(multi.get(), event.data.fd, mask, &running);
    }
    deliver();
  }

  void act(curl_socket_t socket, int mask) {
    if (!multi) return;
    int running = 0;
    curl_multi_socket_action(multi.get(), socket, mask, &running);
    deliver();
  }

  void deliver() {
    std::vector<std::pair<CURL*, CURLcode>> ended;
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi.get(), &left)) {
      if (message->msg == CURLMSG_DONE) ended.emplace_back(message->easy_handle, message->data.result);
    }
    for (const auto& [handle, code] : ended) {
      // A callback may have ended everything.
      if (!multi || !done) return;
      curl_multi_remove_handle(multi.get(), handle);
      const auto call = done;
      call(handle, code);
    }
  }
};

CurlLoop::CurlLoop(asio::io_context& io, std::function<void(CURL*, CURLcode)> done)
    : state_(std::make_shared<State>(io, std::move(done))) {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (started != CURLE_OK) throw std::runtime_error("libcurl cannot be initialised");
  state_->open();
}

CurlLoop::~CurlLoop() {
  state_->close();
}

void CurlLoop::set_connection_cache(long connections) {
  curl_multi_setopt(state_->multi.get(), CURLMOPT_MAXCONNECTS, connections);
}

bool CurlLoop::add(CURL* handle) {
  return curl_multi_add_handle(state_->multi.get(), handle) == CURLM_OK;
}

void CurlLoop::remove(CURL* handle) {
  curl_multi_remove_handle(state_->multi.get(), handle);
}

}  // namespace tributary::fetcher
