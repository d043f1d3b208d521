#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <string>
#include <string_view>
#include <vector>

#include "parser/html_attributes.hpp"
#include "parser/html_characters.hpp"
#include "parser/html_elements.hpp"

namespace tributary::parser::html {

/// Writes sanitised HTML from the events of a walk over any tree, in a language that every HTML parser reads
/// as the tree it was written from: each element has its end tag, and none stands where tree construction
/// (HTML, section 13.2.6) would close another for it, move it or drop it. Where a tree asks for such a thing
/// (elements that lost their tags leave it behind, and attackers build it on purpose), what stands in the way
/// is closed first.
class Writer {
 public:
  /// Elements open at once. Browsers flatten below 512, and a page has some of its own around the fragment.
  static constexpr std::size_t deepest = 256;

  /// `most`: how large `out` may grow before the base is given up.
  Writer(std::string_view base, std::string& out, std::size_t most = std::string::npos)
      : base_(base), out_(out), most_(most) {
    open_.reserve(32);
    pending_.reserve(32);
  }

  /// One start tag, with its attributes, whatever its policy; void elements have no close().
  void open(Tag tag, const Attributes& attributes);
  /// The end of what the last open() that is still open began.
  void close();
  /// Decoded text.
  void text(std::string_view text, Needs needs = Needs::all);
  /// Makes room for a large text of markup's characters, so that the result need not be moved while it grows.
  void make_room(std::string_view text);
  /// The end of the fragment.
  void finish();
  /// True when the base was given up.
  [[nodiscard]] bool is_overgrown() const { return overgrown_; }

 private:
  // What stands around the current place, each as tree construction would find it: bits handed down from
  // parent to child.
  enum Around : std::uint8_t {
    has_p = 1,      ///< a p in button scope
    has_a = 2,      ///< an a since the last marker
    has_li = 4,     ///< an li that a new li would close
    has_dd_dt = 8,  ///< the same for dd and dt
    has_ruby = 16,  ///< a ruby in scope
  };
  struct Open {
    Tag tag;
    std::uint8_t around;
  };
  struct Pending {
    std::uint32_t at;  ///< its place in open_; `not_written` when it has no tags
    bool removes;
  };
  static constexpr std::uint32_t not_written = 0xFFFFFFFF;

  void make_way(Tag tag);
  [[nodiscard]] bool fits(Tag tag) const;
  void close_from(std::size_t depth);
  void close_nearest(Tag first, Tag second);
  void close_table();
  [[nodiscard]] Tag current() const { return open_.empty() ? Tag::unknown : open_.back().tag; }
  [[nodiscard]] std::uint8_t around() const { return open_.empty() ? 0 : open_.back().around; }

  std::string_view base_;
  std::string& out_;
  std::size_t most_;
  bool overgrown_ = false;
  std::array<std::byte, 512> room_;  // enough for nearly all
  std::pmr::monotonic_buffer_resource memory_{room_.data(), room_.size()};
  std::pmr::vector<Open> open_{&memory_};        // written and not yet closed
  std::pmr::vector<Pending> pending_{&memory_};  // opened by the walk and not yet closed by it
  std::size_t removing_ = 0;                     // elements around that go with everything inside
  bool after_pre_ = false;                       // a line end here would be no content
};

}  // namespace tributary::parser::html
