#pragma once
#include <string>
#include <string_view>
#include <utility>

namespace tributary {

namespace parser {
class Sanitiser;
}
namespace store {
class RestoredHtml;
}

/// HTML that may be shown: balanced, on the allow list, without anything that runs (parse-contract.md,
/// "Sanitised HTML"). Only the sanitiser makes it, and the store may give back what the sanitiser once made;
/// a renderer that takes nothing else can't forget to clean.
class SafeHtml {
 public:
  SafeHtml() = default;  ///< the empty fragment

  [[nodiscard]] const std::string& str() const { return html_; }
  [[nodiscard]] std::string_view view() const { return html_; }
  [[nodiscard]] bool empty() const { return html_.empty(); }

  friend bool operator==(const SafeHtml&, const SafeHtml&) = default;

 private:
  friend class parser::Sanitiser;
  friend class store::RestoredHtml;
  explicit SafeHtml(std::string html) : html_(std::move(html)) {}
  std::string html_;  // UTF-8
};

}  // namespace tributary
