#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <functional>
#include <iostream>

#include "app/commands.hpp"
#include "app/daemon.hpp"

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

  boost::asio::signal_set signals(io, SIGINT, SIGTERM, SIGHUP);
  std::function<void()> listen = [&] {
    signals.async_wait([&](boost::system::error_code error, int signal) {
      if (error) return;
      if (signal != SIGHUP) {
        daemon.stop();
        return;
      }
      daemon.reload();
      listen();
    });
  };
  listen();
  while (io.run_one() > 0) {
    if (daemon.failure()) signals.cancel();
  }
  if (daemon.failure()) return fail(*daemon.failure());
  return Exit::done;
}

}  // namespace tributary::app
