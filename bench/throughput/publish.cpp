// What a publication costs after one new item, as a share of publishing everything, and whether that stays
// the same as the store grows. All items are made here and go into the store as they do in a pass; the
// documents of all of them are really written only for the smaller number, as five million items fill a disk.
#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <iostream>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "app/pipeline.hpp"
#include "app/publication.hpp"
#include "bench/throughput/clocks.hpp"
#include "bench/throughput/commands.hpp"
#include "bench/throughput/folder.hpp"
#include "config/config.hpp"
#include "store/store.hpp"

namespace tributary::bench {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t items_a_document = 500;
constexpr std::size_t documents_a_transaction = 20;
constexpr Timestamp first_date{std::chrono::sys_days{std::chrono::year{2010} / 1 / 1}};

/// Some words, the same for the same number.
std::string words(std::uint64_t number, std::size_t count) {
  static constexpr std::array beginnings{"ca", "do", "ler", "mi", "pon", "qua", "ri", "sol", "te", "vu"};
  static constexpr std::array middles{"ba", "di", "lo", "na", "res", "tu"};
  static constexpr std::array ends{"c", "l", "m", "n", "r", "s", "t", "x", "na", "lo", "ra", "te"};
  std::minstd_rand random(static_cast<std::minstd_rand::result_type>(number * 2654435761U + 12345));
  random.discard(3);
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) text += ' ';
    text += beginnings[random() % beginnings.size()];
    text += middles[random() % middles.size()];
    text += middles[random() % middles.size()];
    text += ends[random() % ends.size()];
  }
  return text;
}

/// When the item of that number comes.
Timestamp date_of(std::uint64_t number, std::size_t a_week) {
  return first_date + std::chrono::seconds{number * 7 * 24 * 3600 / a_week};
}

Item made_item(std::uint64_t number, Timestamp date) {
  Item item;
  item.id = "urn:example:" + std::to_string(number);
  item.link = "https://partner" + std::to_string(number % 97) + ".example.org/" + std::to_string(number);
  item.title = Text{.plain = words(number * 2, 7)};
  item.summary = Text{.plain = words(number * 2 + 1, 45)};
  item.published = item.updated = date;
  return item;
}

config::Config made_config(const PublishBench& bench, const fs::path& folder) {
  config::Config config;
  config.site = {.title = "Partnerships", .url = "https://partners.example.org/"};
  config.store = "sqlite:" + (folder / "store.db").string();
  config.output = folder / "public";
  for (std::size_t i = 0; i < 5; ++i) {
    const std::string slug = "topic-" + std::to_string(i);
    config.topics.push_back({.slug = slug, .title = slug});
  }
  for (std::size_t i = 0; i < bench.feeds; ++i) {
    const std::string slug = "partner-" + std::to_string(i);
    config.feeds.push_back({.url = "https://" + slug + ".example.org/feed",
                            .name = slug,
                            .slug = slug,
                            .type = i % 2 == 0 ? "News" : "Webinar",
                            .topics = {config.topics[i % 5].slug}});
  }
  return config;
}

class Site {
 public:
  static Result<Site> open(const PublishBench& bench, const fs::path& folder) {
    Site site;
    site.config_ = made_config(bench, folder);
    site.a_week_ = bench.a_week;
    auto store = store::open(site.config_.store, store::Access::write);
    if (!store) return std::unexpected(store.error());
    site.store_ = std::move(*store);
    if (const auto done = site.store_->configure(app::catalogue(site.config_), site.time()); !done)
      return std::unexpected(done.error());
    auto states = site.store_->feed_states();
    if (!states) return std::unexpected(states.error());
    site.states_ = std::move(*states);
    const auto totals = site.store_->totals();
    if (!totals) return std::unexpected(totals.error());
    site.items_ = totals->items;
    return site;
  }

  /// As from feeds that have so many new items at once.
  Result<void> add(std::size_t count) {
    std::vector<store::Delivery> deliveries;
    while (count > 0) {
      auto feed = std::make_shared<Feed>();
      for (std::size_t i = 0; i < items_a_document && count > 0; ++i, --count, ++items_)
        feed->items.push_back(made_item(items_, date_of(items_, a_week_)));
      std::ranges::reverse(feed->items);
      deliveries.push_back(
          {.state = states_[next_feed_++ % states_.size()], .feed = std::move(feed), .whole = false});
      if (deliveries.size() < documents_a_transaction && count > 0) continue;
      if (const auto taken = store_->take(deliveries, time()); !taken) return std::unexpected(taken.error());
      deliveries.clear();
    }
    return {};
  }

