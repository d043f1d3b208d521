#pragma once
#include <string>
#include <string_view>

namespace tributary::app {

/// A page in the man macros, being written. All texts are plain; what roff would take for a command is
/// escaped.
class Roff {
 public:
  Roff(std::string_view name, int section, std::string_view version);

  void section(std::string_view title);  ///< shown in capitals
  void subsection(std::string_view title);
  void paragraph(std::string_view text);
  void item(std::string_view term, std::string_view text);
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
};

}  // namespace tributary::app
