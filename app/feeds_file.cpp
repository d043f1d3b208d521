#include "app/feeds_file.hpp"

#include <fstream>
#include <iostream>
#include <iterator>

#include "config/edit.hpp"

namespace tributary::app {

namespace {

/// Block by block, with room for what is expected: letter by letter a large document takes longer to read
/// than to parse.
std::string read_to_end(std::istream& in, std::size_t expected) {
  constexpr std::size_t block = 64 * 1024;
  std::string bytes;
  bytes.reserve(expected + block);
  while (in) {
    const std::size_t size = bytes.size();
    bytes.resize(size + block);
    in.read(bytes.data() + size, block);
    bytes.resize(size + static_cast<std::size_t>(in.gcount()));
  }
  return bytes;
}

}  // namespace

Result<std::string> read_whole(const std::string& source) {
  if (source == "-") {
    return read_to_end(std::cin, 0);
  }
  std::error_code ignored;
  if (std::filesystem::is_directory(source, ignored)) {
    return std::unexpected(Error{ErrorKind::usage, source, "is a folder, not a file"});
  }
  std::ifstream in(source, std::ios::binary);
  if (!in) return std::unexpected(Error{ErrorKind::usage, source, "cannot be read"});
  const auto size = std::filesystem::file_size(source, ignored);  // a pipe has none
  std::string bytes = read_to_end(in, ignored ? 0 : size);
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
