// A reader of the output folder, a web server say, sees each document either as it was or as it is: bytes go
// to a temporary file in the same folder, are flushed, and take the document's name by rename(2). One writer
// at a time holds a lock on the folder, so every temporary file that it finds was left by one that was
// killed.
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <set>
#include <string>

#include "publisher/files.hpp"
#include "publisher/formats.hpp"
#include "publisher/publisher.hpp"

namespace tributary::publisher {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view temporary_prefix = ".tributary-";
constexpr std::string_view temporary_suffix = ".tmp";
constexpr std::array page_folders{"topics", "partners", "types"};

std::unexpected<Error> failed(const fs::path& file, std::string_view what, int error_number) {
  return std::unexpected(
      Error{ErrorKind::io, file.string(), std::string(what) + ": " + reason(error_number)});
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() { close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return number_; }
  /// 0, or the error number: a full disk may show only here.
  int close() {
    const int number = std::exchange(number_, -1);
    return number >= 0 && ::close(number) != 0 ? errno : 0;
  }

 private:
  int number_;
};

bool is_temporary(const std::string& name) {
  return name.starts_with(temporary_prefix) && name.ends_with(temporary_suffix);
}

/// Only names that stay inside the folder.
bool stays_inside(const fs::path& path) {
  return !path.empty() && path.is_relative() && path.has_filename() &&
         std::ranges::none_of(path, [](const fs::path& part) { return part == ".." || part == "."; });
}

bool holds(const fs::path& file, std::string_view bytes) {
  std::error_code fault;
  if (!fs::is_regular_file(fs::symlink_status(file, fault)) || fs::file_size(file, fault) != bytes.size())
    return false;
  const auto present = read_file(file);
  return present && *present == bytes;
}

Result<void> flush_folder(const fs::path& folder) {
  Descriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (descriptor.get() < 0 || ::fsync(descriptor.get()) != 0)
    return failed(folder, "cannot be flushed", errno);
  return {};
}

int write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(descriptor, bytes.data(), bytes.size());
    if (count < 0) {
      if (errno == EINTR) continue;
      return errno;
    }
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return 0;
}

Result<void> replace(const fs::path& file, std::string_view bytes) {
  const fs::path temporary = file.parent_path() / (std::string(temporary_prefix) + file.filename().string() +
                                                   std::string(temporary_suffix));
  Descriptor descriptor(
      ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644));
  if (descriptor.get() < 0) return failed(file, "cannot be written", errno);
  int error_number = write_all(descriptor.get(), bytes);
  if (error_number == 0 && ::fsync(descriptor.get()) != 0) error_number = errno;
  const int close_error = descriptor.close();
  if (error_number == 0) error_number = close_error;
  if (error_number == 0 && ::rename(temporary.c_str(), file.c_str()) != 0) error_number = errno;
  if (error_number != 0) {
    ::unlink(temporary.c_str());
    return failed(file, "cannot be written", error_number);
  }
  return {};
}

/// Removes what a killed writer left in one folder.
void sweep(const fs::path& folder) {
  std::error_code fault;
  for (fs::directory_iterator entry(folder, fault), end; !fault && entry != end; entry.increment(fault)) {
    if (is_temporary(entry->path().filename().string())) ::unlink(entry->path().c_str());
  }
}

/// A page's folder is ours when its atom.xml says so: that one goes last, so that a removal that was cut
/// short is taken up again.
bool is_ours(const fs::path& folder) {
  const auto atom = read_file(folder / "atom.xml");
  return atom && atom->contains("<generator>Tributary</generator>");
}

/// Documents of pages that are published no more. What someone else has put beside them stays.
Result<std::size_t> remove_vanished(const fs::path& folder, const std::set<std::string>& paths) {
  std::size_t removed = 0;
  std::error_code fault;
  for (const char* kind : page_folders) {
    std::vector<fs::path> pages;
    for (fs::directory_iterator entry(folder / kind, fault), end; !fault && entry != end;
         entry.increment(fault)) {
      if (entry->is_directory(fault) && !entry->is_symlink(fault)) pages.push_back(entry->path());
    }
    for (const fs::path& page : pages) {
      const std::string path = std::string(kind) + "/" + page.filename().string() + "/";
      if (paths.contains(path + "atom.xml") || !is_ours(page)) continue;
      sweep(page);
      for (const std::string_view file : {"index.html", "rss.xml", "feed.json", "atom.xml"}) {
        if (::unlink((page / file).c_str()) == 0) {
          ++removed;
        } else if (errno != ENOENT) {
          return failed(page / file, "cannot be removed", errno);
        }
      }
      ::rmdir(page.c_str());  // stays when something else is in it
    }
  }
  return removed;
}

}  // namespace

Result<Written> write(const fs::path& folder, std::span<const OutputFile> files) {
  std::error_code fault;
  fs::create_directories(folder, fault);
  if (fault) return failed(folder, "cannot be made", fault.value());
  Descriptor lock(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (lock.get() < 0) return failed(folder, "cannot be opened", errno);
  while (::flock(lock.get(), LOCK_EX) != 0) {
    if (errno != EINTR) return failed(folder, "cannot be locked", errno);
  }

  Written written;
  std::set<std::string> paths;
  std::set<fs::path> folders, changed;
  for (const OutputFile& output : files) {
    if (!stays_inside(output.path)) {
      return std::unexpected(Error{ErrorKind::io, output.path, "is no path inside the output folder"});
    }
    const fs::path file = folder / output.path;
    const fs::path parent = file.parent_path();
    paths.insert(output.path);
    if (folders.insert(parent).second) {
      fs::create_directories(parent, fault);
      if (fault) return failed(parent, "cannot be made", fault.value());
      sweep(parent);
    }
    if (holds(file, output.bytes)) {
      ++written.unchanged;
      continue;
    }
    if (const auto replaced = replace(file, output.bytes); !replaced)
      return std::unexpected(replaced.error());
    changed.insert(parent);
    ++written.written;
  }
  for (const fs::path& parent : changed) {
    if (const auto flushed = flush_folder(parent); !flushed) return std::unexpected(flushed.error());
  }
  const auto removed = remove_vanished(folder, paths);
  if (!removed) return std::unexpected(removed.error());
  written.removed = *removed;
  return written;
}

}  // namespace tributary::publisher
