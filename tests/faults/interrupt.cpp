// Loaded before libc (LD_PRELOAD): ends the process by SIGKILL right before its N-th call that makes
// something durable or visible (write to a file at a place, flush, rename, removal, shortening), or lets that
// call fail with the error named. So every moment at which a crash can leave something half done is reached,
// one after the other, instead of by luck.
//
//   TRIBUTARY_INTERRUPT_AT=N      which call, from 1
//   TRIBUTARY_INTERRUPT_WITH=E    an errno to fail with instead of the kill: 5 (EIO), 28 (ENOSPC)
//   TRIBUTARY_INTERRUPT_COUNT=F   at exit, the number of calls is written into the file F
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

namespace {

std::atomic<long> calls{0};

long number_in(const char* name) {
  const char* text = getenv(name);
  return text == nullptr ? 0 : strtol(text, nullptr, 10);
}

/// True when this call shall fail; does not come back when the process shall end.
bool interrupts() {
  static const long at = number_in("TRIBUTARY_INTERRUPT_AT");
  static const long with = number_in("TRIBUTARY_INTERRUPT_WITH");
  const long call = ++calls;
  if (at == 0 || call != at) return false;
  if (with == 0) kill(getpid(), SIGKILL);
  errno = static_cast<int>(with);
  return true;
}

template <typename Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

bool is_file(int descriptor) {
  struct stat found{};
  return fstat(descriptor, &found) == 0 && S_ISREG(found.st_mode);
}

struct Report {
  ~Report() {
    const char* file = getenv("TRIBUTARY_INTERRUPT_COUNT");
    if (file == nullptr) return;
    if (FILE* to = fopen(file, "w"); to != nullptr) {
      fprintf(to, "%ld\n", calls.load());
      fclose(to);
    }
  }
} report;

}  // namespace

extern "C" {

int fsync(int descriptor) {
  return interrupts() ? -1 : next<int(int)>("fsync")(descriptor);
}
int fdatasync(int descriptor) {
  return interrupts() ? -1 : next<int(int)>("fdatasync")(descriptor);
}
int rename(const char* from, const char* to) {
  return interrupts() ? -1 : next<int(const char*, const char*)>("rename")(from, to);
}
int unlink(const char* path) {
  return interrupts() ? -1 : next<int(const char*)>("unlink")(path);
}
int ftruncate(int descriptor, off_t length) noexcept {
  return interrupts() ? -1 : next<int(int, off_t)>("ftruncate")(descriptor, length);
}
int ftruncate64(int descriptor, off64_t length) noexcept {
  return interrupts() ? -1 : next<int(int, off64_t)>("ftruncate64")(descriptor, length);
}
ssize_t pwrite(int descriptor, const void* bytes, size_t size, off_t at) {
  return interrupts() ? -1
                      : next<ssize_t(int, const void*, size_t, off_t)>("pwrite")(descriptor, bytes, size, at);
}
ssize_t pwrite64(int descriptor, const void* bytes, size_t size, off64_t at) {
  return interrupts()
             ? -1
             : next<ssize_t(int, const void*, size_t, off64_t)>("pwrite64")(descriptor, bytes, size, at);
}
ssize_t write(int descriptor, const void* bytes, size_t size) {
  // Pipes and sockets, logs among them, leave nothing behind.
  if (is_file(descriptor) && interrupts()) return -1;
  return next<ssize_t(int, const void*, size_t)>("write")(descriptor, bytes, size);
}
}
