#include "app/pipeline.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <mutex>
#include <thread>
#include <utility>

#include "app/body_hash.hpp"
#include "app/log.hpp"
#include "app/secrets.hpp"
#include "parser/parser.hpp"

namespace tributary::app {
namespace {

namespace asio = boost::asio;

using Work = asio::executor_work_guard<asio::io_context::executor_type>;

/// One feed's visit on its way to the store.
struct Handover {
  store::Delivery delivery = {};
  std::shared_ptr<void> place = {};
  std::shared_ptr<Work> work = {};  // the io_context must not run dry while other threads are busy
  std::function<void(Visit)> done = {};
};

/// What a worker needs of the configuration, kept alive by the visits that began under it.
struct Rules {
  config::Config config = {};
  std::map<std::string, Partner, std::less<>> partners = {};  ///< by URL
};

std::shared_ptr<const Rules> rules_of(const config::Config& config) {
  auto rules = std::make_shared<Rules>();
  rules->config = config;
  for (const auto& partner : config.feeds) rules->partners.emplace(partner.url, partner);
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

/// Judges and parses one answer: pure work, done on any thread.
store::Delivery digest(const FeedState& state, const fetcher::Answer& answer, const Rules& rules,
                       Timestamp now) {
  static const Partner unknown;
  const auto found = rules.partners.find(state.configured_url);
  const Partner& partner = found == rules.partners.end() ? unknown : found->second;

  store::Delivery delivery;
  std::optional<fetcher::Verdict> failure;
  std::string hash;
  fetcher::Verdict verdict = fetcher::judge(answer);
  if (verdict.error) {
    failure = std::move(verdict);
  } else if (answer.status != 304) {
    hash = body_hash(answer.body, answer.content_type);
    if (hash != state.body_hash) {
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
      if (parsed) {
        delivery.feed = std::make_shared<const Feed>(std::move(*parsed));
      } else {
        failure = fetcher::Verdict{FeedStatus::failing, std::move(parsed.error())};
      }
    }
  }
  delivery.state = fetcher::after(state, answer, delivery.feed.get(), failure, partner, rules.config.fetch,
                                  now, spread(state.key, now.time_since_epoch().count()));
  if (!failure && !hash.empty()) delivery.state.body_hash = hash;
  if (failure) {
    log_warn(log_line(delivery.state, answer, nullptr));
  } else {
    log_info(log_line(delivery.state, answer, delivery.feed.get()));
  }
  return delivery;
}

}  // namespace

struct Pipeline::Impl : std::enable_shared_from_this<Impl> {
  Impl(asio::io_context& context, const config::Config& config, std::unique_ptr<store::Store> opened,
       Clock given)
      : io(context),
        clock(std::move(given)),
        rules(rules_of(config)),
        store(std::move(opened)),
        fetcher(std::make_unique<fetcher::Fetcher>(context, config.fetch)),
        parsers(std::max(1u, std::thread::hardware_concurrency())),
        keeper(1) {}

  asio::io_context& io;
  Clock clock;
  std::shared_ptr<const Rules> rules;   // on the io thread
  std::unique_ptr<store::Store> store;  // on the keeper's thread
  std::unique_ptr<fetcher::Fetcher> fetcher;
  std::mutex lock;
  std::vector<Handover> handed_over;  // under lock
  bool flush_posted = false;          // under lock
  store::Added added;                 // under lock
  bool broken = false;                // on the keeper's thread
  std::function<void(Error)> on_failure;
  bool cancelled = false;  // on the io thread
  asio::thread_pool parsers;
  asio::thread_pool keeper;  // one thread: the store belongs to it

  void hand_over(Handover handover) {
    const std::scoped_lock guard(lock);
    handed_over.push_back(std::move(handover));
    if (flush_posted) return;
    flush_posted = true;
    asio::post(keeper, [self = shared_from_this()] { self->flush(); });
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
    const auto result = store->take(deliveries, clock());
    if (!result) {
      broken = true;
      asio::post(io, [self = shared_from_this(), error = result.error()] {
        if (self->on_failure) std::exchange(self->on_failure, nullptr)(error);
      });
      return;
    }
    {
      const std::scoped_lock guard(lock);
      added += *result;
    }
    for (std::size_t i = 0; i < batch.size(); ++i) {
      batch[i].delivery = std::move(deliveries[i]);
      batch[i].place.reset();
    }
    asio::post(io, [finished = std::move(batch)]() mutable {
      for (auto& handover : finished) {
        handover.done({std::move(handover.delivery.state), handover.delivery.feed != nullptr});
      }
    });
  }

  void answered(const FeedState& state, fetcher::Answer answer, std::function<void(Visit)> done) {
    if (cancelled || answer.cancelled) return;  // an abandoned transfer is no failure of the partner's
    asio::post(parsers, [self = shared_from_this(), work = std::make_shared<Work>(io.get_executor()), state,
                         rules_then = rules, answer = std::move(answer), done = std::move(done),
                         now = clock()]() mutable {
      Handover handover{digest(state, answer, *rules_then, now), std::move(answer.place), std::move(work),
                        std::move(done)};
      self->hand_over(std::move(handover));
    });
  }
};

Pipeline::Pipeline(asio::io_context& io, const config::Config& config, std::unique_ptr<store::Store> store,
                   Clock clock)
    : impl_(std::make_shared<Impl>(io, config, std::move(store), std::move(clock))) {}

Pipeline::~Pipeline() {
  impl_->fetcher.reset();
  impl_->parsers.join();
  impl_->keeper.join();
  impl_->store.reset();
}

void Pipeline::visit(const FeedState& state, std::function<void(Visit)> done) {
  if (impl_->cancelled) return;
  impl_->on_failure = store_failed;
  Partner partner{.url = state.configured_url};
  if (const auto known = impl_->rules->partners.find(state.configured_url);
      known != impl_->rules->partners.end()) {
    partner = known->second;
  }
  fetcher::Request request = fetcher::request_for(state, partner, impl_->clock());
  if (const auto authorised = authorise(request, partner); !authorised) {
    fetcher::Answer refused{.feed = state.key, .requested_url = request.url, .error = authorised.error()};
    impl_->answered(state, std::move(refused), std::move(done));
    return;
  }
  impl_->fetcher->fetch(std::move(request),
                        [impl = impl_.get(), state, done = std::move(done)](fetcher::Answer answer) mutable {
                          impl->answered(state, std::move(answer), std::move(done));
                        });
}

void Pipeline::with_store(std::function<void(store::Store&)> work, std::function<void()> done) {
  asio::post(impl_->keeper, [impl = impl_, busy = Work(impl_->io.get_executor()), work = std::move(work),
                             done = std::move(done)]() mutable {
    impl->flush();
    work(*impl->store);
    asio::post(impl->io, std::move(done));
  });
}

void Pipeline::reconfigure(const config::Config& config) {
  impl_->rules = rules_of(config);
  if (impl_->fetcher) impl_->fetcher->set_options(config.fetch);
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
          .withdraw = config.withdraw,
          .stories = config.stories,
          .type_slugs = config::type_slugs(config)};
}

}  // namespace tributary::app
