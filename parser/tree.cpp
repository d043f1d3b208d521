// Strict where the document is read as it came, so that no second look is needed to know that it is
// well-formed; what is not goes to repair.hpp. Neither recursion nor a copy of the text: a document may be
// nested 100,000 deep, and most of one is text that stays where it is.
#include "parser/tree.hpp"

#include <algorithm>
#include <array>
#include <new>

#include "parser/ascii.hpp"
#include "parser/blocks.hpp"
#include "parser/entities.hpp"
#include "parser/utf8.hpp"

namespace tributary::parser {
namespace {

enum Letter : std::uint8_t { name_start = 1, name_letter = 2 };

constexpr auto letters = [] {
  std::array<std::uint8_t, 256> table{};
  for (unsigned c = 0; c < 256; ++c) {
    const char letter = static_cast<char>(c);
    const bool start = is_alpha(letter) || letter == '_' || letter == ':' || c >= 0x80;
    if (start) table[c] |= name_start;
    if (start || is_digit(letter) || letter == '-' || letter == '.') table[c] |= name_letter;
  }
  return table;
}();

bool is(char c, Letter kind) {
  return (letters[static_cast<unsigned char>(c)] & kind) != 0;
}

std::string_view view(const char* from, const char* to) {
  return {from, static_cast<std::size_t>(to - from)};
}

class TreeReader {
 public:
  TreeReader(std::string_view text, const TreeOptions& options, Arena& arena, Node::Data& top)
      : begin_(text.data()), at_(begin_), end_(begin_ + text.size()), options_(options), arena_(arena) {
    open_.push_back({&top, nullptr});
  }

  TreeResult read() {
    if (options_.strict && (at_ == end_ || *at_ != '<')) return TreeResult::broken;
    while (at_ != end_) {
      if (!step()) return too_large_ ? TreeResult::too_large : TreeResult::broken;
    }
    return open_.size() == 1 && open_.front().last_child != nullptr ? TreeResult::whole : TreeResult::broken;
  }

  [[nodiscard]] bool has_odd_references() const { return has_odd_references_; }

 private:
  struct Open {
    Node::Data* node;
    Node::Data* last_child;
  };

  bool step() {
    if (*at_ != '<') return text();
    if (end_ - at_ < 3) return false;
    switch (at_[1]) {
      case '/':
        return end_tag();
      case '!':
        return declaration();
      case '?':
        return instruction();
      default:
        return start_tag();
    }
  }

  [[nodiscard]] bool is_in_root() const { return open_.size() > 1; }

  /// A new last child of the element that is open; null when there is no memory for it.
  Node::Data* add() {
    void* memory = arena_.take(sizeof(Node::Data));
    if (memory == nullptr) {
      too_large_ = true;
      return nullptr;
    }
    auto* node = new (memory) Node::Data{};
    Open& open = open_.back();
    node->parent = open.node;
    (open.last_child == nullptr ? open.node->first_child : open.last_child->next_sibling) = node;
    open.last_child = node;
    return node;
  }

  bool add_text(std::string_view value) {
    Node::Data* node = add();
    if (node == nullptr) return false;
    node->value = value.data();
    node->value_size = static_cast<std::uint32_t>(value.size());
    return true;
  }

  /// Where what `from` … `to` stands for may be written, which is no longer: in place, where the text is
  /// ours.
  char* room_for(const char* from, const char* to) {
    if (!options_.strict) return options_.own_text + (from - begin_);
    char* room = arena_.room_for(static_cast<std::size_t>(to - from));
    too_large_ = room == nullptr;
    return room;
  }
  void keep(std::string_view written) {
    if (options_.strict) arena_.keep(written.size());
  }

  void skip_space() {
    while (at_ != end_ && is_space(*at_)) ++at_;
  }

  [[nodiscard]] std::string_view rest() const { return view(at_, end_); }

  // Tags
  // ------------------------------------------------------------------------------------------------------

  bool start_tag() {
    const char* name = ++at_;
    if (!is(*at_, name_start)) return false;
    const char* colon = nullptr;
    for (; at_ != end_ && is(*at_, name_letter); ++at_) {
      if (*at_ == ':' && colon == nullptr) colon = at_;
    }
    if (at_ == end_) return false;
    Node::Data* node = add();
    if (node == nullptr) return false;
    node->name = name;
    node->name_size = static_cast<std::uint32_t>(at_ - name);
    if (colon != nullptr) node->prefix_size = static_cast<std::uint32_t>(colon + 1 - name);
    if (*at_ != '>' && !attributes(*node)) return false;
    node->keeps_space = options_.keep_space;
    if (*at_ == '/') {
      if (end_ - at_ < 2 || at_[1] != '>') return false;
      at_ += 2;
      return true;
    }
    ++at_;
    open_.push_back({node, nullptr});
    return true;
  }

