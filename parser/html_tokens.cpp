#include "parser/html_tokens.hpp"

#include <algorithm>
#include <cstdint>

#include "parser/blocks.hpp"

namespace tributary::parser::html {
namespace {

constexpr bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
constexpr bool is_blank(char c) {
  return c == ' ' || c == '\n' || c == '\t' || c == '\f' || c == '\r';
}
constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

}  // namespace

bool Tokenizer::next(Token& token) {
  while (at_ < html_.size()) {
    const std::size_t start = at_;
    const char* const end = html_.data() + html_.size();
    const char* const stop = find_first(html_.data() + start, end, [](auto c) {
      return (c == std::uint8_t{'<'}) | (c == std::uint8_t{'&'}) | (c == std::uint8_t{'>'});
    });
    bool is_plain = stop == end || *stop == '<';
    auto less = static_cast<std::size_t>(stop - html_.data());
    if (!is_plain) less = std::min(html_.find('<', less), html_.size());
    // A '<' that begins nothing is text.
    while (less != html_.size()) {
      const char c = less + 1 < html_.size() ? html_[less + 1] : '\0';
      if (is_letter(c) || c == '!' || c == '?' || (c == '/' && less + 2 < html_.size())) break;
      is_plain = false;
      less = std::min(html_.find('<', less + 1), html_.size());
    }
    if (less > start) {
      at_ = less;
      token = {.kind = Kind::text, .text = html_.substr(start, less - start), .is_plain = is_plain};
      return true;
    }
    const char c = html_[less + 1];
    if (is_letter(c)) {
      token.kind = Kind::start_tag;
      return read_tag(token, less + 1);
    }
    if (c == '/' && is_letter(html_[less + 2])) {
      token.kind = Kind::end_tag;
      return read_tag(token, less + 2);
    }
    skip_declaration();
  }
  return false;
}

void Tokenizer::skip_past(std::string_view end, std::size_t from) {
  const auto found = html_.find(end, from);
  at_ = found == std::string_view::npos ? html_.size() : found + end.size();
}

/// At "<!", "<?" or "</" that begins no tag: a comment, or what a browser reads as one.
void Tokenizer::skip_declaration() {
  const auto rest = html_.substr(at_);
  if (rest.starts_with("<![CDATA[")) saw_cdata_ = true;
  if (!rest.starts_with("<!--")) return skip_past(">", at_ + 2);
  if (rest.starts_with("<!-->")) {
    at_ += 5;
  } else if (rest.starts_with("<!--->")) {
    at_ += 6;
  } else {
    // "-->" or "--!>"
    for (std::size_t dashes = html_.find("--", at_ + 4);; dashes = html_.find("--", dashes + 1)) {
      if (dashes == std::string_view::npos) {
        at_ = html_.size();
        return;
      }
      const auto behind = html_.substr(dashes + 2);
      if (behind.starts_with('>') || behind.starts_with("!>")) {
        at_ = dashes + (behind.starts_with('>') ? 3 : 4);
        return;
      }
    }
  }
}

bool Tokenizer::read_tag(Token& token, std::size_t name_at) {
  at_ = name_at;
  while (at_ < html_.size() && !is_blank(html_[at_]) && html_[at_] != '/' && html_[at_] != '>') ++at_;
  token.text = html_.substr(name_at, at_ - name_at);
  token.tag = tag_of(token.text);
  token.self_closing = false;
  if (at_ < html_.size() && html_[at_] == '>') {  // most tags
    ++at_;
    if (token.kind == Kind::start_tag) attributes_.clear();
    return true;
  }
  return read_attributes(token.kind == Kind::start_tag, &token.self_closing);
}

bool Tokenizer::read_attributes(bool keep, bool* self_closing) {
  if (keep) attributes_.clear();
  std::size_t count = 0;
  const std::size_t size = html_.size();
  const auto skip_blanks = [&] {
    while (at_ < size && is_blank(html_[at_])) ++at_;
  };
  while (true) {
    const std::size_t gap = at_;
    while (at_ < size && (is_blank(html_[at_]) || html_[at_] == '/')) ++at_;
    if (at_ >= size) return false;
    if (html_[at_] == '>') {
      if (self_closing != nullptr) *self_closing = at_ > gap && html_[at_ - 1] == '/';
      ++at_;
      most_attributes_ = std::max(most_attributes_, count);
      return true;
    }
    const std::size_t name_at = at_++;  // a '=' in the first place belongs to the name
    while (at_ < size && !is_blank(html_[at_]) && html_[at_] != '/' && html_[at_] != '>' && html_[at_] != '=')
      ++at_;
    const auto name = html_.substr(name_at, at_ - name_at);
    std::string_view value;
    bool has_references = false;
    skip_blanks();
    if (at_ < size && html_[at_] == '=') {
      ++at_;
      skip_blanks();
      if (at_ >= size) return false;
      const char quote = html_[at_];
      if (quote == '"' || quote == '\'') {
        const char* const end = html_.data() + size;
        const char* const value_at = html_.data() + at_ + 1;
        const char* close = find_first(value_at, end, [mark = static_cast<std::uint8_t>(quote)](auto c) {
          return (c == mark) | (c == std::uint8_t{'&'});
        });
        has_references = close != end && *close == '&';
        if (has_references) close = std::find(close, end, quote);
        if (close == end) {
          at_ = size;
          return false;
        }
        value = {value_at, static_cast<std::size_t>(close - value_at)};
        at_ = static_cast<std::size_t>(close - html_.data()) + 1;
      } else if (quote != '>') {
        const std::size_t value_at = at_;
        while (at_ < size && !is_blank(html_[at_]) && html_[at_] != '>') ++at_;
        value = html_.substr(value_at, at_ - value_at);
        has_references = value.find('&') != std::string_view::npos;
      }
    }
    ++count;
    if (keep) attributes_.add(attribute_of(name), value, has_references);
  }
}

std::string_view Tokenizer::raw_text(std::string_view name) {
  const std::size_t start = at_;
  for (std::size_t less = html_.find("</", start); less != std::string_view::npos;
       less = html_.find("</", less + 2)) {
    const auto behind = html_.substr(less + 2);
    if (behind.size() <= name.size() ||
        !std::ranges::equal(behind.substr(0, name.size()), name, {}, lower, lower))
      continue;
    const char c = behind[name.size()];
    if (!is_blank(c) && c != '/' && c != '>') continue;
    at_ = less + 2 + name.size();
    if (!read_attributes(false)) at_ = html_.size();
    return html_.substr(start, less - start);
  }
  at_ = html_.size();
  return html_.substr(start);
}

}  // namespace tributary::parser::html
