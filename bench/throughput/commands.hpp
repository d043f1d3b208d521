#pragma once
#include <filesystem>

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

}  // namespace tributary::bench
