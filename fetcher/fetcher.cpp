#include "fetcher/fetcher.hpp"

#include <atomic>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <deque>
#include <unordered_map>
#include <utility>
#include <vector>

#include "fetcher/curl_loop.hpp"
#include "fetcher/domain.hpp"
#include "fetcher/patience.hpp"
#include "fetcher/settings.hpp"
#include "fetcher/transfer.hpp"
#include "fetcher/turns.hpp"
#include "fetcher/wire_url.hpp"

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
      : io(context),
        settings(std::make_shared<const Settings>(std::move(options))),
        rest(context),
        silence(context) {}

  /// Either a transfer or what it is made of.
  struct Queued {
    std::unique_ptr<Transfer> transfer = {};
    std::function<Result<Request>()> make = {};
    std::function<void(Answer)> done = {};
  };

  struct Running {
    CurlHandle handle;
    std::unique_ptr<Transfer> transfer;
    Turns::Ticket ticket;
    std::string address;  ///< that it is counted at
  };

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
    silence.cancel();
    for (auto& [handle, running_transfer] : running) loop->remove(handle);
    running.clear();
    loop.reset();
    waiting.clear();
    spare.clear();
  }

  void fetch(Request request, std::function<void(Answer)> done) {
    enqueue(std::make_unique<Transfer>(std::move(request), std::move(done)));
  }

  void fetch(const std::string& url, std::function<Result<Request>()> make,
             std::function<void(Answer)> done) {
    Queued queued{.make = std::move(make), .done = std::move(done)};
    const auto wire = wire_url(url);
    if (!wire) return answer_later(refused(transfer_of(std::move(queued))));
    const auto ticket = ++last_ticket;
    turns.push(registrable_domain(wire->host), wire->host, ticket, false, Clock::now());
    waiting.emplace(ticket, std::move(queued));
    pump_soon();
  }

  [[nodiscard]] static std::unique_ptr<Transfer> transfer_of(Queued queued) {
    if (queued.transfer) return std::move(queued.transfer);
    auto request = queued.make();
    auto transfer =
        std::make_unique<Transfer>(request ? std::move(*request) : Request{}, std::move(queued.done));
    if (!request) transfer->fail(std::move(request.error()));
    return transfer;
  }

  /// Makes sure that it has an answer.
  [[nodiscard]] std::unique_ptr<Transfer> refused(std::unique_ptr<Transfer> transfer) const {
    if (!transfer->answer().error && transfer->askable(*settings))
      transfer->fail(ErrorKind::network, "its address is another than it was");
    return transfer;
  }

  /// `again`: it has had its turn, but its address was busy.
  void enqueue(std::unique_ptr<Transfer> transfer, bool again = false) {
    if (!transfer->askable(*settings)) return answer_later(std::move(transfer));
    const auto ticket = ++last_ticket;
    turns.push(transfer->host_key(), transfer->host(), ticket, transfer->under_way() || again, Clock::now());
    waiting.emplace(ticket, Queued{.transfer = std::move(transfer)});
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
      start(*turn, now);
    }
    rest.cancel();
    if (const auto next = turns.next_time(); next && running.size() < concurrency) {
      rest.expires_at(*next);
      rest.async_wait([self = shared_from_this()](const boost::system::error_code& fault) {
        if (!fault) self->pump_soon();
      });
    }
  }

  void start(const Turns::Turn& turn, Clock::time_point now) {
    auto queued = std::move(waiting.extract(turn.ticket).mapped());
    const bool made_now = !queued.transfer;
    auto transfer = transfer_of(std::move(queued));
    if (made_now && (transfer->answer().error || !transfer->askable(*settings))) {
      turns.done(turn.host, turn.address, now);
      return answer_later(std::move(transfer));
    }
    if (const auto wait = host_rest(transfer->host(), now); wait > std::chrono::seconds(0)) {
      turns.done(turn.host, turn.address, now);
      transfer->put_off(wait);
      return answer_later(std::move(transfer));
    }
    CurlHandle handle;
    if (spare.empty()) {
      handle.reset(curl_easy_init());
    } else {
      handle = std::move(spare.back());
      spare.pop_back();
    }
    CURL* const key = handle.get();
    if (key)
      transfer->begin(
          key, settings, [this, key](const std::string& address) { return admit(key, address); }, now);
    auto* const begun = transfer.get();
    running.emplace(key, Running{std::move(handle), std::move(transfer), turn.ticket, turn.address});
    if (!key || !loop->add(key)) {
      begun->fail(ErrorKind::network, "libcurl has no memory for another transfer");
      answer_later(end_turn(key, now).transfer);
      return;
    }
    expect_first_byte(key, turn.ticket, now);
  }

  /// Called by curl in the middle of a connection's beginning.
  bool admit(CURL* handle, const std::string& address) {
    const auto at = running.find(handle);
    if (at == running.end() || !turns.admit(address, at->second.address, Clock::now())) return false;
    at->second.address = address;
    return true;
  }

  /// A server that accepts a connection and then says nothing is given up before the whole time is over.
  void expect_first_byte(CURL* handle, Turns::Ticket ticket, Clock::time_point now) {
    while (!listening.empty() && !still_silent(listening.front())) listening.pop_front();
    const auto patience = std::chrono::milliseconds(settings->options.timeout) * 2 / 3;
    listening.push_back({now + patience, handle, ticket});
    if (listening.size() == 1) wait_for_silence();
  }

  struct Listening {
    Clock::time_point until;
    CURL* handle;
    Turns::Ticket ticket;
  };

  [[nodiscard]] bool still_silent(const Listening& entry) const {
    const auto at = running.find(entry.handle);
    return at != running.end() && at->second.ticket == entry.ticket && !at->second.transfer->heard();
  }

  void wait_for_silence() {
    silence.expires_at(listening.front().until);
    silence.async_wait([self = shared_from_this()](const boost::system::error_code& fault) {
      if (!fault && !self->stopped) self->end_silent_ones();
    });
  }

  void end_silent_ones() {
    const auto now = Clock::now();
    while (!listening.empty()) {
      const auto entry = listening.front();
      if (entry.until > now && still_silent(entry)) break;
      listening.pop_front();
      if (!still_silent(entry)) continue;
      loop->remove(entry.handle);
      finished(entry.handle, CURLE_OPERATION_TIMEDOUT);
      if (stopped) return;
    }
    if (!listening.empty()) wait_for_silence();
  }

  /// A host that asks for patience a second time means more than one address.
  void heed(const Answer& answer, const std::string& host, Clock::time_point now) {
    if (answer.status != 429 && answer.status != 503) return;
    const auto wait = retry_delay(answer, from_http_date(answer.date).value_or(Timestamp::max()))
                          .value_or(std::chrono::seconds(0));
    if (wait <= std::chrono::seconds(0)) return;
    std::erase_if(host_rests, [&](const auto& entry) { return entry.second.until <= now; });
    auto& host_rest = host_rests[host];
    ++host_rest.times;
    host_rest.until = std::max(host_rest.until, now + wait);
  }

  [[nodiscard]] std::chrono::seconds host_rest(const std::string& host, Clock::time_point now) const {
    const auto found = host_rests.find(host);
    if (found == host_rests.end() || found->second.times < 2) return std::chrono::seconds(0);
    return std::chrono::ceil<std::chrono::seconds>(found->second.until - now);
  }

  void finished(CURL* handle, CURLcode code) {
    if (!running.contains(handle)) return;  // called off by an earlier callback of the same batch
    const auto now = Clock::now();
    auto [owned, transfer, ticket, address] = end_turn(handle, now);
    const auto outcome = transfer->end(handle, code, now);
    keep(std::move(owned));
    pump_soon();
    if (outcome == Transfer::Outcome::busy) {
      turns.learn(transfer->host(), transfer->busy_address());
      return enqueue(std::move(transfer), true);
    }
    turns.learn(transfer->host(), address);
    if (outcome == Transfer::Outcome::redirected) return enqueue(std::move(transfer));
    heed(transfer->answer(), transfer->host(), now);
    deliver(std::move(transfer));
  }

  Running end_turn(CURL* handle, Clock::time_point now) {
    auto ended = std::move(running.extract(handle).mapped());
    turns.done(ended.transfer->host_key(), ended.address, now);
    return ended;
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
    for (const auto ticket : turns.take_all())
      call_off(transfer_of(std::move(waiting.extract(ticket).mapped())));
    for (auto& [handle, entry] : std::exchange(running, {})) {
      loop->remove(handle);
      turns.done(entry.transfer->host_key(), entry.address, now);
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

  struct Rest {
    int times = 0;
    Clock::time_point until = Clock::time_point::min();
  };

  asio::io_context& io;
  std::shared_ptr<const Settings> settings;
  asio::steady_timer rest;     // until a host's spacing is over
  asio::steady_timer silence;  // until a first byte is overdue
  std::deque<Listening> listening;
  std::unordered_map<std::string, Rest> host_rests;
  Turns turns;
  std::unordered_map<Turns::Ticket, Queued> waiting;
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

void Fetcher::fetch(const std::string& url, std::function<Result<Request>()> make,
                    std::function<void(Answer)> done) {
  impl_->fetch(url, std::move(make), std::move(done));
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
