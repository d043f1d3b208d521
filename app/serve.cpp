#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <iostream>

#include "app/commands.hpp"
#include "app/publication.hpp"
#include "server/server.hpp"

namespace tributary::app {

int serve(const Context& context) {
  const auto config = load_config(context);
  if (!config) return Exit::usage;
  boost::asio::io_context io;
  server::Options options{.addresses = config->server, .folder = config->output};
  options.site_url = config->site.url;
  options.hub_url = hub_url(*config);
  options.addresses.admin.clear();  // health and metrics belong to the daemon, which knows them
  server::Server server(io, options);
  if (const auto listening = server.listen(); !listening) return fail(listening.error());
  std::cout << "serving " << config->output.string() << " on " << server.url() << std::endl;
  boost::asio::signal_set signals(io, SIGINT, SIGTERM);
  signals.async_wait([&](boost::system::error_code error, int) {
    if (!error) server.stop(std::chrono::seconds{5});
  });
  io.run();
  return Exit::done;
}

}  // namespace tributary::app