  /// Up to the tag's '>' or '/'.
  bool attributes(Node::Data& node) {
    constexpr std::size_t most_strict = 32;  // more are the repair's to limit
    found_.clear();
    while (true) {
      const char* gap = at_;
      skip_space();
      if (at_ == end_) return false;
      if (*at_ == '>' || *at_ == '/') break;
      const char* name = at_;
      if (gap == at_ || !is(*at_, name_start)) return false;
      bool has_colon = false;
      for (; at_ != end_ && is(*at_, name_letter); ++at_) has_colon |= *at_ == ':';
      const std::string_view attribute = view(name, at_);
      skip_space();
      if (at_ == end_ || *at_ != '=') return false;
      ++at_;
      skip_space();
      if (at_ == end_ || (*at_ != '"' && *at_ != '\'')) return false;
      std::string_view value;
      if (!attribute_value(value)) return false;
      if (options_.strict) {
        if (found_.size() == most_strict) return false;
        for (const NodeAttribute& each : found_) {
          if (each.name() == attribute) return false;
        }
      } else if (found_.size() == UINT16_MAX) {
        continue;
      }
      node.opens_scope |=
          has_colon || attribute.starts_with("xml") ||
          (attribute.size() == 4 && (same_word(attribute, "lang") || same_word(attribute, "base")));
      found_.emplace_back(attribute, value);
      options_.keep_space = options_.keep_space || value.ends_with("xhtml") ||
                            (attribute == "type" && value.find("xhtml+xml") != std::string_view::npos);
    }
    if (found_.empty()) return true;
    void* memory = arena_.take(found_.size() * sizeof(NodeAttribute));
    if (memory == nullptr) {
      too_large_ = true;
      return false;
    }
    node.attributes =
        std::uninitialized_copy(found_.begin(), found_.end(), static_cast<NodeAttribute*>(memory)) -
        static_cast<std::ptrdiff_t>(found_.size());
    node.attribute_count = static_cast<std::uint16_t>(found_.size());
    return true;
  }

  /// Leaves at_ behind the closing quote.
  bool attribute_value(std::string_view& value) {
    const auto quote = static_cast<std::uint8_t>(*at_);
    const char* start = ++at_;
    at_ = find_first(at_, end_, [quote](auto c) {
      return (c == quote) | (c == std::uint8_t{'&'}) | (c == std::uint8_t{'<'}) | (c < std::uint8_t{0x20});
    });
    if (at_ == end_) return false;
    if (*at_ == static_cast<char>(quote)) {
      value = view(start, at_++);
      return true;
    }
    const char* close = find_first(at_, end_, [quote](auto c) { return c == quote; });
    if (close == end_) return false;
    char* const out = room_for(start, close);
    if (out == nullptr) return false;
    char* to = out + (at_ - start);
    if (options_.strict) std::copy(start, at_, out);
    while (at_ != close) {
      const char c = *at_;
      if (c == '&') {
        if (!reference(close, out, to)) return false;
        continue;
      }
      if (c == '<' && options_.strict) return false;
      // XML 1.0 section 3.3.3; a line end of two letters is one blank.
      if (c == '\r' && at_ + 1 != close && at_[1] == '\n') ++at_;
      *to++ = is_space(c) ? ' ' : c;
      ++at_;
    }
    value = view(out, to);
    keep(value);
    at_ = close + 1;
    return true;
  }

  bool end_tag() {
    if (!is_in_root()) return false;
    const Node::Data& node = *open_.back().node;
    at_ += 2;
    if (static_cast<std::size_t>(end_ - at_) <= node.name_size ||
        std::memcmp(at_, node.name, node.name_size) != 0)
      return false;
    at_ += node.name_size;
    skip_space();
    if (at_ == end_ || *at_ != '>') return false;
    ++at_;
    open_.pop_back();
    return true;
  }

  // What is no element
  // ------------------------------------------------------------------------------------------------------

  bool declaration() {
    if (rest().starts_with("<![CDATA[")) return cdata();
    if (rest().starts_with("<!--")) return comment();
    return rest().starts_with("<!DOCTYPE") && document_type();
  }

