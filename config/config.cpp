#include "config/config.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <system_error>

#include <fmt/format.h>

#include "config/cross.hpp"
#include "config/keys.hpp"
#include "config/node.hpp"
#include "config/reader.hpp"

namespace tributary::config {
namespace {

// A hundred thousand feeds with all their options.
constexpr std::uintmax_t largest_file = 64ULL << 20;

std::unexpected<std::vector<Fault>> unreadable(const std::filesystem::path& file, std::string what,
                                               std::string mend) {
  return std::unexpected(std::vector{Fault{
      .file = file.string(), .code = "unreadable-file", .what = std::move(what), .mend = std::move(mend)}});
}

}  // namespace

std::string to_string(const Fault& fault) {
  const auto place =
      fault.line > 0 ? fmt::format("{}:{}:{}", fault.file, fault.line, fault.column) : fault.file;
  return fmt::format("{}: {}{}; {}", place, fault.warning ? "warning: " : "", fault.what, fault.mend);
}

std::expected<Loaded, std::vector<Fault>> parse(std::string_view yaml, const std::filesystem::path& file) {
  const Source source(file, yaml);
  if (auto fault = source.unreadable()) return std::unexpected(std::vector{std::move(*fault)});
  std::vector<Fault> faults;
  const Tree tree = read_tree(source, faults);
  Reader reader(source, tree, faults);
  Loaded loaded;
  if (tree.root.kind == Node::Kind::null) {
    if (tree.whole)
      reader.fault(Span{}, "missing-key", "the file says nothing",
                   "write `site:` with title and url, and `feeds:`");
  } else if (auto config = feeds_yaml().read(tree.root, reader)) {
    loaded.config = std::move(*config);
    loaded.config.file = file;
    if (tree.whole) join(loaded.config, tree.root, reader);
  }
  reader.dot_out_secrets();
  std::ranges::stable_sort(faults, {},
                           [](const Fault& fault) { return std::pair(fault.line, fault.column); });
  if (!std::ranges::all_of(faults, &Fault::warning)) return std::unexpected(std::move(faults));
  loaded.warnings = std::move(faults);
  return loaded;
}

std::expected<Loaded, std::vector<Fault>> load(const std::filesystem::path& file) {
  std::error_code error;
  const auto status = std::filesystem::status(file, error);
  if (!std::filesystem::exists(status)) {
    return unreadable(file, "the file is not there",
                      "name another with --config, or write one: the sample feeds.yaml is a beginning");
  }
  if (std::filesystem::is_directory(status))
    return unreadable(file, "this is a folder", "name the file in it");
  const auto size = std::filesystem::file_size(file, error);
  if (!error && size > largest_file) {
    return unreadable(file, fmt::format("the file has {} bytes, more than {}", size, largest_file),
                      "look whether it is the right one");
  }
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream content;
  content << stream.rdbuf();
  if (!stream || (content.fail() && size > 0))
    return unreadable(file, "the file can't be read", "look at its permissions");
  return parse(content.view(), file);
}

}  // namespace tributary::config
