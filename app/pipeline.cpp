#include "app/pipeline.hpp"

#include <algorithm>
#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <mutex>
#include <optional>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <utility>

#include "app/body_hash.hpp"
#include "app/log.hpp"
#include "app/secrets.hpp"
#include "fetcher/history.hpp"
#include "fetcher/push.hpp"
#include "parser/parser.hpp"

namespace tributary::app {
namespace {

// A transaction costs as much as storing several answers. So answers wait for others, but not for long, and
// not where no other is on its way.
constexpr std::size_t batch = 256;
constexpr std::chrono::milliseconds batch_wait{50};

// Each waits a minute for its turn at a shared store.
constexpr int patient_attempts = 10;

namespace asio = boost::asio;

using Work = asio::executor_work_guard<asio::io_context::executor_type>;

/// One visit of a feed from its first request to its last: what comes after the poll needs what was before.
struct Progression {
  std::shared_ptr<const FeedState> before = {};  ///< as the visit began
  std::shared_ptr<const Partner> partner = {};
  std::function<void(Visit)> done = {};
  bool parsed = false;                       ///< a document was stored
  std::shared_ptr<const Feed> front = {};    ///< what the poll brought, if it brought a document
  std::chrono::milliseconds walking{0};      ///< spent on archive pages
  std::size_t fresh = 0;                     ///< items that were never seen before
  bool delivered = false;                    ///< by a hub: no poll, so nothing follows it
  std::vector<store::Missing> missing = {};  ///< items whose pages are to be asked
  std::vector<std::int64_t> gone = {};       ///< those of them that are gone
};
using Journey = std::shared_ptr<Progression>;

/// One document on its way to the store.
struct Handover {
  Journey journey = {};
  store::Delivery delivery = {};
  bool archive_page = false;              ///< of a walk, not the poll's own document
  bool whole = true;                      ///< not only what is new (RFC 3229)
  std::shared_ptr<const Feed> page = {};  ///< that page as it came; null when there is none to be had
  std::shared_ptr<void> place = {};
  std::shared_ptr<Work> work = {};  // the io_context must not run dry while other threads are busy
};

/// What a worker needs of the configuration, kept alive by the visits that began under it.
struct Rules {
  std::shared_ptr<const config::Config> config = {};
  std::unordered_map<std::string_view, const Partner*> partners = {};  ///< by URL
};

std::shared_ptr<const Rules> rules_of(std::shared_ptr<const config::Config> config) {
  auto rules = std::make_shared<Rules>();
  for (const auto& partner : config->feeds) rules->partners.emplace(partner.url, &partner);
  rules->config = std::move(config);
  return rules;
}

std::string log_line(const FeedState& state, const fetcher::Answer& answer, const Feed* parsed) {
  std::string line = "feed=" + state.configured_url + " status=" + std::to_string(answer.status) +
                     " bytes=" + std::to_string(answer.wire_bytes) +
                     " ms=" + std::to_string(answer.took.count()) +
                     " state=" + std::string(to_string(state.status));
  if (parsed != nullptr) line += " items=" + std::to_string(parsed->items.size());
  if (!state.last_error.empty()) line += " error=\"" + state.last_error + "\"";
  return line;
}

/// The answer's document, or why there is none. A body that is known already is neither.
struct Reading {
  std::shared_ptr<const Feed> feed = {};
  std::optional<fetcher::Verdict> failure = {};
  std::string hash = {};  ///< of the body
};

Reading read(const FeedState& state, const fetcher::Answer& answer, const Partner& partner) {
  Reading reading;
  fetcher::Verdict verdict = fetcher::judge(answer);
  if (verdict.error) {
    reading.failure = std::move(verdict);
    return reading;
  }
  if (answer.status == 304) return reading;
  reading.hash = body_hash(answer.body, answer.content_type);
  if (reading.hash == state.body_hash) return reading;
  auto parsed = parser::parse({.bytes = answer.body,
                               .name = state.configured_url,
                               .base = answer.url,
                               .content_type = answer.content_type},
                              {.timezone = partner.timezone});
  if (parsed && !parsed->well_formed && parsed->items.empty() && state.items > 0) {
    // What is left of a damaged document must not stand for the feed.
    parsed = std::unexpected(Error{ErrorKind::not_a_feed, state.configured_url,
                                   "the document is damaged, and no item of it could be read"});
  }
  if (!parsed) {
    reading.failure = fetcher::Verdict{FeedStatus::failing, std::move(parsed.error())};
  } else if (auto doubt = fetcher::suspicion(state, answer, *parsed)) {
    reading.failure = std::move(doubt);
  } else {
    reading.feed = std::make_shared<const Feed>(std::move(*parsed));
  }
  return reading;
}

/// The state after an answer, told to the log.
store::Delivery delivery_of(const FeedState& state, const fetcher::Answer& answer, Reading reading,
                            const Partner& partner, const FetchOptions& options, Timestamp now) {
  store::Delivery delivery;
  delivery.feed = std::move(reading.feed);
  delivery.state = fetcher::after(state, answer, delivery.feed.get(), reading.failure, partner, options, now,
                                  spread(state.key, now.time_since_epoch().count()));
  if (!reading.failure && !reading.hash.empty()) delivery.state.body_hash = reading.hash;
  fetcher::remember(delivery.state, state, answer, delivery.feed.get(), now);
  if (!reading.failure) fetcher::note_hub(delivery.state, answer, delivery.feed.get());
  if (reading.failure) {
    log_warn(log_line(delivery.state, answer, nullptr));
  } else if (logs_info()) {
    log_info(log_line(delivery.state, answer, delivery.feed.get()));
  }
  if (delivery.state.url != state.url && delivery.state.url != state.configured_url) {
    log_warn("feed=" + state.configured_url + " moved_to=" + delivery.state.url +
             " hint=\"change its url in feeds.yaml\"");
  }
  return delivery;
}

/// A page of a feed's history as it is stored: under the name that the feed has now. Of a feed that joins, it
/// is backlog; what a poll missed is news, wherever it stood.
std::shared_ptr<const Feed> page_to_store(const Feed& page, const Progression& journey, bool joining) {
  auto stored = std::make_shared<Feed>(page);
  stored->archive = joining;
  stored->complete = false;  // it is no more than a part
  if (journey.front) stored->details = journey.front->details;
  return stored;
}

}  // namespace

struct Pipeline::Impl : std::enable_shared_from_this<Impl> {
  Impl(asio::io_context& context, std::shared_ptr<const config::Config> config,
       std::unique_ptr<store::Store> opened, Clock given)
      : io(context),
        clock(std::move(given)),
        rules(rules_of(std::move(config))),
        store(std::move(opened)),
        fetcher(std::make_unique<fetcher::Fetcher>(context, rules->config->fetch)),
        batch_end(context),
        parsers(std::max(1u, std::thread::hardware_concurrency())),
        keeper(1) {}

