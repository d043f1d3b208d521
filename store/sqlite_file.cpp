#include "store/sqlite_file.hpp"

#include <array>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <set>
#include <string>
#include <system_error>

namespace tributary::store {
namespace {

std::uint32_t big_endian(const char* at) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(at);
  return std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 | std::uint32_t{bytes[2]} << 8 |
         bytes[3];
}

std::unexpected<Error> damaged(const std::filesystem::path& file, const std::string& what) {
  return std::unexpected(
      Error{ErrorKind::store_damaged, file.string(),
            what + ". Nothing was changed; put a backup in its place, or move it away to begin anew"});
}

/// The pages that whole frames of the log hold (https://www.sqlite.org/fileformat2.html, section 4): those
/// with the header's salt. `pages` becomes the size of the database after the last commit in it.
std::set<std::uint32_t> pages_in_log(const std::filesystem::path& log, std::uint32_t& pages) {
  std::set<std::uint32_t> found;
  std::ifstream in(log, std::ios::binary);
  std::array<char, 32> header{};
  if (!in.read(header.data(), header.size())) return found;
  const std::uint32_t page_size = big_endian(header.data() + 8);
  if (page_size < 512 || page_size > 65536) return found;
  std::array<char, 24> frame{};
  std::set<std::uint32_t> uncommitted;
  while (in.read(frame.data(), frame.size()) && std::memcmp(frame.data() + 8, header.data() + 16, 8) == 0) {
    uncommitted.insert(big_endian(frame.data()));
    if (const auto size = big_endian(frame.data() + 4); size != 0) {
      pages = size;
      found.merge(uncommitted);
      uncommitted.clear();
    }
    in.seekg(page_size, std::ios::cur);
  }
  return found;
}

}  // namespace

Result<void> check_sqlite_file(const std::filesystem::path& file) {
  std::error_code fault;
  const auto status = std::filesystem::status(file, fault);
  if (!std::filesystem::exists(status)) return {};
  if (std::filesystem::is_directory(status)) {
    return std::unexpected(Error{ErrorKind::store, file.string(), "is a folder, not a store: name a file"});
  }
  const auto size = std::filesystem::file_size(file, fault);
  if (fault) return std::unexpected(Error{ErrorKind::store, file.string(), fault.message()});
  const std::filesystem::path log = file.string() + "-wal";
  if (size == 0) {
    // A store is made empty and filled through its log: with a log that holds more, that is where it is.
    return {};
  }
  std::ifstream in(file, std::ios::binary);
  std::array<char, 100> header{};
  if (!in.is_open()) {
    return std::unexpected(
        Error{ErrorKind::store, file.string(), std::string("cannot be read: ") + std::strerror(errno)});
  }
  in.read(header.data(), header.size());
  const auto got = static_cast<std::size_t>(in.gcount());
  constexpr std::string_view magic("SQLite format 3\0", 16);
  if (std::string_view(header.data(), std::min(got, magic.size())) !=
      magic.substr(0, std::min(got, magic.size()))) {
    return damaged(file, "is not a store of Tributary's (no SQLite database, or its beginning is damaged)");
  }
  if (got < header.size()) return damaged(file, "is truncated: it ends within its header");

  std::uint32_t page_size =
      (std::uint32_t{static_cast<unsigned char>(header[16])} << 8) | static_cast<unsigned char>(header[17]);
  if (page_size == 1) page_size = 65536;
  if (page_size < 512 || (page_size & (page_size - 1)) != 0) return damaged(file, "has a damaged header");
  std::uint32_t pages = big_endian(header.data() + 28);
  // The count in the header holds only when the last writer knew of it (section 1.3.7).
  if (pages == 0 || big_endian(header.data() + 24) != big_endian(header.data() + 92)) return {};

  const auto in_log = pages_in_log(log, pages);
  const std::uint64_t whole = size / page_size;
  for (std::uint64_t page = whole + 1; page <= pages; ++page) {
    if (!in_log.contains(static_cast<std::uint32_t>(page))) {
      return damaged(file, "is truncated: it holds " + std::to_string(size) + " bytes of the " +
                               std::to_string(std::uint64_t{pages} * page_size) + " that its header counts");
    }
  }
  return {};
}

}  // namespace tributary::store
