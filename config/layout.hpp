#pragma once
#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "config/node.hpp"

namespace tributary::config {

/// How the text of a YAML file is laid out: its lines, and where the entries of a list begin and end in it.
class Layout {
 public:
  explicit Layout(std::string_view text);

  [[nodiscard]] std::size_t lines() const { return begins_.size(); }
  [[nodiscard]] std::size_t line_of(std::size_t offset) const;  ///< from 0
  /// Of a line behind the last it is the end of the text.
  [[nodiscard]] std::size_t begin_of(std::size_t line) const;
  [[nodiscard]] std::string_view line(std::size_t line) const;  ///< without its end
  /// In bytes, from 0.
  [[nodiscard]] std::size_t column_of(std::size_t offset) const { return offset - begin_of(line_of(offset)); }
  [[nodiscard]] std::size_t indentation(std::size_t line) const;  ///< npos for a blank line
  [[nodiscard]] bool blank(std::size_t line) const { return indentation(line) == std::string_view::npos; }
  /// The characters that end the line: LF, CR LF or CR; those of the line above it when the text ends with
  /// it.
  [[nodiscard]] std::string_view line_end(std::size_t line) const;

  /// Behind the last byte that the node's own tokens are known to take; a text folded over lines may go on.
  [[nodiscard]] std::size_t end_of(const Node& node) const;

  /// Behind the bracket that closes the one at `open`.
  [[nodiscard]] std::size_t flow_end(std::size_t open) const;
  /// Behind the comma that follows in a flow collection; nullopt when its bracket closes first.
  [[nodiscard]] std::optional<std::size_t> comma_after(std::size_t offset) const;

  /// The lines [first, last) of each entry of a list in block style, whose entries all have their `-` in one
  /// column. Comments that are indented deeper than the `-` belong to the entry above them. Nothing from
  /// `limit` (a line) on belongs to the list.
  struct Entry {
    std::size_t first = 0, last = 0;
  };
  [[nodiscard]] std::vector<Entry> entries(const Node& list, std::size_t limit) const;

  /// The line from which on nothing belongs to the document: its end marker, or the end of the text.
  [[nodiscard]] std::size_t document_end(std::size_t from_line) const;

 private:
  std::string_view text_;
  std::vector<std::size_t> begins_;
};

/// True when the node is written in brackets.
[[nodiscard]] bool is_flow(std::string_view text, const Node& node);

}  // namespace tributary::config