  asio::io_context& io;
  Clock clock;
  std::shared_ptr<const Rules> rules;   // on the io thread
  std::unique_ptr<store::Store> store;  // on the keeper's thread
  std::unique_ptr<fetcher::Fetcher> fetcher;
  std::mutex lock;
  asio::steady_timer batch_end;       // on the io thread
  std::vector<Handover> handed_over;  // under lock
  bool flush_posted = false;          // under lock
  bool flush_timed = false;           // under lock
  store::Added added;                 // under lock
  bool broken = false;                // on the keeper's thread
  std::function<void(Error)> on_failure;
  bool cancelled = false;               // on the io thread
  std::atomic<std::size_t> visits = 0;  // begun and not yet stored; changed on the io thread
  asio::thread_pool parsers;
  asio::thread_pool keeper;  // one thread: the store belongs to it

  [[nodiscard]] Journey journey_of(std::shared_ptr<const FeedState> state, std::function<void(Visit)> done) {
    auto journey = std::make_shared<Progression>();
    if (const auto known = rules->partners.find(state->configured_url); known != rules->partners.end()) {
      journey->partner = {rules, known->second};
    } else {
      journey->partner = std::make_shared<const Partner>(Partner{.url = state->configured_url});
    }
    journey->before = std::move(state);
    journey->done = std::move(done);
    ++visits;
    return journey;
  }

  void end(Progression& journey, FeedState state, bool parsed) {
    --visits;
    journey.done({std::move(state), parsed, journey.fresh});
  }

