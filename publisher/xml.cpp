#include "publisher/xml.hpp"

#include <cassert>

#include "publisher/text.hpp"

namespace tributary::publisher {
namespace {

/// A literal line end in an attribute is read back as a space (XML 1.0 section 3.3.3), a carriage return
/// anywhere as a line feed (section 2.11): references keep them.
std::string escaped(std::string_view text, bool attribute) {
  std::string out;
  for (const char c : escape(clean(text))) {
    if (c == '\r') {
      out += "&#13;";
    } else if (attribute && c == '\n') {
      out += "&#10;";
    } else if (attribute && c == '\t') {
      out += "&#9;";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

XmlWriter::XmlWriter() : out_("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n") {}

XmlWriter::XmlWriter(std::size_t depth) : depth_(depth) {}

void XmlWriter::instruction(std::string_view target, std::string_view data) {
  out_.append("<?").append(target).append(" ").append(data).append("?>\n");
}

void XmlWriter::start(std::string_view name, Attributes attributes) {
  out_.append(2 * (depth_ + path_.size()), ' ').append("<").append(name);
  for (const auto& [key, value] : attributes) {
    if (value.empty()) continue;
    out_.append(" ").append(key).append("=\"").append(escaped(value, true)).append("\"");
  }
}

void XmlWriter::open(std::string_view name, Attributes attributes) {
  start(name, attributes);
  out_ += ">\n";
  path_.emplace_back(name);
}

void XmlWriter::close() {
  assert(!path_.empty());
  const std::string name = std::move(path_.back());
  path_.pop_back();
  out_.append(2 * (depth_ + path_.size()), ' ').append("</").append(name).append(">\n");
}

void XmlWriter::empty(std::string_view name, Attributes attributes) {
  start(name, attributes);
  out_ += "/>\n";
}

void XmlWriter::text(std::string_view name, std::string_view text, Attributes attributes) {
  if (text.empty()) return;
  start(name, attributes);
  out_.append(">").append(escaped(text, false)).append("</").append(name).append(">\n");
}

std::string XmlWriter::take() {
  assert(path_.empty());
  return std::move(out_);
}

}  // namespace tributary::publisher
