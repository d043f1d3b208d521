// A reader of the output folder, a web server say, sees each document either as it was or as it is: bytes go
// to a staging folder inside it, are flushed, and take the document's place by rename(2). One writer at a
// time holds a lock on the folder, so whatever it finds in the staging folder was left by one that was
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
#include <utility>

#include "publisher/files.hpp"
#include "publisher/formats.hpp"
#include "publisher/publisher.hpp"

namespace tributary::publisher {
namespace {

namespace fs = std::filesystem;

constexpr const char* staging_name = ".tributary-staging";
constexpr std::array page_folders{"topics", "partners", "types"};
// Flushing the whole file system once costs less than flushing so many files one by one.
constexpr std::size_t many_files = 32;

std::unexpected<Error> failed(const fs::path& file, std::string_view what, int error_number) {
  return std::unexpected(
      Error{ErrorKind::io, file.string(), std::string(what) + ": " + reason(error_number)});
}

class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  ~Descriptor() { close(); }
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    close();
    number_ = std::exchange(other.number_, -1);
    return *this;
  }
  [[nodiscard]] int get() const { return number_; }
  /// 0, or the error number: a full disk may show only here.
  int close() {
    const int number = std::exchange(number_, -1);
    return number >= 0 && ::close(number) != 0 ? errno : 0;
  }

 private:
  int number_;
};

/// Only names that stay inside the folder, and out of the staging folder.
bool stays_inside(const fs::path& path) {
  return !path.empty() && path.is_relative() && path.has_filename() &&
         std::ranges::none_of(
             path, [](const fs::path& part) { return part == ".." || part == "." || part == staging_name; });
}

bool holds(const fs::path& file, std::string_view bytes) {
  std::error_code fault;
  if (!fs::is_regular_file(fs::symlink_status(file, fault)) || fs::file_size(file, fault) != bytes.size())
    return false;
  const auto present = read_file(file);
  return present && *present == bytes;
}

Result<void> flush_folder(const fs::path& folder) {
  const Descriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
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

/// 0 or the error number.
int make_file(const fs::path& file, std::string_view bytes, bool flush) {
  Descriptor descriptor(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644));
  if (descriptor.get() < 0) return errno;
  int error_number = write_all(descriptor.get(), bytes);
  if (error_number == 0 && flush && ::fsync(descriptor.get()) != 0) error_number = errno;
  const int close_error = descriptor.close();
  return error_number != 0 ? error_number : close_error;
}

/// A page's folder is ours when its atom.xml says so: that one goes last, so that a removal that was cut
/// short is taken up again.
bool is_ours(const fs::path& folder) {
  const auto atom = read_file(folder / "atom.xml");
  return atom && atom->contains("<generator>Tributary</generator>");
}

std::vector<fs::path> folders_in(const fs::path& folder) {
  std::vector<fs::path> folders;
  std::error_code fault;
  for (fs::directory_iterator entry(folder, fault), end; !fault && entry != end; entry.increment(fault)) {
    std::error_code ignored;
    if (entry->is_directory(ignored) && !entry->is_symlink(ignored)) folders.push_back(entry->path());
  }
  return folders;
}

/// The documents of one page; what someone else has put beside them stays.
Result<std::size_t> remove_page(const fs::path& folder) {
  std::size_t removed = 0;
  const auto remove = [&](std::string_view name) -> Result<void> {
    if (::unlink((folder / name).c_str()) == 0) {
      ++removed;
    } else if (errno != ENOENT) {
      return failed(folder / name, "cannot be removed", errno);
    }
    return {};
  };
  for (const Format& format : formats) {
    if (format.name == "atom") continue;
    if (const auto gone = remove(format.file); !gone) return std::unexpected(gone.error());
  }
  if (const auto gone = remove("atom.xml"); !gone) return std::unexpected(gone.error());
  ::rmdir(folder.c_str());  // fails, rightly, while something is in it
  return removed;
}

}  // namespace

struct Output::Impl {
  fs::path folder;
  Descriptor lock;
  Written written = {};
  std::set<std::string> pages = {};  ///< put or kept
  std::set<fs::path> made = {}, changed = {};

  [[nodiscard]] fs::path staging() const { return folder / staging_name; }

  Result<void> check(const OutputFile& output) const {
    if (stays_inside(output.path)) return {};
    return std::unexpected(Error{ErrorKind::io, output.path, "is no path inside the output folder"});
  }

  Result<void> prepare(const fs::path& parent) {
    if (!made.insert(parent).second) return {};
    std::error_code fault;
    fs::create_directories(parent, fault);
    if (fault) return failed(parent, "cannot be made", fault.value());
    return {};
  }

