#include "app/feeds_file.hpp"

#include <fstream>
#include <iostream>
#include <iterator>

#include "config/edit.hpp"

namespace tributary::app {

Result<std::string> read_whole(const std::string& source) {
  if (source == "-") {
    std::cin >> std::noskipws;
    return std::string{std::istreambuf_iterator<char>(std::cin), {}};
  }
  std::error_code ignored;
  if (std::filesystem::is_directory(source, ignored)) {
    return std::unexpected(Error{ErrorKind::usage, source, "is a folder, not a file"});
  }
  std::ifstream in(source, std::ios::binary);
  if (!in) return std::unexpected(Error{ErrorKind::usage, source, "cannot be read"});
  std::string bytes{std::istreambuf_iterator<char>(in), {}};
  if (in.bad()) return std::unexpected(Error{ErrorKind::usage, source, "cannot be read to its end"});
  return bytes;
}

int change_feeds_file(const Context& context, std::string_view before, std::string_view after, bool dry_run) {
  std::cout << config::unified_diff(before, after, context.config_file.filename().string());
  if (before == after || dry_run) return Exit::done;
  if (const auto saved = config::save(context.config_file, before, after); !saved) return fail(saved.error());
  return Exit::done;
}

}  // namespace tributary::app
