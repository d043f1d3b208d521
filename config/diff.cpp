#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "config/edit.hpp"

namespace tributary::config {
namespace {

constexpr std::size_t context = 3;

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    lines.push_back(text.substr(0, end == std::string_view::npos ? end : end + 1));
    text.remove_prefix(lines.back().size());
  }
  return lines;
}

struct Step {
  char sign = ' ';
  std::string_view line = {};
};

/// Myers' shortest edit script ("An O(ND) Difference Algorithm", 1986), on what is left when equal ends were
/// set aside. The edits of this folder are few lines in one place, so D is small; a large one is told as a
/// whole replaced block.
std::vector<Step> steps(std::vector<std::string_view> a, std::vector<std::string_view> b) {
  std::vector<Step> out;
  const auto add = [&](char sign, std::string_view line) { out.push_back({sign, line}); };
  std::size_t head = 0;
  while (head < a.size() && head < b.size() && a[head] == b[head]) ++head;
  std::size_t tail = 0;
  while (tail < a.size() - head && tail < b.size() - head && a[a.size() - 1 - tail] == b[b.size() - 1 - tail])
    ++tail;
  for (std::size_t i = 0; i < head; ++i) add(' ', a[i]);
  const auto n = static_cast<int>(a.size() - head - tail);
  const auto m = static_cast<int>(b.size() - head - tail);
  constexpr int most = 2000;
  std::vector<std::map<int, int>> trace;
  std::map<int, int> furthest{{1, 0}};
  const auto old_line = [&](int i) { return a[head + static_cast<std::size_t>(i)]; };
  const auto new_line = [&](int i) { return b[head + static_cast<std::size_t>(i)]; };
  bool met = n == 0 && m == 0;
  for (int d = 0; d <= std::min(n + m, most) && !met; ++d) {
    trace.push_back(furthest);
    for (int k = -d; k <= d && !met; k += 2) {
      int x =
          k == -d || (k != d && furthest[k - 1] < furthest[k + 1]) ? furthest[k + 1] : furthest[k - 1] + 1;
      while (x < n && x - k < m && old_line(x) == new_line(x - k)) ++x;
      furthest[k] = x;
      met = x >= n && x - k >= m;
    }
  }
  if (met) {
    std::vector<Step> reversed;
    int x = n, y = m;
    for (int d = static_cast<int>(trace.size()) - 1; d >= 0; --d) {
      auto& reach = trace[static_cast<std::size_t>(d)];
      const int k = x - y;
      const int from = k == -d || (k != d && reach[k - 1] < reach[k + 1]) ? k + 1 : k - 1;
      const int px = d == 0 ? 0 : reach[from], py = d == 0 ? 0 : px - from;
      while (x > px && y > py) {
        reversed.push_back({' ', old_line(--x)});
        --y;
      }
      if (d == 0) break;
      if (x > px)
        reversed.push_back({'-', old_line(--x)});
      else
        reversed.push_back({'+', new_line(--y)});
    }
    out.insert(out.end(), reversed.rbegin(), reversed.rend());
  } else {
    for (int i = 0; i < n; ++i) add('-', old_line(i));
    for (int i = 0; i < m; ++i) add('+', new_line(i));
  }
  for (std::size_t i = a.size() - tail; i < a.size(); ++i) add(' ', a[i]);
  return out;
}

}  // namespace

std::string unified_diff(std::string_view before, std::string_view after, std::string_view name) {
  if (before == after) return {};
  const auto script = steps(lines_of(before), lines_of(after));
  std::string out = fmt::format("--- {}\n+++ {}\n", name, name);
  std::size_t old_line = 0, new_line = 0;
  for (std::size_t i = 0; i < script.size();) {
    const auto changed = std::find_if(script.begin() + static_cast<std::ptrdiff_t>(i), script.end(),
                                      [](const Step& step) { return step.sign != ' '; });
    if (changed == script.end()) break;
    const auto first = static_cast<std::size_t>(changed - script.begin());
    const auto begin = std::max(i, first - std::min(first, context));
    old_line += begin - i;
    new_line += begin - i;
    // A hunk goes on while the next change is near.
    std::size_t end = first, quiet = 0;
    for (std::size_t j = first; j < script.size() && quiet <= 2 * context; ++j) {
      quiet = script[j].sign == ' ' ? quiet + 1 : 0;
      if (quiet == 0) end = j + 1;
    }
    end = std::min(script.size(), end + context);
    std::string body;
    std::size_t old_count = 0, new_count = 0;
    for (auto j = begin; j < end; ++j) {
      old_count += script[j].sign != '+';
      new_count += script[j].sign != '-';
      body += fmt::format("{}{}", script[j].sign, script[j].line);
      if (!script[j].line.ends_with('\n')) body += "\n\\ No newline at end of file\n";
    }
    out += fmt::format("@@ -{},{} +{},{} @@\n{}", old_line + (old_count > 0), old_count,
                       new_line + (new_count > 0), new_count, body);
    old_line += old_count;
    new_line += new_count;
    i = end;
  }
  return out;
}

}  // namespace tributary::config