  /// Writes all, flushes all, and only then lets each take its place.
  Result<void> replace(std::span<const OutputFile* const> outputs) {
    std::error_code ignored;
    fs::remove_all(staging(), ignored);
    if (::mkdir(staging().c_str(), 0755) != 0) return failed(staging(), "cannot be made", errno);
    const bool many = outputs.size() > many_files;
    const auto give_up = [&](const OutputFile& output, int error_number) {
      fs::remove_all(staging(), ignored);
      return failed(folder / output.path, "cannot be written", error_number);
    };
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      if (const int fault = make_file(staging() / std::to_string(i), outputs[i]->bytes, !many)) {
        return give_up(*outputs[i], fault);
      }
    }
    if (many && ::syncfs(lock.get()) != 0) return give_up(*outputs.front(), errno);
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      const fs::path file = folder / outputs[i]->path;
      if (::rename((staging() / std::to_string(i)).c_str(), file.c_str()) != 0)
        return give_up(*outputs[i], errno);
      changed.insert(file.parent_path());
      ++written.written;
    }
    fs::remove_all(staging(), ignored);
    return {};
  }

  Result<void> remove_vanished() {
    const auto consider = [&](const fs::path& page, const std::string& path) -> Result<void> {
      if (pages.contains(path) || !is_ours(page)) return {};
      const auto removed = remove_page(page);
      if (!removed) return std::unexpected(removed.error());
      written.removed += *removed;
      return {};
    };
    for (const char* kind : page_folders) {
      for (const fs::path& page : folders_in(folder / kind)) {
        const std::string path = std::string(kind) + "/" + page.filename().string() + "/";
        if (const auto done = consider(page / "others", path + "others/"); !done) return done;
        if (const auto done = consider(page, path); !done) return done;
      }
    }
    return {};
  }
};

Output::Output() : impl_(std::make_unique<Impl>()) {}
Output::~Output() = default;
Output::Output(Output&&) noexcept = default;
Output& Output::operator=(Output&&) noexcept = default;

Result<Output> Output::open(const fs::path& folder) {
  std::error_code fault;
  fs::create_directories(folder, fault);
  if (fault) return failed(folder, "cannot be made", fault.value());
  Output output;
  output.impl_->folder = folder;
  output.impl_->lock = Descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const int lock = output.impl_->lock.get();
  if (lock < 0) return failed(folder, "cannot be opened", errno);
  while (::flock(lock, LOCK_EX) != 0) {
    if (errno != EINTR) return failed(folder, "cannot be locked", errno);
  }
  fs::remove_all(output.impl_->staging(), fault);
  return output;
}

Result<void> Output::put(std::span<const OutputFile> files) {
  Impl& impl = *impl_;
  std::vector<const OutputFile*> changed;
  for (const OutputFile& output : files) {
    if (const auto fine = impl.check(output); !fine) return fine;
    const fs::path file = impl.folder / output.path;
    if (output.path.ends_with("/atom.xml")) keep(output.path.substr(0, output.path.size() - 8));
    if (const auto ready = impl.prepare(file.parent_path()); !ready) return ready;
    if (holds(file, output.bytes)) {
      ++impl.written.unchanged;
    } else {
      changed.push_back(&output);
    }
  }
  return changed.empty() ? Result<void>{} : impl.replace(changed);
}

Result<void> Output::put(const OutputFile& file) {
  return put(std::span(&file, 1));
}

void Output::keep(const std::string& page) {
  impl_->pages.insert(page);
}

Result<void> Output::remove(const std::string& path) {
  if (const auto fine = impl_->check({path, {}}); !fine) return fine;
  const fs::path file = impl_->folder / path;
  if (::unlink(file.c_str()) == 0) {
    ++impl_->written.removed;
    if (::rmdir(file.parent_path().c_str()) != 0) impl_->changed.insert(file.parent_path());
  } else if (errno != ENOENT && errno != ENOTDIR) {
    return failed(file, "cannot be removed", errno);
  }
  return {};
}

Result<Written> Output::finish() {
  if (const auto removed = impl_->remove_vanished(); !removed) return std::unexpected(removed.error());
  for (const fs::path& folder : impl_->changed) {
    if (const auto flushed = flush_folder(folder); !flushed) return std::unexpected(flushed.error());
  }
  return impl_->written;
}

Result<Written> write(const fs::path& folder, std::span<const OutputFile> files) {
  auto output = Output::open(folder);
  if (!output) return std::unexpected(output.error());
  if (const auto put = output->put(files); !put) return std::unexpected(put.error());
  return output->finish();
}

}  // namespace tributary::publisher