  Result<publisher::Written> publish(app::Scope scope) {
    return app::publish_site(config_, *store_, time(), scope);
  }

  /// As if it had been published.
  Result<void> pass_over() {
    const auto news = store_->close_pages(time(), config_.output.string());
    if (!news) return std::unexpected(news.error());
    return store_->published(*news, news->settings, time(), config_.output.string());
  }

  [[nodiscard]] std::size_t items() const { return items_; }

 private:
  [[nodiscard]] Timestamp time() const { return date_of(items_ + 1, a_week_); }

  config::Config config_;
  std::unique_ptr<store::Store> store_;
  std::vector<FeedState> states_;
  std::size_t items_ = 0, next_feed_ = 0, a_week_ = 1;
};

struct Cost {
  double cpu_s = 0, seconds = 0;
  std::size_t files = 0;
};

int complain(const Error& error) {
  std::cerr << to_string(error) << '\n';
  return 1;
}

boost::json::object shown(const Cost& cost) {
  return {{"cpu_s", cost.cpu_s}, {"seconds", cost.seconds}, {"files", cost.files}};
}

Result<Cost> published(Site& site, app::Scope scope) {
  const double cpu = now(CLOCK_PROCESS_CPUTIME_ID), wall = now(CLOCK_MONOTONIC);
  const auto written = site.publish(scope);
  if (!written) return std::unexpected(written.error());
  return Cost{.cpu_s = now(CLOCK_PROCESS_CPUTIME_ID) - cpu,
              .seconds = now(CLOCK_MONOTONIC) - wall,
              .files = written->written};
}

/// After each of so many new items; medians.
Result<Cost> after_one_item(Site& site, int rounds) {
  std::vector<double> cpu, wall, files;
  for (int round = 0; round < rounds; ++round) {
    if (const auto added = site.add(1); !added) return std::unexpected(added.error());
    const auto cost = published(site, app::Scope::news);
    if (!cost) return std::unexpected(cost.error());
    cpu.push_back(cost->cpu_s);
    wall.push_back(cost->seconds);
    files.push_back(static_cast<double>(cost->files));
  }
  return Cost{
      .cpu_s = median(cpu), .seconds = median(wall), .files = static_cast<std::size_t>(median(files))};
}

int measure(const PublishBench& bench, const fs::path& folder) {
  auto site = Site::open(bench, folder);
  if (!site) return complain(site.error());
  if (site->items() > 0) {
    std::cerr << folder.string() << ": there is a store already\n";
    return 1;
  }
  const std::size_t fewer = std::min(bench.items, bench.written);
  if (const auto added = site->add(fewer); !added) return complain(added.error());
  const auto everything = published(*site, app::Scope::all);
  if (!everything) return complain(everything.error());
  const auto few = after_one_item(*site, bench.rounds);
  if (!few) return complain(few.error());

  while (site->items() < bench.items) {
    const std::size_t piece = std::min<std::size_t>(100'000, bench.items - site->items());
    if (const auto added = site->add(piece); !added) return complain(added.error());
    if (const auto passed = site->pass_over(); !passed) return complain(passed.error());
    if (bench.progress) std::cerr << site->items() << " items\n";
  }
  const auto many = after_one_item(*site, bench.rounds);
  if (!many) return complain(many.error());

  const boost::json::object line{
      {"name", "tributary-publish"},
      {"items", site->items()},
      {"fewer_items", fewer},
      {"feeds", bench.feeds},
      {"a_week", bench.a_week},
      {"cpu_s", many->cpu_s},
      {"seconds", many->seconds},
      {"everything", shown(*everything)},
      {"one", shown(*few)},
      {"one_of_many", shown(*many)},
      {"cpu_share", few->cpu_s / everything->cpu_s},
      {"files_share", static_cast<double>(few->files) / static_cast<double>(everything->files)},
      {"growth", many->cpu_s / few->cpu_s},
  };
  std::cout << boost::json::serialize(line) << '\n';
  return 0;
}

}  // namespace

int bench_publish(const PublishBench& bench) {
  if (!bench.folder.empty()) {
    std::error_code ignored;
    fs::create_directories(bench.folder, ignored);
    return measure(bench, bench.folder);
  }
  const TemporaryFolder folder;
  if (folder.path().empty()) {
    std::cerr << "no temporary folder can be made\n";
    return 1;
  }
  return measure(bench, folder.path());
}

}  // namespace tributary::bench