  bool cdata() {
    if (!is_in_root()) return false;
    at_ += 9;
    const char* start = at_;
    const char* close = find_cdata_end(at_);
    if (close == nullptr) return false;
    at_ = close + 3;
    const char* first = find_first(start, close, [](auto c) { return c == std::uint8_t{'\r'}; });
    if (first == close) return add_text(view(start, close));
    return add_without_returns(start, first, close);
  }

  const char* find_cdata_end(const char* from) const {
    while (true) {
      const char* found = find_first(from, end_, [](auto c) { return c == std::uint8_t{']'}; });
      if (end_ - found < 3) return nullptr;
      if (found[1] == ']' && found[2] == '>') return found;
      from = found + 1;
    }
  }

  /// XML 1.0 section 2.11.
  bool add_without_returns(const char* start, const char* first, const char* close) {
    char* const out = room_for(start, close);
    if (out == nullptr) return false;
    char* to = out + (first - start);
    if (options_.strict) std::copy(start, first, out);
    for (const char* from = first; from != close; ++from) {
      if (*from == '\r' && from + 1 != close && from[1] == '\n') continue;
      *to++ = *from == '\r' ? '\n' : *from;
    }
    const std::string_view value = view(out, to);
    keep(value);
    return add_text(value);
  }

  bool comment() {
    const std::size_t end = find_in(rest(), "--", 4);
    if (end == std::string_view::npos || rest().substr(end + 2, 1) != ">") return false;
    at_ += end + 3;
    return true;
  }

  /// One that declares nothing itself: others are the repair's.
  bool document_type() {
    if (is_in_root()) return false;
    char quote = '\0';
    for (at_ += 9; at_ != end_; ++at_) {
      const char c = *at_;
      if (quote != '\0') {
        if (c == quote) quote = '\0';
      } else if (c == '"' || c == '\'') {
        quote = c;
      } else if (c == '>') {
        ++at_;
        return true;
      } else if (c == '[' || c == '<') {
        return false;
      }
    }
    return false;
  }

  bool instruction() {
    if (!is(at_[2], name_start)) return false;
    const bool declares = rest().starts_with("<?xml") && end_ - at_ > 5 && is_space(at_[5]);
    if (declares && options_.strict && at_ != begin_) return false;
    const std::size_t end = find_in(rest(), "?>", 2);
    if (end == std::string_view::npos) return false;
    at_ += end + 2;
    return true;
  }

  // Text
  // ------------------------------------------------------------------------------------------------------

  bool text() {
    const char* const start = at_;
    skip_space();
    if (!is_in_root()) return at_ == end_ || *at_ == '<';
    if (at_ == end_) return false;
    if (*at_ == '<' && !options_.keep_space) return true;

    if (at_ != start && std::find(start, at_, '\r') != at_) {
      at_ = start;
    } else {
      while (true) {
        at_ = find_first(at_, end_, [](auto c) {
          return (c == std::uint8_t{'<'}) | (c == std::uint8_t{'&'}) | (c == std::uint8_t{'\r'}) |
                 (c == std::uint8_t{']'});
        });
        if (at_ == end_) return false;
        if (*at_ != ']') break;
        if (options_.strict && rest().starts_with("]]>")) return false;
        ++at_;
      }
      if (*at_ == '<') return put_text(view(start, at_));
    }
    std::string_view value;
    return decoded_text(start, value) && put_text(value);
  }

  bool put_text(std::string_view value) {
    Open& open = open_.back();
    if (open.last_child != nullptr || open.node->value != nullptr) return add_text(value);
    open.node->value = value.data();
    open.node->value_size = static_cast<std::uint32_t>(value.size());
    return true;
  }

  /// The text from `start`, of which all up to at_ needs no change.
  bool decoded_text(const char* start, std::string_view& value) {
    const char* const stop = find_first(at_, end_, [](auto c) { return c == std::uint8_t{'<'}; });
    if (stop == end_) return false;
    char* const out = room_for(start, stop);
    if (out == nullptr) return false;
    char* to = out + (at_ - start);
    if (options_.strict) std::copy(start, at_, out);  // in place it is there already
    while (at_ != stop) {
      if (*at_ == '&') {
        if (!reference(stop, out, to)) return false;
        continue;
      }
      // What is read so far has at least as many letters as what is written: a whole block fits.
      if (static_cast<std::size_t>(stop - at_) >= block_size) {
        const Block block = block_at(at_);
        const unsigned found =
            bits((block == std::uint8_t{'&'}) | (block == std::uint8_t{'\r'}) | (block == std::uint8_t{']'}));
        const auto plain = found == 0 ? block_size : static_cast<std::size_t>(std::countr_zero(found));
        // In place nothing may be written over what is still to be read.
        if (options_.strict) {
          std::memcpy(to, &block, sizeof block);
        } else {
          std::memmove(to, at_, plain);
        }
        at_ += plain;
        to += plain;
        if (found == 0) continue;
      }
      const char c = *at_;
      if (c == '&') continue;
      if (c == ']' && options_.strict && rest().starts_with("]]>")) return false;
      if (c == '\r' && at_ + 1 != stop && at_[1] == '\n') ++at_;
      *to++ = c == '\r' ? '\n' : c;
      ++at_;
    }
    value = view(out, to);
    keep(value);
    return true;
  }

