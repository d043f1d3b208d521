#pragma once
#include <chrono>
#include <filesystem>

#include "model/error.hpp"

namespace tributary::store {

/// Ownership of a store: a lock of the kernel's on a file beside the database. It dies with its process,
/// however that ends, so nobody ever waits for a dead owner; the number written into the file only serves the
/// message.
class OwnershipLock {
 public:
  /// Tries for `patience`, then fails with ErrorKind::store_busy that names the owner's process.
  static Result<OwnershipLock> take(const std::filesystem::path& file, std::chrono::milliseconds patience);

  OwnershipLock(OwnershipLock&& other) noexcept : descriptor_(other.descriptor_) { other.descriptor_ = -1; }
  OwnershipLock& operator=(OwnershipLock&&) = delete;
  ~OwnershipLock();

 private:
  explicit OwnershipLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_ = -1;
};

}  // namespace tributary::store
