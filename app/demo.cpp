#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <iostream>
#include <thread>

#include "app/commands.hpp"
#include "server/server.hpp"

namespace tributary::app {
namespace {

/// The sample partners behind a real HTTP server of their own, on a thread of its own.
class SamplePartners {
 public:
  SamplePartners(const std::string& address, const std::filesystem::path& folder)
      : server_(io_, {.addresses = {.listen = address, .admin = ""}, .folder = folder}) {}

  Result<void> start() {
    if (auto listening = server_.listen(); !listening) return listening;
    thread_ = std::jthread([this] { io_.run(); });
    return {};
  }

  ~SamplePartners() { io_.stop(); }

 private:
  boost::asio::io_context io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> busy_ = make_work_guard(io_);
  server::Server server_;
  std::jthread thread_;  // joined first
};

/// HOST:PORT of the loopback address that the configuration's feeds name; empty when none does.
std::string partners_address(const config::Config& config) {
  for (const auto& feed : config.feeds) {
    const std::string host = host_of(feed.url);
    if (host.starts_with("127.")) return host + ":" + std::to_string(port_of(feed.url));
  }
  return {};
}

}  // namespace

int demo(const Context& context, const DemoOptions& options) {
  const auto config = load_config(context);
  if (!config) return Exit::usage;
  const auto folder = std::filesystem::absolute(context.config_file).parent_path() / "examples" / "partners";
  if (!std::filesystem::is_directory(folder)) {
    return fail({ErrorKind::usage, folder.string(),
                 "the sample partners are not there; run the demo beside the sample feeds.yaml"});
  }
  const std::string address = partners_address(*config);
  if (address.empty()) {
    return fail({ErrorKind::usage, context.config_file.string(),
                 "no feed of it is on a loopback address (127.0.0.0/8)"});
  }
  SamplePartners partners(address, folder);
  if (const auto started = partners.start(); !started) return fail(started.error());
  std::cout << "sample partners on http://" << address << "/" << std::endl;
  if (!options.once) return run(context);
  const int code = update(context, {});
  if (code == Exit::done) {
    std::cout << "page:  " << (config->output / "index.html").string()
              << "\nfeeds: " << (config->output / "atom.xml").string() << ", rss.xml, feed.json\n"
              << "serve them with: tributary serve --config " << context.config_file.string() << '\n';
  }
  return code;
}

}  // namespace tributary::app
