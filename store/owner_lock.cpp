#include "store/owner_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <thread>
#include <utility>

namespace tributary::store {
namespace {

std::string owner_of(int descriptor) {
  char text[32] = {};
  const ssize_t size = pread(descriptor, text, sizeof text - 1, 0);
  std::string pid(text, size > 0 ? static_cast<std::size_t>(size) : 0);
  while (!pid.empty() && pid.back() == '\n') pid.pop_back();
  return pid;
}

}  // namespace

Result<OwnerLock> OwnerLock::take(const std::filesystem::path& store, std::chrono::milliseconds patience) {
  const std::string file = store.string() + ".lock";
  const int descriptor = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor < 0)
    return std::unexpected(
        Error{ErrorKind::store, file, std::string("cannot be made: ") + std::strerror(errno)});
  OwnerLock lock(descriptor);
  const auto end = std::chrono::steady_clock::now() + patience;
  while (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    if (std::chrono::steady_clock::now() >= end) {
      const std::string pid = owner_of(descriptor);
      return std::unexpected(Error{ErrorKind::store_busy, store.string(),
                                   "another process owns the store" +
                                       (pid.empty() ? "" : " (process " + pid + ")") +
                                       "; only one may write at a time"});
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
  }
  const std::string pid = std::to_string(getpid()) + "\n";
  // Only a help for people: the lock is the kernel's, and holds without the number.
  if (ftruncate(descriptor, 0) == 0 && pwrite(descriptor, pid.data(), pid.size(), 0) < 0) return lock;
  return lock;
}

OwnerLock::OwnerLock(OwnerLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

OwnerLock::~OwnerLock() {
  if (descriptor_ >= 0) close(descriptor_);
}

}  // namespace tributary::store
