#pragma once
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "app/context.hpp"
#include "config/config.hpp"
#include "fetcher/fetcher.hpp"
#include "store/store.hpp"

namespace boost::asio {
class io_context;
}

namespace tributary::app {

/// What became of one feed's visit.
struct Visit {
  FeedState state = {};   ///< as stored
  bool parsed = false;    ///< a new document came and was stored
  std::size_t fresh = 0;  ///< items of it that were never seen before
};

/// Joins the stages: fetch on the io_context's thread, parse on a pool, store and publish on a thread that
/// owns the store. The fetcher's `place` travels with each body until it is stored, so memory stays bounded
/// however slow a later stage is. What waits for its turn is small: configuration and states are shared, not
/// copied. What is stored is stored in batches.
class Pipeline {
 public:
  /// `io` outlives the pipeline. The store was opened for writing and configured.
  Pipeline(boost::asio::io_context& io, std::shared_ptr<const config::Config> config,
           std::unique_ptr<store::Store> store, Clock clock);
  ~Pipeline();  ///< waits for what is being stored
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;

  /// Fetches, parses and stores one feed; `done` is called on the io_context's thread once it is stored. A
  /// failure of the store is given to `store_failed` (below) instead, and nothing more is stored.
  void visit(std::shared_ptr<const FeedState> state, std::function<void(Visit)> done);
  void visit(const FeedState& state, std::function<void(Visit)> done);

  /// Stores a document of the feed that its hub delivered: it may hold no more than what is new. `done` as
  /// above.
  void deliver(const FeedState& state, std::string body, std::string content_type,
               std::function<void(Visit)> done);

  /// Called once, on the io_context's thread, when the store can't be written any more.
  std::function<void(Error)> store_failed;

  /// Runs `work` on the store's thread, after what was handed over before, then `done` on the io_context's
  /// thread.
  void with_store(std::function<void(store::Store&)> work, std::function<void()> done);

  /// Takes the new configuration for visits that start from now on. The caller configures the store
  /// (with_store).
  void reconfigure(std::shared_ptr<const config::Config> config);

  /// Abandons transfers under way: their feeds stay due.
  void cancel();

  [[nodiscard]] store::Added added() const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

/// The catalogue that the store needs of a configuration.
[[nodiscard]] store::Catalogue catalogue(const config::Config& config);

}  // namespace tributary::app
