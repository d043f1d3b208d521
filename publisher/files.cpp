#include "publisher/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace tributary::publisher {

std::string reason(int error_number) {
  return std::generic_category().message(error_number);
}

Result<std::string> read_file(const std::filesystem::path& file) {
  const auto failed = [&](int error_number) {
    return std::unexpected(Error{ErrorKind::io, file.string(), "cannot be read: " + reason(error_number)});
  };
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return failed(errno);
  std::string bytes;
  int error_number = 0;
  if (struct stat info{}; ::fstat(descriptor, &info) == 0) {
    if (S_ISDIR(info.st_mode)) error_number = EISDIR;
    if (info.st_size > 0) bytes.reserve(static_cast<std::size_t>(info.st_size));
  }
  char buffer[65536];
  while (error_number == 0) {
    const ssize_t count = ::read(descriptor, buffer, sizeof buffer);
    if (count == 0) break;
    if (count > 0) {
      bytes.append(buffer, static_cast<std::size_t>(count));
    } else if (errno != EINTR) {
      error_number = errno;
    }
  }
  ::close(descriptor);
  if (error_number != 0) return failed(error_number);
  return bytes;
}

}  // namespace tributary::publisher
