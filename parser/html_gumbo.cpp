#include "parser/html_gumbo.hpp"

#include <gumbo.h>

#include <array>
#include <cstddef>
#include <cstdlib>
#include <list>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "parser/html_characters.hpp"
#include "parser/html_elements.hpp"

namespace tributary::parser::html {
namespace {

/// Gumbo's memory. Gumbo writes to what it asked for without a look at whether it got it, so an allocation
/// that fails throws, through gumbo's frames; what gumbo held by then is in a list and goes with the object.
class Memory {
 public:
  Memory() = default;
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;
  ~Memory() {
    while (first_ != nullptr) std::free(std::exchange(first_, first_->next));
  }

  GumboOptions options() {
    // Errors are kept, though nobody reads them: told to keep none, gumbo 0.10 garbles the attribute behind a
    // doubled one.
    GumboOptions options = kGumboDefaultOptions;
    options.allocator = [](void* self, std::size_t size) { return static_cast<Memory*>(self)->take(size); };
    options.deallocator = [](void* self, void* bytes) { static_cast<Memory*>(self)->give_back(bytes); };
    options.userdata = this;
    return options;
  }

 private:
  /// Stands before each piece of memory, whose alignment it keeps.
  struct alignas(std::max_align_t) Piece {
    Piece* before;
    Piece* next;
  };

  void* take(std::size_t size) {
    void* memory = std::malloc(sizeof(Piece) + size);
    if (memory == nullptr) throw std::bad_alloc();
    auto* piece = new (memory) Piece{nullptr, first_};
    if (first_ != nullptr) first_->before = piece;
    first_ = piece;
    return piece + 1;
  }

  void give_back(void* bytes) {
    if (bytes == nullptr) return;
    Piece* piece = static_cast<Piece*>(bytes) - 1;
    (piece->before != nullptr ? piece->before->next : first_) = piece->next;
    if (piece->next != nullptr) piece->next->before = piece->before;
    std::free(piece);
  }

  Piece* first_ = nullptr;
};

/// A whole document, as gumbo's fragments never leave SVG and MathML at an HTML tag: the standard had it so
/// for fragments once. A new block's name becomes that of another block without a tag of its own.
std::string document_of(std::string_view html, const std::vector<std::string_view>& newer_names) {
  std::string document("<!DOCTYPE html><body>");
  document.reserve(document.size() + html.size() + 2 * newer_names.size() + 1);
  std::size_t done = 0;
  for (const auto name : newer_names) {
    const auto at = static_cast<std::size_t>(name.data() - html.data());
    document.append(html.substr(done, at - done)).append("fieldset");
    done = at + name.size();
  }
  return document.append(html.substr(done));
}

const GumboNode* body_of(const GumboNode& root) {
  const auto& children = root.v.element.children;
  for (unsigned i = 0; i < children.length; ++i) {
    const auto* child = static_cast<const GumboNode*>(children.data[i]);
    if (child->type == GUMBO_NODE_ELEMENT && child->v.element.tag == GUMBO_TAG_BODY) return child;
  }
  return nullptr;
}

const GumboVector& children_of(const GumboNode& node) {
  return node.v.element.children;
}

Tag tag_of_element(const GumboElement& element) {
  static const auto known = [] {
    std::array<Tag, GUMBO_TAG_LAST> table{};
    for (int i = 0; i < GUMBO_TAG_UNKNOWN; ++i)
      table[static_cast<std::size_t>(i)] = tag_of(gumbo_normalized_tagname(static_cast<GumboTag>(i)));
    return table;
  }();
  if (element.tag_namespace == GUMBO_NAMESPACE_SVG) return Tag::svg;
  if (element.tag_namespace == GUMBO_NAMESPACE_MATHML) return Tag::math;
  if (element.tag != GUMBO_TAG_UNKNOWN) return known[element.tag];
  GumboStringPiece name = element.original_tag;
  // gumbo 0.10 counts an empty end tag before it as part of the tag.
  while (std::string_view(name.data, name.length).starts_with("</>")) {
    name.data += 3;
    name.length -= 3;
  }
  gumbo_tag_from_original_text(&name);
  return name.data == nullptr ? Tag::unknown : tag_of({name.data, name.length});
}

/// gumbo 0.10 writes garbage for some numbers beyond Unicode: what it hands out is prepared once more. The
/// copies live as long as the object.
class Repaired {
 public:
  std::string_view operator()(const char* text) {
    std::string storage;
    const std::string_view source(text);
    const auto good = prepare(source, storage);
    return good.data() == source.data() ? source : copies_.emplace_back(std::move(storage));
  }
  void clear() { copies_.clear(); }

 private:
  std::list<std::string> copies_;
};

void collect(const GumboElement& element, Repaired& repaired, Attributes& attributes) {
  attributes.clear();
  repaired.clear();
  for (unsigned i = 0; i < element.attributes.length; ++i) {
    const auto& attribute = *static_cast<const GumboAttribute*>(element.attributes.data[i]);
    attributes.add(attribute_of(attribute.name), repaired(attribute.value), false);
  }
}

}  // namespace

void gumbo_fragment(std::string_view html, const std::vector<std::string_view>& newer_names, Writer& writer) {
  const std::string document = document_of(html, newer_names);
  Memory memory;  // the tree's: it goes as a whole, without a walk over its nodes
  const GumboOptions options = memory.options();
  const GumboOutput* output = gumbo_parse_with_options(&options, document.data(), document.size());
  const GumboNode* body = body_of(*output->root);
  if (body == nullptr) return;
  struct Step {
    const GumboNode* node;
    unsigned next;  // child
  };
  std::vector<Step> path{{body, 0}};
  Attributes attributes;
  Repaired repaired;
  while (!path.empty()) {
    Step& step = path.back();
    const auto& children = children_of(*step.node);
    if (step.next == children.length) {
      path.pop_back();
      if (!path.empty()) writer.close();
      continue;
    }
    const auto& child = *static_cast<const GumboNode*>(children.data[step.next++]);
    switch (child.type) {
      case GUMBO_NODE_TEXT:
      case GUMBO_NODE_WHITESPACE:
      case GUMBO_NODE_CDATA:
        writer.text(repaired(child.v.text.text));
        break;
      case GUMBO_NODE_ELEMENT:
      case GUMBO_NODE_TEMPLATE: {
        // isindex becomes a form with a text of the parser's own: no one wrote that.
        if (child.parse_flags & GUMBO_INSERTION_FROM_ISINDEX) break;
        const Tag tag = tag_of_element(child.v.element);
        if (traits(tag).policy == Policy::remove) break;
        collect(child.v.element, repaired, attributes);
        writer.open(tag, attributes);
        if (!traits(tag).is(is_void)) path.push_back({&child, 0});
        break;
      }
      default:
        break;
    }
  }
}

}  // namespace tributary::parser::html
