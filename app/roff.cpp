#include "app/roff.hpp"

namespace tributary::app {
namespace {

std::string escaped(std::string_view text) {
  std::string out;
  if (!text.empty() && (text.front() == '.' || text.front() == '\'')) out += "\\&";
  for (const char c : text) {
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      out += c == '\n' ? ' ' : c;
    }
  }
  return out;
}

std::string capitals(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return out;
}

}  // namespace

Roff::Roff(std::string_view name, int section, std::string_view version)
    : text_(".TH " + capitals(name) + " " + std::to_string(section) + " \"\" \"tributary " +
            escaped(version) + "\"\n") {}

void Roff::section(std::string_view title) {
  text_ += ".SH " + capitals(title) + "\n";
}

void Roff::subsection(std::string_view title) {
  text_ += ".SS " + escaped(title) + "\n";
}

void Roff::paragraph(std::string_view text) {
  text_ += ".PP\n" + escaped(text) + "\n";
}

void Roff::item(std::string_view term, std::string_view text) {
  text_ += ".TP\n\\fB" + escaped(term) + "\\fR\n" + escaped(text) + "\n";
}

}  // namespace tributary::app
