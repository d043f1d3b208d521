#include "config/layout.hpp"

#include <algorithm>

namespace tributary::config {
namespace {

constexpr auto npos = std::string_view::npos;

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/// Passes over a quoted text or a comment that begins at `i`; otherwise over one character.
std::size_t past(std::string_view text, std::size_t i, bool at_token) {
  if (at_token && (text[i] == '"' || text[i] == '\'')) return std::min(quoted_end(text, i), text.size());
  if (text[i] == '#' && (i == 0 || is_space(text[i - 1])))
    return std::min(text.find_first_of("\r\n", i), text.size());
  return i + 1;
}

/// Walks through flow style from `i`, inside `depth` brackets, until `stop` says so of a character outside
/// quotes and comments.
template <class Stop>
std::size_t walk(std::string_view text, std::size_t i, Stop stop) {
  // A quote opens a text only where a token can begin: "it's" is plain.
  bool at_token = true;
  while (i < text.size()) {
    if (stop(text[i])) return i;
    const auto next = past(text, i, at_token);
    if (next == i + 1 && !is_space(text[i])) {
      const char c = text[i];
      const bool colon = c == ':' && (next == text.size() || is_space(text[next]) || text[next] == ',' ||
                                      text[next] == '"' || text[next] == '\'');
      at_token = c == '[' || c == '{' || c == ',' || c == '}' || c == ']' || colon;
    } else if (next != i + 1) {
      at_token = text[i] == '#';
    }
    i = next;
  }
  return text.size();
}

}  // namespace

Layout::Layout(std::string_view text) : text_(text) {
  begins_.push_back(0);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
    if ((text[i] == '\n' || text[i] == '\r') && i + 1 < text.size()) begins_.push_back(i + 1);
  }
}

std::size_t Layout::line_of(std::size_t offset) const {
  return static_cast<std::size_t>(std::ranges::upper_bound(begins_, offset) - begins_.begin()) - 1;
}

std::size_t Layout::begin_of(std::size_t line) const {
  return line < begins_.size() ? begins_[line] : text_.size();
}

std::string_view Layout::line(std::size_t line) const {
  auto whole = text_.substr(begin_of(line), begin_of(line + 1) - begin_of(line));
  if (whole.ends_with('\n')) whole.remove_suffix(1);
  if (whole.ends_with('\r')) whole.remove_suffix(1);
  return whole;
}

std::string_view Layout::line_end(std::size_t number) const {
  for (auto at = std::min(number, lines() - 1) + 1; at-- > 0;) {
    const auto end = begin_of(at) + line(at).size();
    if (end < text_.size()) return text_.substr(end, begin_of(at + 1) - end);
  }
  return "\n";
}

std::size_t Layout::indentation(std::size_t number) const {
  return line(number).find_first_not_of(" \t");
}

bool is_flow(std::string_view text, const Node& node) {
  const bool collection = node.kind == Node::Kind::sequence || node.kind == Node::Kind::mapping;
  return collection && node.span.begin < text.size() &&
         (text[node.span.begin] == '[' || text[node.span.begin] == '{');
}

std::size_t Layout::end_of(const Node& node) const {
  if (is_flow(text_, node)) return flow_end(node.span.begin);
  auto end = node.span.end;
  for (const auto& member : node.members) end = std::max({end, member.key.span.end, end_of(member.value)});
  for (const auto& item : node.items) end = std::max(end, end_of(item));
  return end;
}

std::size_t Layout::flow_end(std::size_t open) const {
  int depth = 0;
  const auto close = walk(text_, open, [&](char c) {
    if (c == '[' || c == '{') ++depth;
    return (c == ']' || c == '}') && --depth == 0;
  });
  return std::min(close + 1, text_.size());
}

std::optional<std::size_t> Layout::comma_after(std::size_t offset) const {
  const auto found = walk(text_, offset, [](char c) { return c == ',' || c == ']' || c == '}'; });
  if (found >= text_.size() || text_[found] != ',') return std::nullopt;
  return found + 1;
}

std::size_t Layout::document_end(std::size_t from_line) const {
  for (std::size_t number = from_line; number < lines(); ++number) {
    const auto here = line(number);
    const bool marker = here.starts_with("...") || here.starts_with("---");
    if (marker && (here.size() == 3 || here[3] == ' ' || here[3] == '\t')) return number;
  }
  return begin_of(lines() - 1) == text_.size() ? lines() - 1 : lines();
}

std::vector<Layout::Entry> Layout::entries(const Node& list, std::size_t limit) const {
  const auto column = column_of(list.span.begin);
  std::vector<Entry> out;
  for (const auto& item : list.items) {
    auto first = line_of(item.span.begin);
    const auto has_dash = [&](std::size_t number) {
      return indentation(number) == column && line(number)[column] == '-';
    };
    while (first > 0 && !has_dash(first)) --first;
    out.push_back({.first = first});
  }
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto border = i + 1 < out.size() ? out[i + 1].first : limit;
    // An anchor of an alias stands elsewhere: an entry ends before the next one begins.
    auto last = std::clamp(line_of(end_of(list.items[i]) - 1) + 1, out[i].first + 1,
                           std::max(border, out[i].first + 1));
    for (auto number = last; number < border; ++number) {
      if (blank(number)) continue;
      if (indentation(number) <= column) break;
      last = number + 1;
    }
    out[i].last = last;
  }
  return out;
}

}  // namespace tributary::config