  /// Writes the letters that the reference at at_ stands for to `to`, behind what is at `out` already. It has
  /// at least as many itself.
  bool reference(const char* stop, const char* out, char*& to) {
    if (stop - at_ < 2 || (at_[1] != '#' && !is(at_[1], name_start))) {
      if (options_.strict) return false;
      *to++ = *at_++;
      return true;
    }
    const auto known = [&](std::string_view name, char letter) {
      if (!view(at_ + 1, stop).starts_with(name)) return false;
      *to++ = letter;
      at_ += name.size() + 1;
      return true;
    };
    switch (at_[1]) {
      case 'l':
        if (known("lt;", '<')) return true;
        break;
      case 'g':
        if (known("gt;", '>')) return true;
        break;
      case 'a':
        if (known("amp;", '&') || known("apos;", '\'')) return true;
        break;
      case 'q':
        if (known("quot;", '"')) return true;
        break;
      default:
        break;
    }
    const Reference found = reference_at(view(at_, stop), 0);
    if (found.kind == Reference::Kind::character && (found.legal || !options_.strict)) {
      const bool is_plain = found.code == '\t' || found.code == '\n' ||
                            (found.code >= ' ' && found.code < 0x7f) ||
                            (found.code > 0xff && found.code < 0xfdd0);
      // Behind one of Latin-1's letters it may be UTF-8 that was taken for windows-1252.
      const bool is_behind_letter = to - out >= 2 && to[-2] == '\xC3';
      has_odd_references_ |= !is_plain || (found.code > 0xff && is_behind_letter);
      std::array<char, 4> letter{};
      to = std::copy_n(letter.data(), write_utf8(letter.data(), found.code), to);
      at_ += found.length;
      return true;
    }
    // What the repair leaves as it is is no reference.
    if (options_.strict) return false;
    *to++ = *at_++;
    return true;
  }

  const char* begin_;
  const char* at_;
  const char* end_;
  TreeOptions options_;
  Arena& arena_;
  std::vector<Open> open_;
  std::vector<NodeAttribute> found_;
  bool too_large_ = false;
  bool has_odd_references_ = false;
};

}  // namespace

void Arena::make_room(std::size_t size) {
  const std::size_t block = std::max(size, next_block_);
  blocks_.push_back(std::make_unique_for_overwrite<char[]>(block));
  at_ = blocks_.back().get();
  end_ = at_ + block;
  next_block_ = std::min(2 * next_block_, largest_block);
}

void* Arena::take(std::size_t size) {
  if (size > left_) return nullptr;
  const auto gap = (alignof(Node::Data) - reinterpret_cast<std::uintptr_t>(at_) % alignof(Node::Data)) %
                   alignof(Node::Data);
  if (static_cast<std::size_t>(end_ - at_) < size + gap) {
    make_room(size);
  } else {
    at_ += gap;
  }
  left_ -= size;
  char* taken = at_;
  at_ += size;
  return taken;
}

char* Arena::room_for(std::size_t size) {
  if (size > left_) return nullptr;
  if (static_cast<std::size_t>(end_ - at_) < size) make_room(size);
  return at_;
}

void Arena::keep(std::size_t size) {
  at_ += size;
  left_ -= size;
}

TreeResult Tree::read(std::string_view text, const TreeOptions& options) {
  top_ = {};
  has_odd_references_ = false;
  arena_.emplace(options.most_memory);
  if (text.size() > UINT32_MAX) return TreeResult::too_large;
  TreeReader reader(text, options, *arena_, top_);
  const TreeResult result = reader.read();
  has_odd_references_ = reader.has_odd_references();
  return result;
}

}  // namespace tributary::parser
