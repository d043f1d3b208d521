#pragma once
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

// What changed between two versions of a feed document: its entries are compared as bytes, so an edited
// entry, a new one and a new tombstone all count. Used for RFC 3229 "feed" deltas and for what the hub
// delivers.
namespace tributary::server {

/// An Atom or RSS document as its entries (entry, at:deleted-entry, item) and what is around them.
struct Slices {
  struct Entry {
    std::string_view before = {};  ///< bytes between the last entry and this one
    std::string_view bytes = {};
  };
  std::vector<Entry> entries = {};
  std::string_view end = {};  ///< behind the last entry
};

/// nullopt when the bytes are no well-nested Atom or RSS document.
[[nodiscard]] std::optional<Slices> slice(std::string_view document);

/// A version, as the hashes of its entries, sorted.
using EntryHashes = std::vector<std::uint64_t>;
[[nodiscard]] EntryHashes hashes_of(const Slices& slices);

/// The document without the entries that `known` holds; nullopt when that leaves out none.
[[nodiscard]] std::optional<std::string> without(std::string_view document, const EntryHashes& known);

/// The versions that were sent out, by content hash, the oldest forgotten first.
class KnownVersions {
 public:
  explicit KnownVersions(std::size_t most_entries) : most_entries_(most_entries) {}

  void add(const std::string& content_hash, std::string_view document);
  [[nodiscard]] const EntryHashes* find(std::string_view content_hash) const;

 private:
  std::size_t most_entries_, entries_ = 0;
  std::unordered_map<std::string, EntryHashes> versions_;
  std::deque<std::string> order_;
};

}  // namespace tributary::server