  /// On any thread.
  void hand_over(Handover handover) {
    const std::scoped_lock guard(lock);
    handed_over.push_back(std::move(handover));
    if (flush_posted) return;
    if (handed_over.size() >= std::min(batch, visits.load())) return post_flush();
    if (std::exchange(flush_timed, true)) return;
    asio::post(io, [weak = weak_from_this()] {
      const auto self = weak.lock();
      if (!self) return;
      self->batch_end.expires_after(batch_wait);
      self->batch_end.async_wait([weak](const boost::system::error_code& fault) {
        if (const auto still = weak.lock(); still && !fault) still->end_batch();
      });
    });
  }

  /// Under the lock.
  void post_flush() {
    flush_posted = true;
    asio::post(keeper, [self = shared_from_this()] { self->flush(); });
  }

  void end_batch() {
    const std::scoped_lock guard(lock);
    flush_timed = false;
    if (!handed_over.empty() && !flush_posted) post_flush();
  }

  /// Takes in all that waits, in one transaction: the busier the store, the larger the batches.
  void flush() {
    std::vector<Handover> batch;
    {
      const std::scoped_lock guard(lock);
      batch.swap(handed_over);
      flush_posted = false;
    }
    if (broken || batch.empty()) return;
    std::vector<store::Delivery> deliveries;
    deliveries.reserve(batch.size());
    for (auto& handover : batch) deliveries.push_back(std::move(handover.delivery));
    auto result = store->take(deliveries, clock());
    // Another process may write for long: a whole store that is being configured or moved.
    for (int again = 0; again < patient_attempts && !result && store->shared() &&
                        result.error().kind == ErrorKind::store_busy;
         ++again) {
      result = store->take(deliveries, clock());
    }
    if (!result) return store_broke(result.error());
    // Where a walk through the feed's history begins, goes on or ends depends on what was known of the page.
    std::vector<store::Delivery> walks;
    for (std::size_t i = 0; i < batch.size(); ++i) {
      auto& handover = batch[i];
      handover.delivery = std::move(deliveries[i]);
      handover.place.reset();
      FeedState& state = handover.delivery.state;
      for (auto& missing : result->missing_of[i]) {
        if (!state.memory.pages_asked.contains(" " + std::to_string(missing.item) + " "))
          handover.journey->missing.push_back(std::move(missing));
      }
      if (!handover.delivery.feed && !handover.archive_page) continue;  // nothing follows it
      const auto memory = state.memory;
      if (handover.delivery.feed) {
        const auto items = handover.delivery.feed->items.size();
        handover.journey->fresh += items - std::min(items, result->known_of[i]);
      }
      if (handover.archive_page) {
        state = fetcher::walked(state, handover.page.get(), result->known_of[i]);
      } else if (handover.delivery.feed && handover.whole) {
        state = fetcher::begin_walk(state, *handover.journey->before, *handover.delivery.feed,
                                    result->known_of[i]);
      }
      if (!(state.memory == memory)) walks.push_back({.state = state});
    }
    if (!walks.empty()) {
      if (const auto noted = store->take(walks, clock()); !noted) return store_broke(noted.error());
    }
    {
      const std::scoped_lock guard(lock);
      added += *result;
    }
    asio::post(io, [self = shared_from_this(), finished = std::move(batch)]() mutable {
      for (auto& handover : finished) self->stored(std::move(handover));
    });
  }

  void store_broke(const Error& error) {
    broken = true;
    asio::post(io, [self = shared_from_this(), error] {
      if (self->on_failure) std::exchange(self->on_failure, nullptr)(error);
    });
  }

