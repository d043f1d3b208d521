#pragma once
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"

namespace tributary::config {

/// A stretch of the file's bytes: from `begin` up to `end`.
struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// The text of feeds.yaml and where its lines are. It turns a stretch of bytes into line, column and the
/// line's own text, so that a fault can be shown without the file at hand.
class Source {
 public:
  /// `text` is copied without its byte order mark.
  Source(std::filesystem::path file, std::string_view text);

  [[nodiscard]] std::string_view text() const { return text_; }
  [[nodiscard]] const std::filesystem::path& file() const { return file_; }

  /// The line (from 1) in which the byte is; a line ends with LF, CR LF or CR.
  [[nodiscard]] int line_of(std::size_t offset) const;

  /// A fault at the span; what reaches over the end of the line is cut there.
  [[nodiscard]] Fault fault(Span span, std::string code, std::string what, std::string mend) const;

  /// What makes the bytes no text that YAML 1.2 section 5.1 allows: other encodings, invalid UTF-8, control
  /// characters.
  [[nodiscard]] std::optional<Fault> unreadable() const;

 private:
  [[nodiscard]] std::string_view line_text(int line) const;

  std::filesystem::path file_;
  std::string text_;
  std::vector<std::size_t> starts_;  // of each line
};

/// Code points in well-formed UTF-8; other bytes count as one each.
[[nodiscard]] int count_characters(std::string_view text);

}  // namespace tributary::config
