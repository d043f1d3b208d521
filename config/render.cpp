#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "config/config.hpp"
#include "config/source.hpp"
#include "config/values.hpp"

namespace tributary::config {
namespace {

// A terminal's line; what is further away from the fault is cut.
constexpr int widest = 100;

struct Shown {
  std::string line = {};
  std::string underline = {};
};

int cells(UChar32 c) {
  switch (u_charType(c)) {
    case U_NON_SPACING_MARK:
    case U_ENCLOSING_MARK:
      return 0;
    default:
      break;
  }
  const auto width = u_getIntPropertyValue(c, UCHAR_EAST_ASIAN_WIDTH);
  return width == U_EA_WIDE || width == U_EA_FULLWIDTH ? 2 : 1;
}

// Characters that would reorder or hide what a terminal shows (Trojan source).
bool deceives(UChar32 c) {
  return u_charType(c) == U_FORMAT_CHAR || u_charType(c) == U_LINE_SEPARATOR ||
         u_charType(c) == U_PARAGRAPH_SEPARATOR;
}

Shown shown(const Fault& fault) {
  Shown out;
  const int first = std::max(1, std::min(fault.column - widest / 2, fault.column + fault.length - widest));
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(fault.source.data());
  const auto size = static_cast<std::int32_t>(fault.source.size());
  int column = 0;
  if (first > 1) {
    out.line = "…";
    out.underline = " ";
  }
  for (std::int32_t i = 0; i < size;) {
    const auto begin = static_cast<std::size_t>(i);
    UChar32 c = 0;
    U8_NEXT(bytes, i, size, c);
    ++column;
    if (column < first) continue;
    if (column >= first + widest) {
      out.line += "…";
      break;
    }
    const bool at_fault = column >= fault.column && column < fault.column + fault.length;
    if (c == '\t') {
      out.line += at_fault ? "→" : "\t";
      out.underline += at_fault ? "^" : "\t";
    } else if (c < 0 || deceives(c)) {
      out.line += "\uFFFD";
      out.underline += at_fault ? '^' : ' ';
    } else {
      out.line += fault.source.substr(begin, static_cast<std::size_t>(i) - begin);
      out.underline += std::string(static_cast<std::size_t>(cells(c)), at_fault ? '^' : ' ');
    }
  }
  if (column < fault.column) out.underline += "^";  // behind the end of the line
  while (out.underline.ends_with(' ')) out.underline.pop_back();
  return out;
}

std::string as_text(const std::vector<Fault>& faults, bool colour) {
  std::string out;
  const auto paint = [&](std::string_view code, std::string_view text) {
    return colour ? fmt::format("\033[{}m{}\033[0m", code, text) : std::string(text);
  };
  for (const auto& fault : faults) {
    const std::string_view hue = fault.warning ? "33" : "31";
    out += fmt::format("{} {}\n", to_string(fault), paint("2", fmt::format("[{}]", fault.code)));
    if (fault.line == 0 || fault.source.empty()) continue;
    const auto [line, underline] = shown(fault);
    const auto number = std::to_string(fault.line);
    out += fmt::format("  {} | {}\n  {} | {}\n", number, line, std::string(number.size(), ' '),
                       paint(hue, underline));
  }
  return out;
}

std::string as_json(const std::vector<Fault>& faults) {
  std::string list;
  for (const auto& fault : faults) {
    list += fmt::format(
        "{}\n  {{\"file\": {}, \"line\": {}, \"column\": {}, \"length\": {}, \"code\": {}, \"severity\": "
        "\"{}\", \"what\": {}, "
        "\"mend\": {}, \"source\": {}}}",
        list.empty() ? "" : ",", json_string(fault.file), fault.line, fault.column, fault.length,
        json_string(fault.code), fault.warning ? "warning" : "error", json_string(fault.what),
        json_string(fault.mend), json_string(fault.source));
  }
  const auto warnings = std::ranges::count(faults, true, &Fault::warning);
  return fmt::format("{{\"faults\": [{}{}], \"errors\": {}, \"warnings\": {}}}\n", list,
                     list.empty() ? "" : "\n", static_cast<std::ptrdiff_t>(faults.size()) - warnings,
                     warnings);
}

// GitHub's workflow commands: percent, line ends, and in properties also colon and comma are escaped.
std::string escaped(std::string_view text, bool property) {
  std::string out;
  for (const char c : text) {
    const bool special = c == '%' || c == '\r' || c == '\n' || (property && (c == ':' || c == ','));
    if (special)
      out += fmt::format("%{:02X}", static_cast<unsigned>(c));
    else
      out += c;
  }
  return out;
}

std::string as_github(const std::vector<Fault>& faults) {
  std::string out;
  for (const auto& fault : faults) {
    out += fmt::format("::{} file={}", fault.warning ? "warning" : "error", escaped(fault.file, true));
    if (fault.line > 0)
      out += fmt::format(",line={},col={},endColumn={}", fault.line, fault.column,
                         fault.column + std::max(1, fault.length));
    out += fmt::format(",title={}::{}\n", escaped(fault.code, true),
                       escaped(fault.what + "; " + fault.mend, false));
  }
  return out;
}

}  // namespace

std::string render_faults(const std::vector<Fault>& faults, FaultFormat format, bool colour) {
  switch (format) {
    case FaultFormat::text:
      return as_text(faults, colour);
    case FaultFormat::json:
      return as_json(faults);
    case FaultFormat::github:
      return as_github(faults);
  }
  return {};
}

}  // namespace tributary::config
