#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tributary::publisher {

/// Writes a JSON document: members in the order given, indented, every string cleaned. With `in_html` the
/// result can stand inside a script element: no '<', '>' or '&' is literal in it.
class JsonWriter {
 public:
  enum class For { file, html };
  /// `depth`: for a fragment that will stand inside so many objects and arrays.
  explicit JsonWriter(For use = For::file, std::size_t depth = 0) : use_(use), depth_(depth) {}

  void open_object() { open('{', '}'); }
  void open_array() { open('[', ']'); }
  void close();
  void key(std::string_view name);
  void value(std::string_view text);
  void value(std::uint64_t number);
  /// A value that another writer made for this depth.
  void fragment(std::string_view json);

  /// A member; left out when the text is empty.
  void member(std::string_view name, std::string_view text);
  void object(std::string_view name);
  void array(std::string_view name);

  /// The text, without a line end; every object and array must have been closed.
  [[nodiscard]] std::string take();

 private:
  struct Level {
    char end;
    bool used;
  };
  void open(char start, char end);
  void separate();
  void quote(std::string_view text);
  For use_;
  std::size_t depth_;
  std::string out_;
  std::vector<Level> levels_;
  bool after_key_ = false;
};

}  // namespace tributary::publisher
