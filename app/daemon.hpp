#pragma once
#include <functional>
#include <memory>
#include <string>

#include "app/context.hpp"
#include "config/config.hpp"

namespace boost::asio {
class io_context;
}

namespace tributary::app {

/// The daemon: schedules visits, publishes after news, serves, reloads its configuration. All of it runs on
/// the io_context's thread, but for what the pipeline hands to its own.
class Daemon {
 public:
  Daemon(boost::asio::io_context& io, const Context& context, config::Config config);
  ~Daemon();
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  /// Opens the store, takes the addresses and begins. Fails when either can't be had.
  [[nodiscard]] Result<void> start();

  [[nodiscard]] std::string url() const;
  [[nodiscard]] std::string admin_url() const;

  /// Reads feeds.yaml again: a faulty one is reported and the last good configuration kept. What is asked
  /// while a reload is under way is done after it. `done` is called when the file, as it is now, has been
  /// taken or refused, with the outcome in words.
  using Reloaded = std::function<void(const std::string& outcome)>;
  void reload(Reloaded done = {});

  /// Ends cleanly: abandons transfers, stores and publishes what has come, lets requests under way end.
  void stop();

  /// Set once the store could no longer be written: the daemon has stopped by itself.
  [[nodiscard]] const std::optional<Error>& failure() const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace tributary::app
