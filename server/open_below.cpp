#include "server/open_below.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace tributary::server {
namespace {

// Name by name, no link at all: for kernels before 5.6 and for filters that do not know openat2.
int walk(int root, const std::string& path) {
  int folder = ::dup(root);
  std::size_t from = 0;
  while (folder >= 0) {
    const auto slash = path.find('/', from);
    const std::string name = path.substr(from, slash - from);
    const int flags =
        O_CLOEXEC | O_NOFOLLOW | (slash == std::string::npos ? O_RDONLY | O_NONBLOCK : O_PATH | O_DIRECTORY);
    const int next = ::openat(folder, name.c_str(), flags);
    const int error = errno;
    ::close(folder);
    errno = error;
    if (slash == std::string::npos) return next;
    folder = next;
    from = slash + 1;
  }
  return -1;
}

}  // namespace

int open_below(const std::string& root, const std::string& path) {
  // Opened anew each time: the folder itself may be a link that is switched to another release.
  const int folder = ::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return -1;
  ::open_how how = {};
  how.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK;  // a pipe must not hold us
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  int file = static_cast<int>(::syscall(SYS_openat2, folder, path.c_str(), &how, sizeof how));
  if (file < 0 && (errno == ENOSYS || errno == EPERM || errno == EINVAL)) file = walk(folder, path);
  const int error = errno;
  ::close(folder);
  errno = error;
  return file;
}

}  // namespace tributary::server
