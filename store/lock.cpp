#include "store/lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <string>
#include <thread>

namespace tributary::store {
namespace {

std::string owner_in(int descriptor) {
  char text[32] = {};
  const auto size = ::pread(descriptor, text, sizeof text - 1, 0);
  std::string owner(text, size > 0 ? static_cast<std::size_t>(size) : 0);
  while (!owner.empty() && owner.back() <= ' ') owner.pop_back();
  return owner;
}

}  // namespace

Result<OwnershipLock> OwnershipLock::take(const std::filesystem::path& file,
                                          std::chrono::milliseconds patience) {
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (descriptor < 0) {
    return std::unexpected(Error{ErrorKind::store, file.string(),
                                 std::string("the store cannot be taken for writing: ") +
                                     std::strerror(errno) + ". Make its folder writable for this user"});
  }
  OwnershipLock lock(descriptor);
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) {
      return std::unexpected(
          Error{ErrorKind::store, file.string(), std::string("cannot be locked: ") + std::strerror(errno)});
    }
    if (std::chrono::steady_clock::now() >= deadline) {
      const auto owner = owner_in(descriptor);
      return std::unexpected(Error{ErrorKind::store_busy, file.string(),
                                   "the store is in use by " +
                                       (owner.empty() ? std::string("another process") : "process " + owner) +
                                       ". Wait for it to end, or end it"});
    }
    // The kernel offers no lock with a deadline.
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  // A full disk must not keep anybody from the store: the number is a courtesy.
  const auto text = std::to_string(::getpid()) + "\n";
  if (::ftruncate(descriptor, 0) == 0 && ::pwrite(descriptor, text.data(), text.size(), 0) < 0) errno = 0;
  return lock;
}

OwnershipLock::~OwnershipLock() {
  // The file stays: removing it would let two processes lock two files of one name.
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace tributary::store
