#pragma once
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
  explicit JsonWriter(For use = For::file) : use_(use) {}

  void open_object() { open('{', '}'); }
  void open_array() { open('[', ']'); }
  void close();
  void key(std::string_view name);
  void value(std::string_view text);
  void value(std::uint64_t number);

  /// A member; left out when the text is empty.
  void member(std::string_view name, std::string_view text);
  void object(std::string_view name);
  void array(std::string_view name);

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
  std::string out_;
  std::vector<Level> levels_;
  bool after_key_ = false;
};

}  // namespace tributary::publisher