  /// One document is stored: on to the next page of the feed's history, or to the end of the visit.
  void stored(Handover handover) {
    Progression& journey = *handover.journey;
    FeedState& state = handover.delivery.state;
    if (handover.delivery.feed) journey.parsed = true;
    if (!handover.archive_page) journey.front = handover.delivery.feed;
    if (!journey.missing.empty() && state.memory.archive_next.empty() && !cancelled) {
      ask_page(handover.journey, state);
      return;
    }
    // A slow partner's history must not keep a pass from its end: what is left is for the next visit.
    const bool in_time = journey.walking < rules->config->fetch.timeout && !journey.delivered;
    if (state.memory.archive_next.empty() || !state.last_error.empty() || !in_time || cancelled)
      return end(journey, std::move(state), journey.parsed);
    auto request = request_to(state.memory.archive_next, state.key, *journey.partner);
    if (!request) return end(journey, std::move(state), journey.parsed);
    fetcher->fetch(std::move(*request),
                   [self = shared_from_this(), journey = handover.journey, state](fetcher::Answer answer) {
                     self->page_came(journey, state, std::move(answer));
                   });
  }

  /// An item left the middle of its feed: its page is asked for, once, whether it is still there.
  void ask_page(const Journey& journey, const FeedState& state) {
    const store::Missing missing = std::move(journey->missing.back());
    journey->missing.pop_back();
    auto request = request_to(missing.link, state.key, *journey->partner);
    if (!request) return pages_asked(journey, state);
    request->any_document = true;
    fetcher->fetch(std::move(*request), [self = shared_from_this(), journey, state = FeedState(state),
                                         missing](const fetcher::Answer& answer) mutable {
      if (self->cancelled) return;
      if (answer.cancelled) {  // its host asked for patience: the next visit asks
        journey->missing.clear();
        return self->pages_asked(journey, state);
      }
      const bool gone = !answer.error && (answer.status == 404 || answer.status == 410);
      log_info("feed=" + state.configured_url + " missing=" + missing.link +
               " status=" + std::to_string(answer.status) + (gone ? " withdrawn=1" : ""));
      if (gone) journey->gone.push_back(missing.item);
      auto& asked = state.memory.pages_asked;
      if (asked.empty()) asked = " ";
      asked += std::to_string(missing.item) + " ";
      constexpr std::size_t most = 400;  // bytes: some dozens of numbers
      if (asked.size() > most) asked.erase(0, asked.find(' ', asked.size() - most));
      journey->missing.empty() ? self->pages_asked(journey, state) : self->ask_page(journey, state);
    });
  }

  void pages_asked(const Journey& journey, const FeedState& state) {
    asio::post(keeper, [self = shared_from_this(), work = Work(io.get_executor()), journey, state] {
      if (self->broken) return;
      const store::Delivery delivery{.state = state};
      auto kept = self->store->take({&delivery, 1}, self->clock());
      if (kept && !journey->gone.empty()) {
        if (const auto done = self->store->withdraw_gone(journey->gone, self->clock()); !done)
          kept = std::unexpected(done.error());
      }
      if (!kept) return self->store_broke(kept.error());
      asio::post(self->io, [self, journey, state] {
        self->end(*journey, state, journey->parsed || !journey->gone.empty());
      });
    });
  }

  /// For what is asked besides the feed's own document, under the feed's credentials: they go to its own
  /// origin only.
  [[nodiscard]] std::optional<fetcher::Request> request_to(const std::string& url, const std::string& key,
                                                           const Partner& partner) const {
    fetcher::Request request = fetcher::request_for(FeedState{.key = key}, partner, clock());
    request.url = url;
    if (!authorise(request, partner)) return std::nullopt;
    return request;
  }

  void page_came(Journey journey, const FeedState& state, fetcher::Answer answer) {
    if (cancelled || answer.cancelled) {
      if (!cancelled) end(*journey, state, journey->parsed);
      return;
    }
    journey->walking += answer.took;
    asio::post(parsers, [self = shared_from_this(), work = std::make_shared<Work>(io.get_executor()), state,
                         answer = std::move(answer), journey = std::move(journey)]() mutable {
      Handover handover{.journey = journey,
                        .delivery = {.state = state},
                        .archive_page = true,
                        .place = std::move(answer.place),
                        .work = std::move(work)};
      auto verdict = fetcher::judge(answer);
      auto page = verdict.error ? std::unexpected(*verdict.error)
                                : parser::parse({.bytes = answer.body,
                                                 .name = state.configured_url,
                                                 .base = answer.url,
                                                 .content_type = answer.content_type},
                                                {.timezone = journey->partner->timezone});
      if (page) {
        handover.page = std::make_shared<const Feed>(std::move(*page));
        handover.delivery.whole = false;
        handover.delivery.feed = page_to_store(*handover.page, *journey, state.memory.archive_whole);
        log_info("feed=" + state.configured_url + " archive=" + state.memory.archive_next +
                 " items=" + std::to_string(handover.page->items.size()));
      } else {
        log_warn("feed=" + state.configured_url + " archive=" + state.memory.archive_next + " error=\"" +
                 page.error().detail + "\"");
      }
      self->hand_over(std::move(handover));
    });
  }

