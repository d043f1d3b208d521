#include "server/file_cache.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "server/hash.hpp"
#include "server/head.hpp"
#include "server/open_below.hpp"

namespace tributary::server {
namespace {

// What a slot costs besides the bytes of its file: heads, keys, list nodes.
constexpr std::size_t overhead = 4096;

// Below this size one gathered write is as quick as two calls without a copy.
constexpr std::size_t worth_pages = 16 * 1024;
constexpr unsigned asked_often = 4;
constexpr std::size_t most_paged = 64;  // descriptors

// Of a version only its entries' hashes are remembered: 8 bytes each, 16 MB in all.
constexpr std::size_t remembered_entries = 2'000'000;
constexpr std::size_t deltas_kept = 16;  // of one version of a file

// A version of a file on disk: by rename comes another inode, by writing in place another time or size.
bool same_version(const struct ::stat& a, const struct ::stat& b) {
  return a.st_ino == b.st_ino && a.st_dev == b.st_dev && a.st_size == b.st_size &&
         a.st_mtim.tv_sec == b.st_mtim.tv_sec && a.st_mtim.tv_nsec == b.st_mtim.tv_nsec &&
         a.st_ctim.tv_sec == b.st_ctim.tv_sec && a.st_ctim.tv_nsec == b.st_ctim.tv_nsec;
}

bool read_whole(int fd, std::size_t size, std::string& bytes) {
  bytes.resize(size);
  std::size_t done = 0;
  while (done < size) {
    const ssize_t got = ::pread(fd, bytes.data() + done, size - done, static_cast<off_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    done += static_cast<std::size_t>(got);
  }
  return true;
}

// Reads the version that is there now. A writer that does not rename may be at it: then what was read is
// dropped.
bool read_version(int fd, struct ::stat& seen, std::string& bytes) {
  for (int attempt = 0; attempt < 4; ++attempt) {
    if (::fstat(fd, &seen) != 0) return false;
    if (!read_whole(fd, static_cast<std::size_t>(seen.st_size), bytes)) continue;
    struct ::stat after = {};
    if (::fstat(fd, &after) == 0 && same_version(seen, after)) return true;
  }
  return false;
}

Timestamp time_of(const struct ::stat& seen) {
  return Timestamp{std::chrono::seconds{seen.st_mtim.tv_sec}};
}

std::size_t cost(const File& file) {
  std::size_t bytes = overhead;
  for (const auto& form : file.forms) bytes += form.bytes.capacity() * (form.pages.open() ? 2 : 1);
  return bytes;
}

std::size_t paged(const File& file) {
  return static_cast<std::size_t>(
      std::ranges::count_if(file.forms, [](const auto& form) { return form.pages.open(); }));
}

// A file in memory with these bytes, that nobody can change any more.
Descriptor in_memory(std::string_view bytes) {
  Descriptor fd(::memfd_create("tributary", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  std::size_t done = 0;
  while (fd.open() && done < bytes.size()) {
    const ssize_t put = ::write(fd.get(), bytes.data() + done, bytes.size() - done);
    if (put <= 0) return Descriptor{};
    done += static_cast<std::size_t>(put);
  }
  if (fd.open()) ::fcntl(fd.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL);
  return fd;
}

void make_form(File& file, Coding coding) {
  auto& form = file.forms[static_cast<std::size_t>(coding)];
  form.made = true;
  const std::size_t length = file.stream.open() ? file.size : form.bytes.size();
  form.head = head_of(file, coding, length, 200);
}

// Last-Modified says when the bytes last changed and never goes back (RFC 9110 section 8.8.2): not for a file
// that was only touched, and not when an older file is put in a newer one's place.
void date_version(File& file, const File* before, Timestamp now) {
  file.modified = std::min(time_of(file.seen), now);
  if (before == nullptr) return;
  if (file.hash == before->hash) {
    file.modified = before->modified;
    file.weak_date = before->weak_date;
  } else if (file.modified <= before->modified) {
    file.modified = before->modified;
    file.weak_date = true;
  }
}

}  // namespace

Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

FileCache::FileCache(Settings settings) : versions_(remembered_entries) {
  change(std::move(settings));
}

void FileCache::change(Settings settings) {
  settings_ = std::move(settings);
  root_ = settings_.folder.string();
  if (root_.empty()) root_ = ".";
  if (!root_.ends_with('/')) root_ += '/';
  slots_.clear();
  uses_.clear();
  bytes_ = paged_ = 0;
}

FileCache::Found FileCache::find(const std::string& path, Timestamp now) {
  const auto slot = slots_.find(path);
  if (slot != slots_.end() && trusting_ != 0 && slot->second.looked == trusting_)
    return {What::file, slot->second.file};
  full_.assign(root_).append(path);
  struct ::stat seen = {};
  if (::stat(full_.c_str(), &seen) != 0) {
    // Its past stays with the slot only while the file is there: a page that is gone and comes back begins
    // anew.
    if (errno == ENOENT) drop(path);
    return {errno == EMFILE || errno == ENFILE || errno == EIO ? What::trouble : What::nothing, {}};
  }
  if (S_ISDIR(seen.st_mode)) return {What::folder, {}};
  if (!S_ISREG(seen.st_mode)) return {};
  if (slot != slots_.end() && same_version(slot->second.file->seen, seen)) {
    slot->second.looked = trusting_;
    uses_.splice(uses_.begin(), uses_, slot->second.use);
    return {What::file, slot->second.file};
  }
  return load(path, now);
}

FileCache::Found FileCache::load(const std::string& path, Timestamp now) {
  Descriptor fd(open_below(root_, path));
  if (!fd.open())
    return {errno == EMFILE || errno == ENFILE || errno == EIO ? What::trouble : What::nothing, {}};
  auto file = std::make_shared<File>();
  file->path = path;
  auto& plain = file->forms[static_cast<std::size_t>(Coding::plain)];
  if (::fstat(fd.get(), &file->seen) != 0) return {What::trouble, {}};
  if (!S_ISREG(file->seen.st_mode)) return {};
  if (static_cast<std::size_t>(file->seen.st_size) > settings_.bytes / 8) {
    // Too large to keep: a version is told by its place on the disk instead of by its bytes, and a reader
    // that has the old one open goes on with it.
    const auto& seen = file->seen;
    file->hash =
        content_hash(std::to_string(seen.st_ino) + ' ' + std::to_string(seen.st_size) + ' ' +
                     std::to_string(seen.st_mtim.tv_sec) + ' ' + std::to_string(seen.st_mtim.tv_nsec));
    std::string beginning;
    if (!read_whole(fd.get(), std::min<std::size_t>(4096, static_cast<std::size_t>(seen.st_size)), beginning))
      return {What::trouble, {}};
    file->kind = kind_of(path, beginning);
    file->stream = std::move(fd);
  } else {
    if (!read_version(fd.get(), file->seen, plain.bytes)) return {What::trouble, {}};
    file->hash = content_hash(plain.bytes);
    file->kind = kind_of(path, plain.bytes);
    if (file->kind.entries) versions_.add(file->hash, plain.bytes);
  }
  file->size = static_cast<std::uint64_t>(file->seen.st_size);
  const auto slot = slots_.find(path);
  date_version(*file, slot == slots_.end() ? nullptr : slot->second.file.get(), now);
  file->fields = fields_of(*file, settings_.site_url, settings_.hub_url);
  for (const Coding coding : {Coding::brotli, Coding::gzip, Coding::plain}) {
    file->forms[static_cast<std::size_t>(coding)].unchanged_head = head_of(*file, coding, 0, 304);
  }
  make_form(*file, Coding::plain);
  keep(path, file);
  return {What::file, file};
}

Coding FileCache::select(File& file, const Acceptable& acceptable) {
  if (!file.kind.text || file.stream.open()) return Coding::plain;
  // Codings that the client weighs alike come in our order; the plain form only where the client weighs it
  // higher.
  const auto usable = [&](Coding coding, int weight) {
    if (weight == 0 || weight < acceptable.plain) return false;
    auto& form = file.forms[static_cast<std::size_t>(coding)];
    if (!form.made) {
      const std::string_view plain = file.form(Coding::plain).bytes;
      form.bytes = coding == Coding::gzip ? gzip(plain) : brotli(plain);
      make_form(file, coding);
      if (kept(file)) bytes_ += form.bytes.capacity();
      make_room();
    }
    return !form.bytes.empty();
  };
  if (acceptable.brotli >= acceptable.gzip && usable(Coding::brotli, acceptable.brotli))
    return Coding::brotli;
  if (usable(Coding::gzip, acceptable.gzip)) return Coding::gzip;
  if (usable(Coding::brotli, acceptable.brotli)) return Coding::brotli;
  return Coding::plain;
}

int FileCache::pages(File& file, Coding coding) {
  auto& form = file.forms[static_cast<std::size_t>(coding)];
  if (form.bytes.size() < worth_pages) return -1;
  if (!form.pages.open() && ++form.sent >= asked_often && paged_ < most_paged && kept(file)) {
    form.sent = 0;  // when it fails it is tried again later
    form.pages = in_memory(form.bytes);
    if (form.pages.open()) {
      ++paged_;
      bytes_ += form.bytes.capacity();
      make_room();
    }
  }
  return form.pages.get();
}

std::shared_ptr<const File::Delta> FileCache::delta(File& file, std::string_view base, Coding selected) {
  for (const auto& made : file.deltas) {
    if (made->base == base && made->coding == selected) return made;
  }
  const EntryHashes* const known = file.kind.entries && !file.stream.open() ? versions_.find(base) : nullptr;
  if (known == nullptr) return nullptr;
  auto bytes = without(file.form(Coding::plain).bytes, *known);
  if (!bytes) return nullptr;
  auto delta = std::make_shared<File::Delta>(File::Delta{.base = std::string(base), .coding = selected});
  if (selected != Coding::plain) delta->bytes = selected == Coding::gzip ? gzip(*bytes) : brotli(*bytes);
  const bool coded = !delta->bytes.empty();
  if (!coded) delta->bytes = std::move(*bytes);
  delta->head = delta_head_of(file, selected, coded, base, delta->bytes.size());
  file.deltas.push_back(delta);
  if (file.deltas.size() > deltas_kept) file.deltas.pop_front();
  return delta;
}

// A version that was replaced or evicted meanwhile is in no sum any more.
bool FileCache::kept(const File& file) const {
  const auto slot = slots_.find(file.path);
  return slot != slots_.end() && slot->second.file.get() == &file;
}

void FileCache::keep(const std::string& path, std::shared_ptr<File> file) {
  const auto [slot, fresh] = slots_.try_emplace(path);
  if (fresh) {
    uses_.push_front(&slot->first);
    slot->second.use = uses_.begin();
  } else {
    bytes_ -= cost(*slot->second.file);
    paged_ -= paged(*slot->second.file);
    uses_.splice(uses_.begin(), uses_, slot->second.use);
  }
  bytes_ += cost(*file);
  slot->second.file = std::move(file);
  make_room();
}

void FileCache::drop(const std::string& path) {
  const auto slot = slots_.find(path);
  if (slot == slots_.end()) return;
  bytes_ -= cost(*slot->second.file);
  paged_ -= paged(*slot->second.file);
  uses_.erase(slot->second.use);
  slots_.erase(slot);
}

void FileCache::make_room() {
  while (bytes_ > settings_.bytes && uses_.size() > 1) drop(std::string(*uses_.back()));
}

}  // namespace tributary::server
