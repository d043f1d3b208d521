#pragma once
#include <gumbo.h>

#include <memory>
#include <string_view>

// The HTML5 parser is seen by the files of this folder that read HTML, and through this header only: another
// parser can take its place here.
namespace tributary::parser {

/// A parsed tree; everything it points to lives as long as it, and as the bytes it was parsed from.
class HtmlTree {
 public:
  enum class Kind { fragment, document };
  /// `html` is borrowed. A fragment is parsed as the inside of a div (HTML, "parsing HTML fragments").
  HtmlTree(std::string_view html, Kind kind);
  [[nodiscard]] const GumboNode* root() const { return output_->root; }

 private:
  struct Destroy {
    void operator()(GumboOutput* output) const;
  };
  std::unique_ptr<GumboOutput, Destroy> output_;
};

/// The element's children; empty for what is no element.
[[nodiscard]] const GumboVector& children_of(const GumboNode& node);

}  // namespace tributary::parser
