#include <algorithm>
#include <boost/json.hpp>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "bench/throughput/clocks.hpp"
#include "bench/throughput/commands.hpp"
#include "parser/parser.hpp"

namespace tributary::bench {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> read_documents(const fs::path& folder) {
  std::vector<fs::path> paths;
  std::error_code error;
  for (const auto& entry : fs::recursive_directory_iterator(folder, error)) {
    if (entry.is_regular_file(error) && entry.path().extension() != ".gz") paths.push_back(entry.path());
  }
  std::ranges::sort(paths);
  std::vector<std::string> documents;
  for (const auto& path : paths) {
    std::ifstream file(path, std::ios::binary);
    documents.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return documents;
}

}  // namespace

int bench_parse(const ParseBench& bench) {
  const auto documents = read_documents(bench.feeds);
  if (documents.empty()) {
    std::cerr << bench.feeds.string() << ": there is no document to parse\n";
    return 1;
  }
  std::size_t bytes = 0;
  for (const auto& document : documents) bytes += document.size();

  std::size_t items = 0;
  std::size_t refused = 0;
  const Timing took = timed(bench.rounds, [&] {
    items = refused = 0;
    for (const auto& document : documents) {
      const auto feed = parser::parse({.bytes = document, .base = "http://partner.example.org/feed"},
                                      {.sanitise = bench.sanitise});
      if (feed) {
        items += feed->items.size();
      } else {
        ++refused;
      }
    }
  });
  const boost::json::object line{
      {"name", bench.sanitise ? "tributary-parse" : "tributary-parse-nosanitise"},
      {"feeds", documents.size()},
      {"bytes", bytes},
      {"items", items},
      {"bad", refused},
      {"seconds", took.seconds},
      {"min_s", took.min_s},
      {"max_s", took.max_s},
      {"cpu_s", took.cpu_s},
      {"mb_s", static_cast<double>(bytes) / 1e6 / took.min_s},
      {"items_s", static_cast<double>(items) / took.min_s},
  };
  std::cout << boost::json::serialize(line) << '\n';
  return 0;
}

}  // namespace tributary::bench