  /// The answer to the poll. `page` is set when the answer is that of the feed which the page named.
  void answered(Journey journey, fetcher::Answer answer, std::shared_ptr<const fetcher::Answer> page = {}) {
    if (cancelled) return;  // an abandoned transfer is no failure of the partner's
    auto work = std::make_shared<Work>(io.get_executor());
    if (answer.body.empty() && !page) {
      // Most answers: there is nothing to parse, and a thread's waking would cost more than the rest.
      judged(std::move(journey), std::move(answer), {}, *rules, clock(), std::move(work));
      return;
    }
    asio::post(parsers, [self = shared_from_this(), work = std::move(work), rules_then = rules,
                         answer = std::move(answer), page = std::move(page), journey = std::move(journey),
                         now = clock()]() mutable {
      self->judged(std::move(journey), std::move(answer), std::move(page), *rules_then, now, std::move(work));
    });
  }

  /// Pure work, on a parser's thread where there is much of it.
  void judged(Journey journey, fetcher::Answer answer, const std::shared_ptr<const fetcher::Answer>& page,
              const Rules& rules_then, Timestamp now, std::shared_ptr<Work> work) {
    const FeedState& state = *journey->before;
    Handover handover{.journey = journey, .place = std::move(answer.place), .work = std::move(work)};
    Reading reading;
    if (answer.cancelled) {
      // Its host asked another feed for patience: not asked, and no news, but it knows now when to come back.
      handover.delivery.state = fetcher::after(state, answer, nullptr, std::nullopt, *journey->partner,
                                               rules_then.config->fetch, now, 0);
      hand_over(std::move(handover));
      return;
    }
    if (page) {
      reading = read(state, fetcher::adopt(*page, answer), *journey->partner);
      if (reading.failure && reading.failure->status != FeedStatus::held) {
        // What the page names is no feed either: the page is what the admin should hear of.
        reading = read(state, *page, *journey->partner);
        answer = *page;
      } else {
        answer = fetcher::adopt(*page, std::move(answer));
      }
    } else if (fetcher::may_name_a_feed(answer)) {
      const auto named = parser::discover(answer.body, answer.url);
      const auto first = std::ranges::find_if(
          named, [&](const Link& link) { return is_http_url(link.href) && link.href != answer.url; });
      if (first != named.end()) {
        handover.place.reset();  // two places for one visit could leave none for anybody
        asio::post(io, [self = shared_from_this(), journey, url = first->href, busy = handover.work,
                        came = std::make_shared<const fetcher::Answer>(std::move(answer))] {
          self->ask_named_feed(journey, url, came);
        });
        return;
      }
      reading = read(state, answer, *journey->partner);
    } else {
      reading = read(state, answer, *journey->partner);
    }
    handover.whole = answer.status != 226;
    handover.delivery =
        delivery_of(state, answer, std::move(reading), *journey->partner, rules_then.config->fetch, now);
    handover.delivery.whole = handover.whole;
    hand_over(std::move(handover));
  }

  /// What a hub delivered. The feed's state stays: it tells of polls.
  void delivered(Journey journey, std::string body, std::string content_type) {
    asio::post(parsers, [self = shared_from_this(), work = std::make_shared<Work>(io.get_executor()),
                         journey = std::move(journey), body = std::move(body),
                         content_type = std::move(content_type)]() mutable {
      const FeedState& state = *journey->before;
      Handover handover{
          .journey = journey, .delivery = {.state = state}, .whole = false, .work = std::move(work)};
      auto parsed = parser::parse(
          {.bytes = body, .name = state.configured_url, .base = state.url, .content_type = content_type},
          {.timezone = journey->partner->timezone});
      std::string refused = parsed ? "" : parsed.error().detail;
      if (parsed) {
        parsed->complete = false;
        if (const auto doubt = fetcher::suspicion(state, {}, *parsed)) refused = doubt->error->detail;
      }
      if (refused.empty()) {
        log_info("feed=" + state.configured_url +
                 " push=delivered items=" + std::to_string(parsed->items.size()));
        handover.delivery.whole = false;
        handover.delivery.feed = std::make_shared<const Feed>(std::move(*parsed));
      } else {
        log_warn("feed=" + state.configured_url + " push=refused error=\"" + refused + "\"");
      }
      self->hand_over(std::move(handover));
    });
  }

