#pragma once
#include <sys/stat.h>

#include <array>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "model/timestamp.hpp"
#include "server/coding.hpp"
#include "server/entries.hpp"
#include "server/kind.hpp"
#include "server/validators.hpp"

// The published folder in memory. Another process replaces files by rename, so the disk is asked (one stat)
// whether the file is still the one that was read; requests that are answered in one go ask it once together,
// see trust(). A version, once read, is kept whole with its ready-made header fields, so that an answer is
// two buffers and no work. What is under way keeps its version alive whatever happens to the file.
namespace tributary::server {

/// A descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  ~Descriptor();
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] bool open() const { return fd_ >= 0; }

 private:
  int fd_;
};

/// One version of a file.
struct File {
  struct Form {
    bool made = false;
    std::string bytes = {};  ///< empty when this coding is not worth it, and of a streamed file
    std::string head = {};   ///< status line and fields of a 200, without Date, Connection and the empty line
    std::string unchanged_head = {};  ///< the same of a 304
    Descriptor pages = Descriptor{};  ///< `bytes` once more as a file in memory, see FileCache::pages()
    unsigned sent = 0;                ///< times that pages() was asked
  };

  std::string path = {};  ///< relative to the folder
  Kind kind = {};
  std::string hash = {};  ///< of the bytes (of a streamed file: of what tells its versions apart)
  Timestamp modified = {};
  bool weak_date = false;  ///< see Validators
  std::uint64_t size = 0;
  std::array<Form, 3> forms = {};  ///< by Coding
  std::string fields = {};         ///< those that every answer made of this version has
  Descriptor stream =
      Descriptor{};  ///< open for a file too large for memory; its bytes are read as they are sent
  struct ::stat seen = {};

  /// A 226 (RFC 3229) against the version with that hash, in that coding.
  struct Delta {
    std::string base = {};
    Coding coding = Coding::plain;
    std::string head = {}, bytes = {};
  };
  std::deque<std::shared_ptr<const Delta>> deltas = {};  ///< those made last

  [[nodiscard]] Validators validators() const { return {hash, modified, weak_date}; }
  [[nodiscard]] const Form& form(Coding coding) const { return forms[static_cast<std::size_t>(coding)]; }
};

class FileCache {
 public:
  struct Settings {
    std::filesystem::path folder = {};
    std::string site_url = {};
    std::string hub_url = {};
    std::size_t bytes = 0;  ///< budget; the file asked for least recently goes first
  };
  explicit FileCache(Settings settings);

  enum class What { file, folder, nothing, trouble };
  struct Found {
    What what = What::nothing;
    std::shared_ptr<File> file = {};
  };

  /// `path` is decoded and relative, without '.' or '..' segments. Never follows a symbolic link out of the
  /// folder. `trouble`: it is there but cannot be read now.
  [[nodiscard]] Found find(const std::string& path, Timestamp now);

  /// Until doubt() find() does not ask the disk twice for the same file.
  void trust() { trusting_ = ++trust_; }
  void doubt() { trusting_ = 0; }

  /// The coding to answer with, made now if it was not before.
  [[nodiscard]] Coding select(File& file, const Acceptable& acceptable);

  /// A descriptor that holds the form's bytes, from 0, when the form is large and much asked for; else -1.
  /// From it the kernel sends without copying. It is never the published file itself, which somebody might
  /// write to in place.
  [[nodiscard]] int pages(File& file, Coding coding);

  /// What of an Atom or RSS document is new against the version with hash `base`, in the coding `selected` or
  /// plain. Null when that version is not known any more, or when nothing can be left out.
  [[nodiscard]] std::shared_ptr<const File::Delta> delta(File& file, std::string_view base, Coding selected);

  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  void change(Settings settings);

 private:
  struct Slot {
    std::shared_ptr<File> file = {};
    std::list<const std::string*>::iterator use = {};
    std::uint64_t looked = 0;  // the trust_ in which the disk was asked
  };
  [[nodiscard]] Found load(const std::string& path, Timestamp now);
  void keep(const std::string& path, std::shared_ptr<File> file);
  void drop(const std::string& path);
  void make_room();
  [[nodiscard]] bool kept(const File& file) const;

  Settings settings_;
  std::string root_;  // of settings_.folder, with '/' at its end
  std::string full_;  // scratch: the path asked of the disk
  std::unordered_map<std::string, Slot> slots_;
  std::list<const std::string*> uses_;  // most recent first; the strings are the keys of slots_
  KnownVersions versions_;
  std::uint64_t trust_ = 0;     // times that trust() was called
  std::uint64_t trusting_ = 0;  // trust_, or 0: the disk is always asked
  std::size_t bytes_ = 0;
  std::size_t paged_ = 0;  // forms with pages among those kept
};

}  // namespace tributary::server
