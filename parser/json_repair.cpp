#include "parser/json_repair.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "parser/ascii.hpp"

namespace tributary::parser {
namespace {

class JsonRepairer {
 public:
  explicit JsonRepairer(std::string_view text) : text_(text) { out_.reserve(text.size() + 16); }

  std::string run() {
    while (at_ < text_.size() && !done_) step();
    finish();
    return std::move(out_);
  }

 private:
  // What the innermost container waits for.
  enum class Wait { key, colon, value, comma };
  struct Open {
    char close;
    Wait wait;
    std::size_t safe;  // length of out_ up to which the container is whole
  };

  void step() {
    const char c = text_[at_];
    if (is_space(c)) {
      ++at_;
    } else if (open_.empty()) {
      c == '{' || c == '[' ? open(c) : stop();
    } else if (c == '}' || c == ']') {
      close(c);
    } else if (c == ',') {
      ++at_;
      if (top().wait == Wait::comma)
        top().wait = top().close == '}' ? Wait::key : Wait::value, pending_comma_ = true;
    } else if (c == ':') {
      ++at_;
      if (top().wait != Wait::colon) return stop();
      out_ += ':';
      top().wait = Wait::value;
    } else {
      token(c);
    }
  }

  void token(char c) {
    if (top().wait == Wait::colon) return stop();
    // A forgotten comma.
    if (top().wait == Wait::comma) {
      pending_comma_ = true;
      top().wait = top().close == '}' ? Wait::key : Wait::value;
    }
    if (top().wait == Wait::key && c != '"') return stop();
    put_comma();
    if (c == '{' || c == '[') return open(c);
    const bool whole = c == '"' ? string() : literal();
    if (!whole) return stop();
    if (top().wait == Wait::key)
      top().wait = Wait::colon;
    else
      value_done();
  }

  void open(char c) {
    ++at_;
    out_ += c;
    open_.push_back({c == '{' ? '}' : ']', c == '{' ? Wait::key : Wait::value, out_.size()});
  }

  void close(char c) {
    if (top().close != c) return stop();
    ++at_;
    pending_comma_ = false;
    out_.resize(top().wait == Wait::comma ? out_.size() : top().safe);
    out_ += c;
    open_.pop_back();
    if (open_.empty())
      done_ = true;
    else
      value_done();
  }

  void value_done() {
    top().wait = Wait::comma;
    top().safe = out_.size();
  }

  void put_comma() {
    if (pending_comma_) out_ += ',';
    pending_comma_ = false;
  }

  /// False when the text ends inside: then the string is left out with what it belongs to.
  bool string() {
    out_ += text_[at_++];
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"') {
        out_ += c;
        ++at_;
        return true;
      }
      if (c == '\\') {
        if (!escape()) return false;
      } else {
        control_or_letter(c);
        ++at_;
      }
    }
    return false;
  }

  void control_or_letter(char c) {
    constexpr std::string_view digits = "0123456789abcdef";
    const auto value = static_cast<unsigned char>(c);
    if (value >= 0x20) {
      out_ += c;
    } else {
      out_.append("\\u00").append(1, digits[value >> 4U]).append(1, digits[value & 0xFU]);
    }
  }

  std::optional<std::uint32_t> unit_at(std::size_t at) const {
    if (at + 6 > text_.size() || text_[at] != '\\' || text_[at + 1] != 'u') return std::nullopt;
    std::uint32_t unit = 0;
    for (std::size_t i = at + 2; i < at + 6; ++i) {
      const char small = lower(text_[i]);
      const bool letter = small >= 'a' && small <= 'f';
      if (!letter && !is_digit(small)) return std::nullopt;
      unit = unit * 16 + static_cast<std::uint32_t>(letter ? small - 'a' + 10 : small - '0');
    }
    return unit;
  }

  bool escape() {
    if (at_ + 1 >= text_.size()) return false;
    const char kind = text_[at_ + 1];
    if (kind != 'u') {
      if (std::string_view("\"\\/bfnrt").find(kind) != std::string_view::npos) {
        out_.append(text_.substr(at_, 2));
        at_ += 2;
      } else {
        // "\'" and the like: the letter was meant.
        ++at_;
      }
      return true;
    }
    const auto unit = unit_at(at_);
    if (!unit) {
      if (at_ + 6 > text_.size()) return false;
      at_ += 2;
      return true;
    }
    const bool high = *unit >= 0xD800 && *unit < 0xDC00;
    const bool low = *unit >= 0xDC00 && *unit < 0xE000;
    const auto next = high ? unit_at(at_ + 6) : std::nullopt;
    if (high && next && *next >= 0xDC00 && *next < 0xE000) {
      out_.append(text_.substr(at_, 12));
      at_ += 12;
    } else {
      if (high || low)
        out_ += "\\ufffd";
      else
        out_.append(text_.substr(at_, 6));
      at_ += 6;
    }
    return true;
  }

  /// Numbers and words; what is neither becomes null.
  bool literal() {
    const std::size_t start = at_;
    while (at_ < text_.size() && !is_space(text_[at_]) &&
           std::string_view(",:{}[]\"").find(text_[at_]) == std::string_view::npos)
      ++at_;
    const std::string_view word = text_.substr(start, at_ - start);
    // A number that the text ends in may lack its last digits.
    if (at_ == text_.size()) return false;
    const bool number = !word.empty() && (is_digit(word.front()) ||
                                          (word.size() > 1 && word.front() == '-' && is_digit(word[1])));
    const bool known = word == "true" || word == "false" || word == "null";
    if (word.empty()) ++at_;
    out_.append(number || known ? word : std::string_view("null"));
    return true;
  }

  void stop() { done_ = true; }

  void finish() {
    while (!open_.empty()) {
      if (top().wait != Wait::comma) out_.resize(top().safe);
      out_ += top().close;
      open_.pop_back();
      if (!open_.empty()) value_done();
    }
  }

  Open& top() { return open_.back(); }

  std::string_view text_;
  std::string out_;
  std::vector<Open> open_;
  std::size_t at_ = 0;
  bool pending_comma_ = false;
  bool done_ = false;
};

}  // namespace

std::string repair_json(std::string_view text) {
  return JsonRepairer(text).run();
}

}  // namespace tributary::parser
