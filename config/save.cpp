#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <system_error>

#include <fmt/format.h>

#include "config/edit.hpp"

namespace tributary::config {
namespace {

namespace fs = std::filesystem;

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return number_; }

 private:
  int number_;
};

Error failed(const fs::path& file, std::string_view doing) {
  return {.kind = ErrorKind::io,
          .where = file.string(),
          .detail = fmt::format("{}: {}", doing, std::strerror(errno))};
}

bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

Result<void> save(const fs::path& file, std::string_view before, std::string_view after) {
  std::error_code error;
  const auto target = fs::weakly_canonical(file, error);
  if (error)
    return std::unexpected(Error{.kind = ErrorKind::io, .where = file.string(), .detail = error.message()});
  std::ostringstream content;
  if (std::ifstream stream(target, std::ios::binary); stream) content << stream.rdbuf();
  if (content.view() != before) {
    return std::unexpected(
        Error{.kind = ErrorKind::config,
              .where = file.string(),
              .detail = "the file was changed by somebody else meanwhile; nothing was written"});
  }
  struct stat status{};
  const bool existed = ::stat(target.c_str(), &status) == 0;
  std::string name = target.string() + ".XXXXXX";
  const Descriptor descriptor(::mkstemp(name.data()));
  if (descriptor.get() < 0)
    return std::unexpected(failed(target.parent_path(), "no file can be made in this folder"));
  bool good = write_all(descriptor.get(), after);
  if (good && existed) {
    good = ::fchmod(descriptor.get(), status.st_mode & 07777) == 0;
    // Only root may give files away; for others the owner is the same already.
    if (good && ::fchown(descriptor.get(), status.st_uid, status.st_gid) != 0 && errno != EPERM) good = false;
  } else if (good) {
    good = ::fchmod(descriptor.get(), 0644) == 0;
  }
  good = good && ::fsync(descriptor.get()) == 0 && ::rename(name.c_str(), target.c_str()) == 0;
  if (!good) {
    auto failure = failed(target, "the file can't be written");
    ::unlink(name.c_str());
    return std::unexpected(std::move(failure));
  }
  const Descriptor folder(::open(target.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.get() >= 0) ::fsync(folder.get());
  return {};
}

}  // namespace tributary::config
