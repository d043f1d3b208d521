#pragma once
#include <chrono>
#include <filesystem>

#include "model/error.hpp"

namespace tributary::store {

/// Says that this process owns a store for writing. The kernel lets go of it when the process ends, however
/// it ends: a living owner is never taken for a dead one, nor the other way round.
class OwnerLock {
 public:
  /// Waits up to `patience` for another owner to end; then ErrorKind::store_busy names it.
  [[nodiscard]] static Result<OwnerLock> take(const std::filesystem::path& store,
                                              std::chrono::milliseconds patience);
  OwnerLock(OwnerLock&& other) noexcept;
  OwnerLock& operator=(OwnerLock&&) = delete;
  ~OwnerLock();

 private:
  explicit OwnerLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace tributary::store
