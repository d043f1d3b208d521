#include "config/source.hpp"

#include <unicode/utf8.h>

#include <algorithm>

#include <fmt/format.h>

namespace tributary::config {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

bool is_utf16(std::string_view text) {
  return text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF") ||
         (text.size() >= 2 && (text[0] == '\0' || text[1] == '\0'));
}

// One line, and none that fills a screen: values are shown in messages. What turns the direction of writing
// is taken out, since it could make the message read otherwise than it is.
std::string flat(std::string text) {
  for (std::size_t i = 0; i + 2 < text.size(); ++i) {
    const std::string_view c = std::string_view(text).substr(i, 3);
    if ((c >= "\u202A" && c <= "\u202E") || (c >= "\u2066" && c <= "\u2069")) text.replace(i, 3, "\uFFFD");
  }
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  }
  constexpr std::size_t longest = 400;
  if (text.size() <= longest) return text;
  auto head = longest / 2;
  auto tail = text.size() - longest / 2;
  const auto inside = [&](std::size_t i) { return (static_cast<unsigned char>(text[i]) & 0xC0) == 0x80; };
  while (inside(head)) --head;
  while (inside(tail)) ++tail;
  return text.substr(0, head) + "…" + text.substr(tail);
}

}  // namespace

Source::Source(std::filesystem::path file, std::string_view text) : file_(std::move(file)) {
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  text_ = text;
  starts_.push_back(0);
  for (std::size_t i = 0; i < text_.size(); ++i) {
    const bool cr_alone = text_[i] == '\r' && (i + 1 == text_.size() || text_[i + 1] != '\n');
    if (text_[i] == '\n' || cr_alone) starts_.push_back(i + 1);
  }
}

int Source::line_of(std::size_t offset) const {
  return static_cast<int>(std::ranges::upper_bound(starts_, offset) - starts_.begin());
}

std::string_view Source::line_text(int line) const {
  const auto begin = starts_[static_cast<std::size_t>(line) - 1];
  const auto end = text_.find_first_of("\r\n", begin);
  return std::string_view(text_).substr(begin, end == std::string::npos ? end : end - begin);
}

Fault Source::fault(Span span, std::string code, std::string what, std::string mend) const {
  const auto begin = std::min(span.begin, text_.size());
  const int line = line_of(begin);
  const auto whole = line_text(line);
  const auto before = std::min(begin - starts_[static_cast<std::size_t>(line) - 1], whole.size());
  const auto marked = whole.substr(before, span.end > begin ? span.end - begin : 0);
  return {.file = file_.string(),
          .line = line,
          .column = count_characters(whole.substr(0, before)) + 1,
          .code = std::move(code),
          .what = flat(std::move(what)),
          .mend = flat(std::move(mend)),
          .source = std::string(whole),
          .length = std::max(1, count_characters(marked))};
}

std::optional<Fault> Source::unreadable() const {
  if (is_utf16(text_)) {
    return Fault{.file = file_.string(),
                 .line = 1,
                 .column = 1,
                 .code = "bad-encoding",
                 .what = "the file is not UTF-8 but looks like UTF-16",
                 .mend = "save it as UTF-8"};
  }
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text_.data());
  const auto size = static_cast<std::int64_t>(text_.size());
  for (std::int64_t i = 0; i < size;) {
    const auto begin = static_cast<std::size_t>(i);
    UChar32 c = 0;
    U8_NEXT(bytes, i, size, c);
    if (c < 0) {
      // The line's text is left out: it is no UTF-8 and could not be shown.
      auto fault =
          this->fault({begin, begin + 1}, "bad-encoding",
                      fmt::format("byte 0x{:02X} is no valid UTF-8", bytes[begin]), "save the file as UTF-8");
      fault.source.clear();
      return fault;
    }
    const bool allowed =
        c >= 0x20 ? c != 0x7F && !(c >= 0x80 && c < 0xA0 && c != 0x85) && c != 0xFFFE && c != 0xFFFF
                  : c == '\t' || c == '\n' || c == '\r';
    if (!allowed) {
      return fault(
          {begin, begin + 1}, "control-character",
          fmt::format("the invisible character U+{:04X} may not stand in YAML", static_cast<unsigned>(c)),
          "delete it");
    }
  }
  return std::nullopt;
}

int count_characters(std::string_view text) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  const auto size = static_cast<std::int64_t>(text.size());
  int count = 0;
  for (std::int64_t i = 0; i < size; ++count) {
    UChar32 c = 0;
    U8_NEXT(bytes, i, size, c);
  }
  return count;
}

}  // namespace tributary::config
