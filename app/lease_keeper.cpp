#include "app/lease_keeper.hpp"

#include <utility>

#include "app/log.hpp"

namespace tributary::app {

LeaseKeeper::LeaseKeeper(std::unique_ptr<store::Store> store, std::string worker, Clock clock)
    : store_(std::move(store)),
      worker_(std::move(worker)),
      clock_(std::move(clock)),
      thread_([this](const std::stop_token& stop) { work(stop); }) {}

void LeaseKeeper::work(const std::stop_token& stop) {
  std::unique_lock guard(lock_);
  while (!stopped_.wait_for(guard, stop, lease_renewal, [&] { return stop.stop_requested(); })) {
    const Timestamp now = clock_();
    if (const auto renewed = store_->renew(worker_, now, now + lease); !renewed)
      log_error("lease error=\"" + to_string(renewed.error()) + "\"");
  }
}

}  // namespace tributary::app
