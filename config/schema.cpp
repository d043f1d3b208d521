#include <string>

#include "config/keys.hpp"

namespace tributary::config {
namespace {

// The table's rows are compact JSON; people read the file, so it is laid out: short brackets on one line,
// others broken.
std::string laid_out(std::string_view json) {
  constexpr std::size_t width = 100;
  const auto closing = [&](std::size_t open) {
    int depth = 0;
    bool quoted = false;
    for (std::size_t i = open; i < json.size(); ++i) {
      if (quoted && json[i] == '\\')
        ++i;
      else if (json[i] == '"')
        quoted = !quoted;
      else if (!quoted && (json[i] == '{' || json[i] == '['))
        ++depth;
      else if (!quoted && (json[i] == '}' || json[i] == ']') && --depth == 0)
        return i;
    }
    return json.size() - 1;
  };
  std::string out;
  std::size_t indent = 0;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (c == '"') {
      const auto begin = i++;
      while (json[i] != '"') i += json[i] == '\\' ? 2 : 1;
      out += json.substr(begin, i - begin + 1);
    } else if (c == '{' || c == '[') {
      const auto end = closing(i);
      if (end - i + indent <= width) {
        out += json.substr(i, end - i + 1);
        i = end;
        continue;
      }
      indent += 2;
      out += c;
      out += '\n' + std::string(indent, ' ');
    } else if (c == '}' || c == ']') {
      indent -= 2;
      out += '\n' + std::string(indent, ' ') + c;
    } else if (c == ',') {
      out += ",\n" + std::string(indent, ' ');
      if (i + 1 < json.size() && json[i + 1] == ' ') ++i;
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

std::string schema() {
  return laid_out(
             "{\"$schema\": \"https://json-schema.org/draft/2020-12/schema\", \"title\": \"feeds.yaml\", " +
             feeds_yaml().schema + "}") +
         "\n";
}

std::vector<KeyHelp> keys() {
  return feeds_yaml().inside;
}

}  // namespace tributary::config
