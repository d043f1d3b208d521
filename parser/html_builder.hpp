#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <string>
#include <string_view>
#include <vector>

#include "parser/html_tokens.hpp"
#include "parser/html_writer.hpp"

namespace tributary::parser::html {

/// HTML's tree construction for the markup that nearly everybody writes, in one linear pass from the
/// tokenizer to the writer: end tags left out, tables, lists, elements that go with their content. Where the
/// standard carries formatting over block ends, moves content out of tables or changes its modes, this one
/// only does something sensible, and counts it: is_exact() then says that the HTML5 parser would have made
/// something else of it.
class Builder {
 public:
  Builder(std::string_view html, Writer& writer) : html_(html), tokens_(html), writer_(writer) {
    open_.reserve(16);
  }

  void run();

  /// What the writer got is what the HTML5 parser's tree would have given it.
  [[nodiscard]] bool is_exact() const { return doubts_ == 0; }

  /// True where the standard was followed and gumbo 0.10 is known not to: it takes elements of unknown names
  /// for one another, and misses the end of SVG and MathML in "</svg >".
  [[nodiscard]] bool differs_from_gumbo() const { return differs_from_gumbo_; }

  /// True when an HTML5 parser may be given the same: its time goes with tags × open elements and with the
  /// square of a tag's attributes, its memory with nodes and errors. The bounds hold whatever its tree looks
  /// like.
  [[nodiscard]] bool is_affordable() const;

  /// The tags' names that an HTML5 parser of 2015 reads as others than they are: main, search and dialog.
  [[nodiscard]] const std::vector<std::string_view>& newer_names() const { return newer_names_; }

 private:
  /// The innermost part of a table around, which decides what may start or end here.
  enum class Place : std::uint8_t { body, table, row_group, row, cell, caption, column_group };
  enum Around : std::uint8_t { has_p = 1, has_a = 2, has_li = 4, has_dd_dt = 8, has_ruby = 16 };
  struct Open {
    Tag tag = Tag::unknown;
    std::uint8_t around = 0;
    Place place = Place::body;
    std::string_view name = {};  // told apart by it when the tag is unknown
  };

  /// `needs`: of a text without references.
  void text(std::string_view text, bool has_references, Needs needs = Needs::escapes);
  void large(std::string_view text, bool has_references);
  void start(const Tokenizer::Token& token);
  void end(const Tokenizer::Token& token);

  [[nodiscard]] bool start_in_table(const Tokenizer::Token& token);
  void start_in_body(const Tokenizer::Token& token);
  void end_in_table(Tag tag);
  void end_formatting(Tag tag);
  void end_in_scope(Tag tag);
  void end_ordinary(const Tokenizer::Token& token);
  void raw_content(const Tokenizer::Token& token);
  void foreign_content(std::string_view name);

  void push(Tag tag, std::string_view name, const Attributes& attributes);
  void push_implied(Tag tag);
  void pop();
  void pop_to(std::size_t depth);
  void pop_through(Tag tag);
  void pop_through_marker(std::size_t depth);
  void pop_implied_ends();
  void doubt(std::size_t count = 1) { doubts_ += count; }

  [[nodiscard]] Tag current() const { return open_.empty() ? Tag::unknown : open_.back().tag; }
  [[nodiscard]] std::uint8_t around() const { return open_.empty() ? 0 : open_.back().around; }
  [[nodiscard]] Place place() const { return open_.empty() ? Place::body : open_.back().place; }
  [[nodiscard]] bool is_open(Tag tag) const { return counts_[static_cast<std::size_t>(tag)] != 0; }
  [[nodiscard]] std::size_t find_in_scope(Tag tag) const;
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  std::string_view html_;
  Tokenizer tokens_;
  Writer& writer_;
  std::array<std::byte, 1024> room_;  // enough for nearly all
  std::pmr::monotonic_buffer_resource memory_{room_.data(), room_.size()};
  std::pmr::vector<Open> open_{&memory_};
  std::array<std::uint32_t, static_cast<std::size_t>(Tag::count)> counts_ = {};
  Attributes no_attributes_;
  std::string scratch_;
  std::vector<std::string_view> newer_names_;
  const char* after_pre_ = nullptr;  // a line end exactly here is not content

  std::size_t doubts_ = 0;  // elements that the HTML5 parser may have open where this one has not
  std::size_t deepest_ = 0;
  std::size_t nodes_ = 0;
  std::size_t reopened_ = 0;   // bound of formatting elements opened again
  std::size_t left_open_ = 0;  // formatting elements that wait to be opened again
  bool too_deep_ = false;
  bool differs_from_gumbo_ = false;
};

}  // namespace tributary::parser::html
