#pragma once
#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tributary::publisher {

/// Attributes in the order in which they are written; those with an empty value are left out.
using Attributes = std::initializer_list<std::pair<std::string_view, std::string_view>>;

/// Writes an XML document: indented, every name and order as given, every text cleaned and escaped.
class XmlWriter {
 public:
  XmlWriter();                            ///< a document, with the XML declaration
  explicit XmlWriter(std::size_t depth);  ///< a fragment that will stand inside so many elements

  /// A processing instruction, before the root.
  void instruction(std::string_view target, std::string_view data);
  void open(std::string_view name, Attributes attributes = {});
  void close();
  /// An element without content.
  void empty(std::string_view name, Attributes attributes = {});
  /// An element with text; left out when the text is empty.
  void text(std::string_view name, std::string_view text, Attributes attributes = {});

  /// A fragment that another writer made for this depth.
  void fragment(std::string_view markup) { out_ += markup; }

  /// The document; every element must have been closed.
  [[nodiscard]] std::string take();

 private:
  void start(std::string_view name, Attributes attributes);
  std::string out_;
  std::vector<std::string> path_;
  std::size_t depth_ = 0;
};

}  // namespace tributary::publisher
