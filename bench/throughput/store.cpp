#include "store/store.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <iostream>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "bench/throughput/clocks.hpp"
#include "bench/throughput/commands.hpp"
#include "parser/parser.hpp"

namespace tributary::bench {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using namespace std::chrono_literals;

constexpr std::size_t per_document = 25;  // items
constexpr std::size_t topics = 10;
constexpr std::size_t dictionary = 20'000;  // words
constexpr std::size_t newest_of = 50;
constexpr std::chrono::seconds spread{
    60'000'000};  // the items' dates, nearly two years: as the floor has them
const Timestamp beginning{1'700'000'000s};

std::uint64_t mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

std::vector<std::string> make_words() {
  std::vector<std::string> words;
  for (std::size_t i = 0; i < dictionary; ++i) {
    std::string word;
    std::uint64_t x = mix(i);
    for (auto letters = 3 + x % 7; letters > 0; --letters, x /= 26) word += static_cast<char>('a' + x % 26);
    words.push_back(std::move(word));
  }
  return words;
}

std::string number(std::uint64_t value) {
  auto digits = std::to_string(value);
  return std::string(digits.size() < 6 ? 6 - digits.size() : 0, '0') + digits;
}

/// Feeds of documents that were all made and parsed before the clock runs. Each item's text is its own: where
/// texts repeat, the store would find them out and join them.
class Partners {
 public:
  explicit Partners(const StoreBench& bench)
      : bench_(bench),
        feeds_(bench.feeds != 0 ? bench.feeds : std::max<std::size_t>(1, bench.items / per_document)),
        rounds_(std::max<std::size_t>(1, bench.items / per_document / feeds_)) {}

  [[nodiscard]] std::size_t feeds() const { return feeds_; }
  [[nodiscard]] std::size_t rounds() const { return rounds_; }

  [[nodiscard]] store::Catalogue catalogue() const {
    store::Catalogue made;
    made.site.title = "Partners";
    made.site.url = "https://site.example.net/";
    for (std::size_t i = 0; i < topics; ++i)
      made.topics.push_back({.slug = "topic-" + std::to_string(i), .title = "Topic " + std::to_string(i)});
    for (std::size_t i = 0; i < feeds_; ++i) {
      made.partners.push_back({.url = host(i) + "feed",
                               .name = "Partner " + number(i),
                               .slug = "partner-" + number(i),
                               .topics = {made.topics[i % topics].slug}});
    }
    return made;
  }

  /// The feed's document in that round. `fresh`: with so many items more, which no round has.
  [[nodiscard]] store::Delivery document(std::size_t feed, std::size_t round, std::size_t fresh = 0) const {
    const auto document = text_of(feed, round, fresh);
    auto parsed = parser::parse({.bytes = document, .base = host(feed) + "feed"}, {});
    store::Delivery made;
    made.state.key = host(feed) + "feed";
    made.state.url = made.state.key;
    if (parsed) made.feed = std::make_shared<const Feed>(std::move(*parsed));
    return made;
  }

  [[nodiscard]] Timestamp now(std::size_t round) const { return beginning + slice() * (round + 1); }

 private:
  static std::string host(std::size_t feed) { return "https://partner" + number(feed) + ".example.org/"; }
  [[nodiscard]] std::chrono::seconds slice() const { return spread / rounds_; }

  [[nodiscard]] std::string text_of(std::size_t feed, std::size_t round, std::size_t fresh) const {
    std::string out = R"(<feed xmlns="http://www.w3.org/2005/Atom"><title>Partner )" + number(feed) +
                      "</title><link href=\"" + host(feed) + "\"/>";
    for (std::size_t i = 0; i < per_document + fresh; ++i) {
      const auto item = (round * feeds_ + feed) * (2 * per_document) + i;
      const auto date =
          now(round) - std::chrono::seconds(mix(item ^ 77) % static_cast<std::uint64_t>(slice().count()));
      out += "<entry><id>" + host(feed) + "id/" + number(item) + "</id><link href=\"" + host(feed) +
             "news/story-" + number(item) + "\"/><title>Title of the story number " + number(item) +
             " and more</title><updated>" + to_rfc3339(date) + "</updated><content type=\"html\">&lt;p>";
      const auto begin = out.size();
      for (std::uint64_t k = 0; out.size() - begin < bench_.content; ++k) {
        const auto r = mix(item * 4096 + k);
        out += words_[(r % dictionary) * ((r >> 32) % 1000) / 1000];
        out += k % 60 == 59 ? ".&lt;/p>&lt;p>" : " ";
      }
      out += ".&lt;/p></content></entry>";
    }
    return out + "</feed>";
  }

  const StoreBench& bench_;
  std::size_t feeds_, rounds_;
  std::vector<std::string> words_ = make_words();
};

double megabytes_of(const std::string& file) {
  double sum = 0;
  for (const auto* part : {"", "-wal"}) {
    std::error_code missing;
    const auto size = fs::file_size(file + part, missing);
    if (!missing) sum += static_cast<double>(size) / 1e6;
  }
  return sum;
}

/// CPU seconds and wall seconds of several pieces of work, added up.
struct Stretch {
  double cpu = 0, wall = 0;
  bool good = true;
  template <typename Work>
  void add(Work work) {
    const auto wall_start = now(CLOCK_MONOTONIC), cpu_start = now(CLOCK_PROCESS_CPUTIME_ID);
    const auto done = work();
    cpu += now(CLOCK_PROCESS_CPUTIME_ID) - cpu_start;
    wall += now(CLOCK_MONOTONIC) - wall_start;
    if (done) return;
    std::cerr << to_string(done.error()) << '\n';
    good = false;
  }
};

void print(const char* name, const StoreBench& bench, std::size_t items, const Stretch& took, double mb) {
  std::cout << json::serialize(json::object{{"name", name},
                                            {"items", items},
                                            {"bytes", static_cast<double>(items * bench.content)},
                                            {"cpu_s", took.cpu},
                                            {"seconds", took.wall},
                                            {"items_s", static_cast<double>(items) / took.cpu},
                                            {"cpu_us", took.cpu * 1e6 / static_cast<double>(items)},
                                            {"db_mb", mb}})
            << std::endl;
}

/// Every round of every feed; in `again` they are all known.
Stretch pass(store::Store& store, const Partners& partners, const StoreBench& bench) {
  Stretch took;
  for (std::size_t round = 0; round < partners.rounds() && took.good; ++round) {
    for (std::size_t feed = 0; feed < partners.feeds() && took.good; feed += bench.batch) {
      std::vector<store::Delivery> batch;
      for (auto i = feed; i < std::min(feed + bench.batch, partners.feeds()); ++i)
        batch.push_back(partners.document(i, round));
      took.add([&] { return store.take(batch, partners.now(round)); });
    }
  }
  return took;
}

struct Times {
  double cpu_us = 0, wall_us = 0;  ///< medians
};
Times median_of(std::size_t repetitions, const std::function<void(std::size_t)>& work) {
  std::vector<double> cpu, wall;
  for (std::size_t i = 0; i < repetitions; ++i) {
    const auto wall_start = now(CLOCK_MONOTONIC), cpu_start = now(CLOCK_PROCESS_CPUTIME_ID);
    work(i);
    cpu.push_back(now(CLOCK_PROCESS_CPUTIME_ID) - cpu_start);
    wall.push_back(now(CLOCK_MONOTONIC) - wall_start);
  }
  return {median(std::move(cpu)) * 1e6, median(std::move(wall)) * 1e6};
}

/// The same rows, asked of the same file without any of ours in between: one index, one join, columns read.
class RawNewest {
 public:
  explicit RawNewest(const std::string& file) {
    sqlite3_open_v2(file.c_str(), &connection_, SQLITE_OPEN_READONLY, nullptr);
    sqlite3_exec(connection_, "PRAGMA cache_size=-65536", nullptr, nullptr, nullptr);
    sqlite3_prepare_v2(
        connection_,
        "SELECT i.id, i.link, i.title, i.published, i.modified, i.body FROM placed p JOIN item i "
        "ON i.id = p.item WHERE p.stream = (SELECT id FROM stream WHERE kind = ?1 AND slug = ?2) "
        "AND p.class = 0 ORDER BY p.sort, p.seen, p.rank, p.place, p.story LIMIT ?3",
        -1, &statement_, nullptr);
  }
  ~RawNewest() {
    sqlite3_finalize(statement_);
    sqlite3_close(connection_);
  }
  RawNewest(const RawNewest&) = delete;
  RawNewest& operator=(const RawNewest&) = delete;

  std::size_t rows(const StreamId& id) {
    sqlite3_bind_int(statement_, 1, static_cast<int>(id.kind));
    sqlite3_bind_text(statement_, 2, id.slug.data(), static_cast<int>(id.slug.size()), SQLITE_STATIC);
    sqlite3_bind_int(statement_, 3, newest_of);
    std::size_t rows = 0;
    while (sqlite3_step(statement_) == SQLITE_ROW) {
      ++rows;
      for (int column = 0; column < sqlite3_column_count(statement_); ++column)
        bytes_ += static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
    }
    sqlite3_reset(statement_);
    return rows;
  }

 private:
  sqlite3* connection_ = nullptr;
  sqlite3_stmt* statement_ = nullptr;
  std::size_t bytes_ = 0;  // read, so that nothing is left out
};

bool measure_newest(const char* name, store::Store& store, RawNewest& raw, const StreamId& id) {
  constexpr std::size_t repetitions = 301;
  std::size_t entries = 0, rows = 0;
  const auto ours = median_of(repetitions, [&](std::size_t) {
    const auto stream = store.latest(id, newest_of);
    entries = stream ? stream->entries.size() : 0;
  });
  const auto floor = median_of(repetitions, [&](std::size_t) { rows = raw.rows(id); });
  std::cout << json::serialize(json::object{{"name", name},
                                            {"rows", entries},
                                            {"cpu_us", ours.cpu_us},
                                            {"wall_us", ours.wall_us},
                                            {"raw_cpu_us", floor.cpu_us},
                                            {"raw_wall_us", floor.wall_us},
                                            {"of_raw", ours.cpu_us / floor.cpu_us}})
            << std::endl;
  if (entries == rows && rows > 0) return true;
  std::cerr << name << ": " << entries << " entries, where the raw query finds " << rows << '\n';
  return false;
}

/// One feed after the other comes with what is known and one new item.
bool measure_poll(store::Store& store, const Partners& partners) {
  constexpr std::size_t repetitions = 101;
  const auto round = partners.rounds() - 1;
  std::vector<store::Delivery> deliveries;
  for (std::size_t i = 0; i < std::min(repetitions, partners.feeds()); ++i)
    deliveries.push_back(partners.document(mix(i) % partners.feeds(), round, 1));
  bool good = true;
  const auto took = median_of(deliveries.size(), [&](std::size_t i) {
    good = store.take(std::span(deliveries).subspan(i, 1), partners.now(round)).has_value() && good;
  });
  std::cout << json::serialize(json::object{{"name", "tributary-store-poll"},
                                            {"items", per_document + 1},
                                            {"fresh", 1},
                                            {"cpu_us", took.cpu_us},
                                            {"wall_us", took.wall_us}})
            << std::endl;
  return good;
}

}  // namespace

int bench_store(const StoreBench& bench) {
  const auto file = bench.database.string();
  for (const auto* part : {"", "-wal", "-shm", ".lock"}) fs::remove(file + part);
  const Partners partners(bench);
  auto opened = store::open(file, store::Access::write);
  if (!opened) {
    std::cerr << to_string(opened.error()) << '\n';
    return 1;
  }
  if (const auto done = (*opened)->configure(partners.catalogue(), beginning); !done) {
    std::cerr << to_string(done.error()) << '\n';
    return 1;
  }
  const auto items = partners.rounds() * partners.feeds() * per_document;
  auto took = pass(**opened, partners, bench);
  const auto known = (*opened)->totals();
  // Closing writes the log back into the file: part of the work.
  took.add([&]() -> Result<void> {
    opened->reset();
    return {};
  });
  print("tributary-store-insert", bench, items, took, megabytes_of(file));
  bool good = took.good && known && known->items == items && known->stories == items;
  if (!good) std::cerr << "the store does not hold what was given to it\n";

  opened = store::open(file, store::Access::write);
  if (!opened || !good) return 1;
  if (bench.again) {
    const auto again = pass(**opened, partners, bench);
    print("tributary-store-unchanged", bench, items, again, megabytes_of(file));
    good = again.good;
  }
  RawNewest raw(file);
  good = measure_newest("newest50", **opened, raw, {}) && good;
  good = measure_newest("newest50-topic", **opened, raw, {StreamId::Kind::topic, "topic-1"}) && good;
  good = measure_poll(**opened, partners) && good;
  Stretch closing;
  closing.add([&] { return (*opened)->close_pages(partners.now(partners.rounds())); });
  print("tributary-store-close-pages", bench, items, closing, megabytes_of(file));
  return good ? 0 : 1;
}

}  // namespace tributary::bench
