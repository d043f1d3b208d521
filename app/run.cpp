#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <functional>
#include <iostream>

#include "app/commands.hpp"
#include "app/daemon.hpp"
#include "app/service_manager.hpp"

namespace tributary::app {

int run(const Context& context) {
  auto config = load_config(context);
  if (!config) return Exit::usage;
  boost::asio::io_context io;
  Daemon daemon(io, context, std::move(*config));
  if (const auto started = daemon.start(); !started) return fail(started.error());
  std::cout << "serving on " << daemon.url() << '\n';
  if (!daemon.admin_url().empty()) std::cout << "health on " << daemon.admin_url() << "health\n";
  std::cout << std::flush;
  service_manager::ready("serving on " + daemon.url());

  // A daemon whose loop no longer turns gives no sign of life, and is started anew.
  boost::asio::steady_timer watchdog(io);
  const auto watched = service_manager::watchdog_interval();
  std::function<void()> give_sign = [&] {
    service_manager::alive();
    watchdog.expires_after(*watched / 2);
    watchdog.async_wait([&](boost::system::error_code error) {
      if (!error) give_sign();
    });
  };
  if (watched) give_sign();

  boost::asio::signal_set signals(io, SIGINT, SIGTERM, SIGHUP);
  std::function<void()> listen = [&] {
    signals.async_wait([&](boost::system::error_code error, int signal) {
      if (error) return;
      if (signal != SIGHUP) {
        service_manager::stopping();
        watchdog.cancel();
        daemon.stop();
        return;
      }
      service_manager::reloading();
      daemon.reload([&](const std::string& outcome) {
        service_manager::ready("serving on " + daemon.url() + "; last reload " + outcome);
      });
      listen();
    });
  };
  listen();
  while (io.run_one() > 0) {
    if (daemon.failure()) {
      signals.cancel();
      watchdog.cancel();
    }
  }
  if (daemon.failure()) return fail(*daemon.failure());
  return Exit::done;
}

}  // namespace tributary::app
