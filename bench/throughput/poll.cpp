// Whole passes over partners that some other server serves: fetched, parsed, stored and, if asked for,
// published, by the pipeline that `run` uses, in one process. The first pass finds everything new. How memory
// behaves over many passes shows here too.
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "app/log.hpp"
#include "app/pipeline.hpp"
#include "app/publication.hpp"
#include "bench/throughput/clocks.hpp"
#include "bench/throughput/commands.hpp"
#include "bench/throughput/folder.hpp"
#include "store/store.hpp"

namespace tributary::bench {
namespace {

namespace fs = std::filesystem;

constexpr int settled_after = 10;  // passes, after which memory is to stay

struct Pass {
  double seconds = 0;  ///< wall
  double cpu_s = 0;
  std::map<int, std::size_t> statuses = {};
  std::size_t failed = 0;
  double resident_mb = 0;  ///< afterwards
  double used_mb = 0;      ///< of it, what is allocated
};

double megabytes(double bytes) {
  return bytes / 1e6;
}

double resident() {
  std::ifstream in("/proc/self/statm");
  std::size_t whole = 0, pages = 0;
  in >> whole >> pages;
  return megabytes(static_cast<double>(pages) * static_cast<double>(::sysconf(_SC_PAGESIZE)));
}

/// The most that was ever resident.
double peak_resident() {
  std::ifstream in("/proc/self/status");
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("VmHWM:")) return std::strtod(line.c_str() + 6, nullptr) * 1024 / 1e6;
  }
  return 0;
}

/// URLs as given; of a corpus its paths, below the base.
std::vector<std::string> urls_of(const PollBench& bench) {
  std::vector<std::string> urls;
  for (const auto& source : bench.sources) {
    if (is_http_url(source)) {
      urls.push_back(source);
      continue;
    }
    std::ifstream paths(fs::path(source) / "paths.txt");
    for (std::string path; std::getline(paths, path);) urls.push_back(bench.base + path);
  }
  if (bench.feeds != 0 && urls.size() > bench.feeds) urls.resize(bench.feeds);
  return urls;
}

config::Config config_of(const PollBench& bench, const std::vector<std::string>& urls,
                         const fs::path& folder) {
  config::Config config;
  config.site.title = "Bench";
  config.site.url = "http://127.0.0.1/";
  config.store = "sqlite:" + (folder / "tributary.db").string();
  config.output = folder / "public";
  config.fetch.allow_addresses = {"127.0.0.0/8"};
  config.fetch.contact = config.site.url;
  config.fetch.concurrency = config.fetch.per_host = bench.concurrency;
  config.publish.welcome = 1000;
  for (std::size_t i = 0; i < urls.size(); ++i) {
    const auto number = std::to_string(i);
    config.feeds.push_back({.url = urls[i], .name = "Partner " + number, .slug = "partner-" + number});
  }
  return config;
}

class Passes {
 public:
  Passes(const PollBench& bench, const std::vector<std::string>& urls, const fs::path& folder)
      : publish_(bench.publish),
        config_(std::make_shared<const config::Config>(config_of(bench, urls, folder))) {}

  Result<void> open() {
    auto store = store::open(config_->store, store::Access::write);
    if (!store) return std::unexpected(store.error());
    if (const auto done = (*store)->configure(app::catalogue(*config_), now_); !done) return done;
    auto states = (*store)->feed_states();
    if (!states) return std::unexpected(states.error());
    states_ = std::move(*states);
    pipeline_ = std::make_unique<app::Pipeline>(io_, config_, std::move(*store), [this] { return now_; });
    pipeline_->store_failed = [this](const Error& error) {
      failure_ = error;
      io_.stop();
    };
    return {};
  }

  Result<Pass> run() {
    Pass pass;
    const double wall_start = now(CLOCK_MONOTONIC), cpu_start = now(CLOCK_PROCESS_CPUTIME_ID);
    visit_all(pass);
    pass.cpu_s = now(CLOCK_PROCESS_CPUTIME_ID) - cpu_start;
    pass.seconds = now(CLOCK_MONOTONIC) - wall_start;
    if (failure_) return std::unexpected(*failure_);
    pass.resident_mb = resident();
    pass.used_mb = megabytes(static_cast<double>(::mallinfo2().uordblks));
    now_ += std::chrono::hours(1);
    return pass;
  }

