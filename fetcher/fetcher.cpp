#include "fetcher/fetcher.hpp"

#include <atomic>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <unordered_map>
#include <utility>
#include <vector>

#include "fetcher/curl_loop.hpp"
#include "fetcher/settings.hpp"
#include "fetcher/transfer.hpp"
#include "fetcher/turns.hpp"

namespace tributary::fetcher {

namespace asio = boost::asio;

namespace {
// Bodies that were fetched but not yet dealt with: enough to keep the transfers busy, few enough to fit in
// memory.
constexpr std::size_t bodies_ahead = 64;
}  // namespace

// Shared, because handlers in the io_context and the places of answers may outlive the Fetcher.
struct Fetcher::Impl : std::enable_shared_from_this<Fetcher::Impl> {
  using Clock = std::chrono::steady_clock;

  Impl(asio::io_context& context, FetchOptions options)
      : io(context), settings(std::make_shared<const Settings>(std::move(options))), rest(context) {}

  void open() {
    loop = std::make_unique<CurlLoop>(io, [this](CURL* handle, CURLcode code) { finished(handle, code); });
    apply_limits();
  }

  void apply_limits() {
    const auto& options = settings->options;
    turns.set_limits(options.per_host, options.host_spacing, Clock::now());
    loop->set_connection_cache(4L * options.concurrency);
    pump_soon();
  }

  void close() {
    stopped = true;
    rest.cancel();
    for (auto& [handle, running_transfer] : running) loop->remove(handle);
    running.clear();
    loop.reset();
    waiting.clear();
    spare.clear();
  }

  void fetch(Request request, std::function<void(Answer)> done) {
    enqueue(std::make_unique<Transfer>(std::move(request), std::move(done)));
  }

  void enqueue(std::unique_ptr<Transfer> transfer) {
    if (!transfer->askable(*settings)) return answer_later(std::move(transfer));
    const auto ticket = ++last_ticket;
    turns.push(transfer->host_key(), ticket, transfer->under_way(), Clock::now());
    waiting.emplace(ticket, std::move(transfer));
    pump_soon();
  }

  /// Starts are posted, so that neither fetch() nor a callback ever reaches into curl.
  void pump_soon() {
    if (stopped || std::exchange(pump_posted, true)) return;
    asio::post(io, [self = shared_from_this()] {
      self->pump_posted = false;
      if (!self->stopped) self->pump();
    });
  }

  void pump() {
    const auto concurrency = static_cast<std::size_t>(settings->options.concurrency);
    const auto now = Clock::now();
    while (running.size() < concurrency && running.size() + held < concurrency + bodies_ahead) {
      const auto turn = turns.pop(now);
      if (!turn) break;
      start(turn->ticket, now);
    }
    rest.cancel();
    if (const auto next = turns.next_time(); next && running.size() < concurrency) {
      rest.expires_at(*next);
      rest.async_wait([self = shared_from_this()](const boost::system::error_code& fault) {
        if (!fault) self->pump_soon();
      });
    }
  }

  void start(Turns::Ticket ticket, Clock::time_point now) {
    auto transfer = std::move(waiting.extract(ticket).mapped());
    CurlHandle handle;
    if (spare.empty()) {
      handle.reset(curl_easy_init());
    } else {
      handle = std::move(spare.back());
      spare.pop_back();
    }
    if (handle) transfer->begin(handle.get(), settings, now);
    if (!handle || !loop->add(handle.get())) {
      turns.done(transfer->host_key(), now);
      transfer->fail(ErrorKind::network, "libcurl has no memory for another transfer");
      return answer_later(std::move(transfer));
    }
    CURL* const key = handle.get();
    running.emplace(key, Running{std::move(handle), std::move(transfer)});
  }

  void finished(CURL* handle, CURLcode code) {
    const auto at = running.find(handle);
    if (at == running.end()) return;  // called off by an earlier callback of the same batch
    auto [owned, transfer] = std::move(at->second);
    running.erase(at);
    const auto now = Clock::now();
    turns.done(transfer->host_key(), now);
    const auto outcome = transfer->end(handle, code, now);
    keep(std::move(owned));
    pump_soon();
    if (outcome == Transfer::Outcome::redirected) return enqueue(std::move(transfer));
    deliver(std::move(transfer));
  }

  void keep(CurlHandle handle) {
    curl_easy_reset(handle.get());
    if (spare.size() < static_cast<std::size_t>(settings->options.concurrency))
      spare.push_back(std::move(handle));
  }

  void deliver(std::unique_ptr<Transfer> transfer) {
    auto& answer = transfer->answer();
    if (!answer.body.empty()) {
      ++held;
      answer.place = std::shared_ptr<void>(static_cast<void*>(this), [weak = weak_from_this()](void*) {
        const auto self = weak.lock();
        if (self && !self->stopped) asio::dispatch(self->io, [self] { self->let_go(); });
      });
    }
    const auto done = transfer->take_done();
    if (done) done(std::move(answer));
  }

  void let_go() {
    --held;
    pump_soon();
  }

  void answer_later(std::unique_ptr<Transfer> transfer) {
    asio::post(io, [self = shared_from_this(), shared = std::shared_ptr<Transfer>(std::move(transfer))] {
      if (self->stopped) return;
      if (const auto done = shared->take_done()) done(std::move(shared->answer()));
    });
  }

  void cancel() {
    const auto now = Clock::now();
    for (const auto ticket : turns.take_all()) call_off(std::move(waiting.extract(ticket).mapped()));
    for (auto& [handle, entry] : std::exchange(running, {})) {
      loop->remove(handle);
      turns.done(entry.transfer->host_key(), now);
      // Kept, not freed: the loop may still have it on its list of those that ended.
      curl_easy_reset(handle);
      spare.push_back(std::move(entry.handle));
      call_off(std::move(entry.transfer));
    }
  }

  void call_off(std::unique_ptr<Transfer> transfer) {
    transfer->cancel();
    answer_later(std::move(transfer));
  }

  struct Running {
    CurlHandle handle;
    std::unique_ptr<Transfer> transfer;
  };

  asio::io_context& io;
  std::shared_ptr<const Settings> settings;
  asio::steady_timer rest;
  Turns turns;
  std::unordered_map<Turns::Ticket, std::unique_ptr<Transfer>> waiting;
  std::unordered_map<CURL*, Running> running;
  std::vector<CurlHandle> spare;
  std::unique_ptr<CurlLoop> loop;
  Turns::Ticket last_ticket = 0;
  std::size_t held = 0;
  bool pump_posted = false;
  std::atomic<bool> stopped = false;  // a place may be let go on another thread
};

Fetcher::Fetcher(asio::io_context& io, FetchOptions options)
    : impl_(std::make_shared<Impl>(io, std::move(options))) {
  impl_->open();
}

Fetcher::~Fetcher() {
  impl_->close();
}

void Fetcher::fetch(Request request, std::function<void(Answer)> done) {
  impl_->fetch(std::move(request), std::move(done));
}

void Fetcher::set_options(FetchOptions options) {
  impl_->settings = std::make_shared<const Settings>(std::move(options));
  impl_->apply_limits();
}

void Fetcher::cancel() {
  impl_->cancel();
}

std::size_t Fetcher::waiting() const {
  return impl_->turns.waiting();
}

std::size_t Fetcher::in_flight() const {
  return impl_->running.size();
}

}  // namespace tributary::fetcher
