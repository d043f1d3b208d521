#pragma once
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

// A document as a tree of views into its own text. Made for one reader, which goes through it once: names and
// values know their length, prefixes are told from local names once, and only what holds a reference or a
// carriage return is copied.
namespace tributary::parser {

class NodeAttribute {
 public:
  NodeAttribute() = default;
  NodeAttribute(std::string_view name, std::string_view value)
      : name_(name.data()),
        value_(value.data()),
        name_size_(static_cast<std::uint32_t>(name.size())),
        value_size_(static_cast<std::uint32_t>(value.size())) {}
  [[nodiscard]] std::string_view name() const { return {name_, name_size_}; }
  /// References decoded; white space as blanks (XML 1.0 section 3.3.3).
  [[nodiscard]] std::string_view value() const { return {value_, value_size_}; }

 private:
  const char* name_ = nullptr;
  const char* value_ = nullptr;
  std::uint32_t name_size_ = 0;
  std::uint32_t value_size_ = 0;
};

/// An element, or a stretch of text inside one; or nothing. As cheap to copy as a pointer; valid as long as
/// its tree. Whatever is asked of nothing is nothing, or empty.
class Node {
 public:
  /// What a tree keeps of a node.
  struct Data {
    const char* name = nullptr;  // null: a text
    const char* value = nullptr;
    const Data* parent = nullptr;
    const Data* first_child = nullptr;
    const Data* next_sibling = nullptr;
    const NodeAttribute* attributes = nullptr;
    std::uint32_t name_size = 0;
    std::uint32_t value_size = 0;
    std::uint32_t prefix_size = 0;  // with its colon
    std::uint16_t attribute_count = 0;
    bool opens_scope = false;
    bool keeps_space = false;
  };

  Node() = default;
  explicit Node(const Data* data) : data_(data) {}

  explicit operator bool() const { return data_ != nullptr; }
  friend bool operator==(const Node&, const Node&) = default;

  [[nodiscard]] bool is_element() const { return data_ != nullptr && data_->name != nullptr; }
  [[nodiscard]] bool is_text() const { return data_ != nullptr && data_->name == nullptr; }

  /// As written, with its prefix.
  [[nodiscard]] std::string_view name() const {
    return data_ == nullptr ? std::string_view() : std::string_view(data_->name, data_->name_size);
  }
  [[nodiscard]] std::string_view prefix() const {
    return data_ == nullptr || data_->prefix_size == 0
               ? std::string_view()
               : std::string_view(data_->name, data_->prefix_size - 1);
  }
  [[nodiscard]] std::string_view local() const {
    return data_ == nullptr
               ? std::string_view()
               : std::string_view(data_->name + data_->prefix_size, data_->name_size - data_->prefix_size);
  }
  /// Of a text, its letters; of an element, the text in front of its first child, which nearly always is all
  /// that it holds.
  [[nodiscard]] std::string_view value() const {
    return data_ == nullptr ? std::string_view() : std::string_view(data_->value, data_->value_size);
  }

  [[nodiscard]] Node parent() const { return Node(data_ == nullptr ? nullptr : data_->parent); }
  [[nodiscard]] Node first_child() const { return Node(data_ == nullptr ? nullptr : data_->first_child); }
  [[nodiscard]] Node next_sibling() const { return Node(data_ == nullptr ? nullptr : data_->next_sibling); }

  [[nodiscard]] std::span<const NodeAttribute> attributes() const {
    if (data_ == nullptr) return {};
    return {data_->attributes, data_->attribute_count};
  }
  /// The value of the attribute of exactly that name; "" when there is none.
  [[nodiscard]] std::string_view attribute(std::string_view name) const {
    for (const NodeAttribute& each : attributes()) {
      if (each.name() == name) return each.value();
    }
    return {};
  }
  /// True when an attribute may say something of namespaces, language or base.
  [[nodiscard]] bool opens_scope() const { return data_ != nullptr && data_->opens_scope; }

  /// True when white space between the elements inside was kept.
  [[nodiscard]] bool keeps_space() const { return data_ != nullptr && data_->keeps_space; }

  /// The first child element of exactly that name.
  [[nodiscard]] Node child(std::string_view name) const;

  class Siblings;
  [[nodiscard]] Siblings children() const;

 private:
  const Data* data_ = nullptr;
};

/// A node and those behind it, for a loop.
class Node::Siblings {
 public:
  class Iterator {
   public:
    using difference_type = std::ptrdiff_t;
    using value_type = Node;
    Iterator() = default;
    explicit Iterator(Node node) : node_(node) {}
    Node operator*() const { return node_; }
    Iterator& operator++() {
      node_ = node_.next_sibling();
      return *this;
    }
    Iterator operator++(int) {
      Iterator before = *this;
      ++*this;
      return before;
    }
    friend bool operator==(const Iterator&, const Iterator&) = default;

   private:
    Node node_;
  };
  explicit Siblings(Node first) : first_(first) {}
  [[nodiscard]] Iterator begin() const { return Iterator(first_); }
  [[nodiscard]] static Iterator end() { return {}; }

 private:
  Node first_;
};

inline Node::Siblings Node::children() const {
  return Siblings(first_child());
}

inline Node Node::child(std::string_view name) const {
  for (const Node each : children()) {
    if (each.is_element() && each.name() == name) return each;
  }
  return {};
}

/// Memory that is given back all at once.
class Arena {
 public:
  /// `most`: bytes that may be taken in all.
  explicit Arena(std::size_t most) : left_(most) {}
  /// Aligned for nodes; null when that would be more than `most`.
  [[nodiscard]] void* take(std::size_t size);
  /// Room for that many letters, of which keep() then says how many are needed; null as for take().
  [[nodiscard]] char* room_for(std::size_t size);
  void keep(std::size_t size);

 private:
  static constexpr std::size_t first_block = std::size_t{16} << 10U;
  static constexpr std::size_t largest_block = std::size_t{1} << 20U;
  void make_room(std::size_t size);

  std::vector<std::unique_ptr<char[]>> blocks_;
  char* at_ = nullptr;
  char* end_ = nullptr;
  std::size_t next_block_ = first_block;
  std::size_t left_;
};

struct TreeOptions {
  /// The text must be well-formed XML without a document type of its own; else what breaks a rule is read as
  /// what it looks like, and written over: for text that repair_xml() wrote.
  bool strict = true;
  char* own_text = nullptr;  ///< where the text is, to be written to, unless `strict`
  /// Keep texts of nothing but white space from the start. They are kept anyway from the first attribute on
  /// that speaks of XHTML: inline markup needs them, and plain feeds need not pay for them.
  bool keep_space = false;
  std::size_t most_memory = SIZE_MAX;  ///< bytes
};

enum class TreeResult { whole, broken, too_large };

class Tree {
 public:
  /// Reads the text, which must outlive the tree; it must be UTF-8 without characters that XML has no place
  /// for. On failure the tree holds what was read up to there.
  [[nodiscard]] TreeResult read(std::string_view text, const TreeOptions& options);

  /// Null when there is no element at all.
  [[nodiscard]] Node root() const { return Node(top_.first_child); }
  /// True when character references of the text brought letters that plain text does not hold (utf8.hpp,
  /// Letters::odd).
  [[nodiscard]] bool has_odd_references() const { return has_odd_references_; }

 private:
  std::optional<Arena> arena_;
  Node::Data top_;
  bool has_odd_references_ = false;
};

}  // namespace tributary::parser