  /// A page came that names a feed: followed once.
  void ask_named_feed(const Journey& journey, const std::string& url,
                      const std::shared_ptr<const fetcher::Answer>& page) {
    if (cancelled) return;
    auto request = request_to(url, journey->before->key, *journey->partner);
    if (!request) return;  // the first request had the same credentials
    fetcher->fetch(std::move(*request), [self = shared_from_this(), journey, page](fetcher::Answer answer) {
      self->answered(journey, std::move(answer), page);
    });
  }
};

Pipeline::Pipeline(asio::io_context& io, std::shared_ptr<const config::Config> config,
                   std::unique_ptr<store::Store> store, Clock clock)
    : impl_(std::make_shared<Impl>(io, std::move(config), std::move(store), std::move(clock))) {}

Pipeline::~Pipeline() {
  impl_->fetcher.reset();
  impl_->parsers.join();
  impl_->batch_end.cancel();
  impl_->end_batch();
  impl_->keeper.join();
  impl_->store.reset();
}

void Pipeline::visit(std::shared_ptr<const FeedState> state, std::function<void(Visit)> done) {
  if (impl_->cancelled) return;
  impl_->on_failure = store_failed;
  auto journey = impl_->journey_of(std::move(state), std::move(done));
  const auto make = [impl = impl_.get(), journey]() -> Result<fetcher::Request> {
    auto request = fetcher::request_for(*journey->before, *journey->partner, impl->clock());
    if (const auto authorised = authorise(request, *journey->partner); !authorised)
      return std::unexpected(authorised.error());
    return request;
  };
  const auto& address = fetcher::address_of(*journey->before, *journey->partner);
  impl_->fetcher->fetch(address, make, [impl = impl_.get(), journey](fetcher::Answer answer) {
    impl->answered(journey, std::move(answer));
  });
}

void Pipeline::visit(const FeedState& state, std::function<void(Visit)> done) {
  visit(std::make_shared<const FeedState>(state), std::move(done));
}

void Pipeline::deliver(const FeedState& state, std::string body, std::string content_type,
                       std::function<void(Visit)> done) {
  if (impl_->cancelled) return;
  impl_->on_failure = store_failed;
  auto journey = impl_->journey_of(std::make_shared<const FeedState>(state), std::move(done));
  journey->delivered = true;
  impl_->delivered(std::move(journey), std::move(body), std::move(content_type));
}

void Pipeline::with_store(std::function<void(store::Store&)> work, std::function<void()> done) {
  asio::post(impl_->keeper, [impl = impl_, busy = Work(impl_->io.get_executor()), work = std::move(work),
                             done = std::move(done)]() mutable {
    impl->flush();
    work(*impl->store);
    asio::post(impl->io, std::move(done));
  });
}

void Pipeline::reconfigure(std::shared_ptr<const config::Config> config) {
  impl_->rules = rules_of(std::move(config));
  if (impl_->fetcher) impl_->fetcher->set_options(impl_->rules->config->fetch);
}

void Pipeline::cancel() {
  impl_->cancelled = true;
  // Its idle connections, too, would keep the io_context busy.
  impl_->fetcher.reset();
}

store::Added Pipeline::added() const {
  const std::scoped_lock guard(impl_->lock);
  return impl_->added;
}

store::Catalogue catalogue(const config::Config& config) {
  return {.site = config.site,
          .partners = config.feeds,
          .topics = config.topics,
          .publish = config.publish,
          .retention = config.retention,
          .withdraw = config.withdraw,
          .stories = config.stories,
          .type_slugs = config::type_slugs(config)};
}

}  // namespace tributary::app
