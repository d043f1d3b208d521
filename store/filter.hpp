#pragma once
#include <memory>
#include <string>

#include "model/feed.hpp"
#include "model/site.hpp"

namespace tributary::store {

/// A partner's `include` and `exclude`, compiled (ICU). An item passes when every `include` pattern is found
/// and no `exclude` pattern is. A pattern that takes too long on a text counts as not found.
class ItemFilter {
 public:
  /// Throws Failure (ErrorKind::config) for a pattern that is none.
  explicit ItemFilter(const Partner& partner);
  ~ItemFilter();
  ItemFilter(ItemFilter&&) noexcept;
  ItemFilter& operator=(ItemFilter&&) noexcept;

  [[nodiscard]] bool passes(const Item& item) const;
  /// Which pattern keeps the item away, in words; empty when it passes.
  [[nodiscard]] std::string objection(const Item& item) const;
  [[nodiscard]] bool passes_all() const;  ///< there is nothing to ask

 private:
  struct Pattern;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tributary::store
