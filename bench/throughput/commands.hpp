#pragma once
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace tributary::bench {

struct ParseBench {
  std::filesystem::path feeds = {};  ///< a folder of feed documents, read with all folders in it
  bool sanitise = true;
  int rounds = 5;
};

/// Parses every document, one thread, from memory: charset, tree, items, dates, links, texts, and their
/// destruction. Prints {"bytes","items","mb_s","items_s","cpu_s",…}; gives the exit status, 1 when there is
/// nothing to parse.
int bench_parse(const ParseBench& bench);

struct ServeBench {
  std::filesystem::path document = {};  ///< served as atom.xml; empty: one is made
  std::size_t size = 60'000;            ///< bytes of the one that is made
  std::size_t connections = 64;
  double seconds = 1;  ///< a case and round
  int rounds = 5;
};

/// Serves one feed to many connections at once over the loopback: whole, compressed, unchanged (304), and
/// with a connection for each request. Prints {"bytes","items","mb_s","items_s","cpu_s",…} with the server's
/// CPU microseconds a request by case; gives the exit status, 1 when an answer is wrong.
int bench_serve(const ServeBench& bench);

struct PublishBench {
  std::size_t items = 10'000;         ///< in the store at the end
  std::size_t written = 10'000;       ///< of them, published whole and measured first
  std::size_t feeds = 20;             ///< partners
  std::size_t a_week = 500;           ///< items; what is shown of a week is made anew with each of them
  int rounds = 11;                    ///< new items, one by one
  std::filesystem::path folder = {};  ///< is kept; empty: a temporary one
  bool progress = false;
};

/// Publishes everything, then after one new item, then the same with `items` in the store. Prints
/// {"items","cpu_s",…} with the share that one new item costs of everything, in CPU and files, and how that
/// cost grew; gives the exit status.
int bench_publish(const PublishBench& bench);

struct PollBench {
  std::vector<std::string> sources = {};  ///< URLs of feeds; folders with a paths.txt, served under `base`
  std::string base = "http://127.0.0.1:18080/";
  std::size_t feeds = 0;  ///< at most; 0: all
  int passes = 2;
  int concurrency = 64;  ///< transfers at once, at one host too
  bool publish = false;  ///< after each pass
};

/// Polls the feeds in as many passes, into a store of its own that is removed at the end: in the first all is
/// new. Prints {"feeds","items","stories","cpu_s","warm_cpu_s",…}, for the first and the last pass with the
/// answers by status; after more than ten passes also how much memory grew since the tenth. Gives the exit
/// status.
int bench_poll(const PollBench& bench);

struct StoreBench {
  std::filesystem::path database = {};  ///< a file; one that is there is replaced
  std::size_t items = 200'000;
  std::size_t feeds = 0;       ///< 0: as many as the items fill documents of; fewer come in rounds
  std::size_t content = 2000;  ///< bytes of each item's text
  std::size_t batch = 200;     ///< documents in one transaction
  bool again = true;           ///< everything once more, unchanged
};

/// Imports items the way a poll does, document by document through the store's own door, and measures the
/// newest 50 of everything and of a topic beside the same rows asked of the file directly, a poll that brings
/// one new item, and the closing of the archive's pages. A line of JSON each. Gives the exit status, 1 when
/// the store does not hold what was imported.
int bench_store(const StoreBench& bench);

}  // namespace tributary::bench
