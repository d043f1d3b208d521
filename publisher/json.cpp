#include "publisher/json.hpp"

#include <algorithm>
#include <cassert>

#include "publisher/text.hpp"

namespace tributary::publisher {

void JsonWriter::separate() {
  if (after_key_) {
    after_key_ = false;
    return;
  }
  if (levels_.empty()) return;
  if (levels_.back().used) out_ += ',';
  levels_.back().used = true;
  out_ += '\n';
  out_.append(2 * (depth_ + levels_.size()), ' ');
}

void JsonWriter::open(char start, char end) {
  separate();
  out_ += start;
  levels_.push_back({end, false});
}

void JsonWriter::close() {
  assert(!levels_.empty());
  const Level level = levels_.back();
  levels_.pop_back();
  if (level.used) {
    out_ += '\n';
    out_.append(2 * (depth_ + levels_.size()), ' ');
  }
  out_ += level.end;
}

void JsonWriter::quote(std::string_view text) {
  static constexpr std::string_view digits = "0123456789abcdef";
  out_ += '"';
  const std::string cleaned = clean(text);
  const auto stands = [this](char c) {
    return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\' && c != 0x7F &&
           (use_ == For::file || (c != '<' && c != '>' && c != '&'));
  };
  for (auto at = cleaned.begin();; ++at) {
    const auto next = std::ranges::find_if_not(at, cleaned.end(), stands);
    out_.append(at, next);
    at = next;
    if (at == cleaned.end()) break;
    const char c = *at;
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out_ += '\\';
      out_ += c;
    } else if (c == '\n') {
      out_ += "\\n";
    } else if (c == '\t') {
      out_ += "\\t";
    } else {
      out_ += "\\u00";
      out_ += digits[byte >> 4];
      out_ += digits[byte & 15];
    }
  }
  out_ += '"';
}

void JsonWriter::key(std::string_view name) {
  separate();
  quote(name);
  out_ += ": ";
  after_key_ = true;
}

void JsonWriter::value(std::string_view text) {
  separate();
  quote(text);
}

void JsonWriter::value(std::uint64_t number) {
  separate();
  out_ += std::to_string(number);
}

void JsonWriter::fragment(std::string_view json) {
  separate();
  out_ += json;
}

void JsonWriter::member(std::string_view name, std::string_view text) {
  if (text.empty()) return;
  key(name);
  value(text);
}

void JsonWriter::object(std::string_view name) {
  key(name);
  open_object();
}

void JsonWriter::array(std::string_view name) {
  key(name);
  open_array();
}

std::string JsonWriter::take() {
  assert(levels_.empty());
  return std::move(out_);
}

}  // namespace tributary::publisher
