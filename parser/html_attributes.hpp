#pragma once
#include <bitset>
#include <string>
#include <string_view>
#include <vector>

#include "parser/html_elements.hpp"

namespace tributary::parser::html {

/// The attributes of one start tag that matter here, in document order; of a name that comes twice the first
/// one counts, as in HTML. Reused from tag to tag. Values are borrowed.
class Attributes {
 public:
  struct Entry {
    Attribute name = Attribute::unknown;
    std::string_view value = {};
    bool has_references = false;  ///< the value is as written, character references not yet decoded
  };

  void clear() {
    entries_.clear();
    seen_.reset();
  }
  void add(Attribute name, std::string_view value, bool has_references) {
    const auto index = static_cast<std::size_t>(name);
    if (name == Attribute::unknown || seen_[index]) return;
    seen_.set(index);
    if (entries_.empty()) entries_.reserve(8);
    entries_.push_back({name, value, has_references});
  }
  [[nodiscard]] bool has(Attribute name) const { return seen_[static_cast<std::size_t>(name)]; }
  [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }

 private:
  std::vector<Entry> entries_;
  std::bitset<static_cast<std::size_t>(Attribute::count)> seen_;
};

/// How large the result of so much markup may grow by the base of its references.
[[nodiscard]] constexpr std::size_t most_from(std::string_view html) {
  return 8 * html.size() + (std::size_t{16} << 10U);
}

/// An image's candidates (HTML section 4.8.4.4.9) with their addresses absolute; those of a scheme that is
/// not allowed are left out.
[[nodiscard]] std::string safe_srcset(std::string_view value, std::string_view base);

/// Appends the attributes that parse-contract.md allows, each with a blank before it, to `out`: URLs absolute
/// and of a safe scheme, the real source of an image that loads lazily in place of its placeholder. False,
/// with `out` as it was, when the element is an image that is only there to be counted (1×1, no size,
/// hidden).
[[nodiscard]] bool write_attributes(Tag tag, const Attributes& attributes, std::string_view base,
                                    std::string& out);

}  // namespace tributary::parser::html
