#pragma once
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "app/context.hpp"
#include "store/store.hpp"

namespace tributary::app {

/// How long a lease on a feed of a shared store runs: the feeds of a process that died wait as long.
inline constexpr std::chrono::seconds lease{30};
inline constexpr std::chrono::seconds lease_renewal = lease / 3;

/// Renews this process's leases for as long as the object lives, on a thread and a connection of its own: a
/// publication, or a store that is busy with another process's news, may take longer than a lease.
class LeaseKeeper {
 public:
  /// `store` was opened for writing, and nobody else uses it. The clock is asked on another thread.
  LeaseKeeper(std::unique_ptr<store::Store> store, std::string worker, Clock clock);
  LeaseKeeper(const LeaseKeeper&) = delete;
  LeaseKeeper& operator=(const LeaseKeeper&) = delete;

 private:
  void work(const std::stop_token& stop);

  std::unique_ptr<store::Store> store_;
  std::string worker_;
  Clock clock_;
  std::mutex lock_;
  std::condition_variable_any stopped_;
  std::jthread thread_;  // the last member: it ends before what it uses
};

}  // namespace tributary::app