  Result<store::Totals> totals() {
    Result<store::Totals> totals;
    io_.restart();
    pipeline_->with_store([&](store::Store& store) { totals = store.totals(); }, [&] { io_.stop(); });
    io_.run();
    return totals;
  }

 private:
  void visit_all(Pass& pass) {
    std::size_t left = states_.size();
    io_.restart();
    for (auto& state : states_) {
      // Of this pass' start, and not of its end, when another one has the place.
      pipeline_->visit(std::make_shared<const FeedState>(state), [&](const app::Visit& visit) {
        ++pass.statuses[visit.state.last_status];
        if (!visit.state.last_error.empty()) ++pass.failed;
        state = visit.state;
        if (--left == 0) io_.stop();
      });
    }
    if (left > 0) io_.run();
    if (!publish_ || failure_) return;
    io_.restart();
    pipeline_->with_store(
        [&](store::Store& store) {
          if (const auto written = app::publish_site(*config_, store, now_); !written)
            failure_ = written.error();
        },
        [&] { io_.stop(); });
    io_.run();
  }

  bool publish_;
  std::shared_ptr<const config::Config> config_;
  Timestamp now_ = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  std::vector<FeedState> states_ = {};
  std::optional<Error> failure_ = {};
  boost::asio::io_context io_;
  std::unique_ptr<app::Pipeline> pipeline_ = {};
};

boost::json::object line_of(const Pass& pass) {
  boost::json::object statuses;
  for (const auto& [status, count] : pass.statuses) statuses[std::to_string(status)] = count;
  return {{"seconds", pass.seconds},
          {"cpu_s", pass.cpu_s},
          {"statuses", statuses},
          {"failed", pass.failed},
          {"resident_mb", pass.resident_mb},
          {"used_mb", pass.used_mb}};
}

double growth(double from, double to) {
  return from > 0 ? to / from - 1 : 0;
}

int failed(const Error& error) {
  std::cerr << to_string(error) << '\n';
  return 1;
}

}  // namespace

int bench_poll(const PollBench& bench) {
  app::start_log("warn");
  const auto urls = urls_of(bench);
  if (urls.empty()) {
    std::cerr << "there is no feed to poll: name URLs, or a folder with a paths.txt\n";
    return 1;
  }
  const TemporaryFolder folder;
  if (folder.path().empty()) {
    std::cerr << "no temporary folder can be made\n";
    return 1;
  }

  Passes passes(bench, urls, folder.path());
  if (const auto opened = passes.open(); !opened) return failed(opened.error());
  std::vector<Pass> done;
  for (int number = 1; number <= bench.passes; ++number) {
    auto pass = passes.run();
    if (!pass) return failed(pass.error());
    done.push_back(std::move(*pass));
    std::cerr << "pass " << number << ' ' << boost::json::serialize(line_of(done.back())) << std::endl;
  }
  const auto totals = passes.totals();
  if (!totals) return failed(totals.error());

  std::vector<double> warm;
  for (std::size_t i = 1; i < done.size(); ++i) warm.push_back(done[i].cpu_s);
  boost::json::object line{
      {"name", "tributary-poll"},
      {"feeds", urls.size()},
      {"items", totals->items},
      {"stories", totals->stories},
      {"passes", done.size()},
      {"first", line_of(done.front())},
      {"last", line_of(done.back())},
      {"seconds", done.front().seconds},
      {"cpu_s", done.front().cpu_s},
      {"warm_cpu_s", warm.empty() ? 0 : median(warm)},
      {"items_s", static_cast<double>(totals->items) / done.front().seconds},
      {"peak_mb", peak_resident()},
  };
  if (done.size() > settled_after) {
    const Pass &settled = done[settled_after - 1], &last = done.back();
    line["resident_growth"] = growth(settled.resident_mb, last.resident_mb);
    line["used_growth"] = growth(settled.used_mb, last.used_mb);
  }
  std::cout << boost::json::serialize(line) << '\n';
  return 0;
}

}  // namespace tributary::bench
