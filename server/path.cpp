#include "server/path.hpp"

namespace tributary::server {
namespace {

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

PathVerdict judge_segment(std::string_view name, bool last) {
  if (name == "." || name == "..") return PathVerdict::malformed;
  if (name.empty()) return last ? PathVerdict::fine : PathVerdict::hidden;
  if (name.front() == '.' || name.back() == '~' || name.ends_with(".tmp")) return PathVerdict::hidden;
  return PathVerdict::fine;
}

}  // namespace

bool percent_decode(std::string_view text, bool plus_is_space, std::string& decoded) {
  decoded.clear();
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (i + 2 >= text.size()) return false;
      const int high = digit(text[i + 1]), low = digit(text[i + 2]);
      if (high < 0 || low < 0) return false;
      decoded += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      decoded += plus_is_space && text[i] == '+' ? ' ' : text[i];
    }
  }
  return true;
}

PathVerdict decode_path(std::string_view path, std::string& decoded) {
  decoded.clear();
  if (!path.starts_with('/')) return PathVerdict::malformed;
  path.remove_prefix(1);
  PathVerdict worst = PathVerdict::fine;
  std::size_t segment = 0;  // where the current one begins in `decoded`
  for (std::size_t i = 0; i < path.size(); ++i) {
    char c = path[i];
    if (c == '/') {
      const auto verdict = judge_segment(std::string_view(decoded).substr(segment), false);
      if (verdict == PathVerdict::malformed) return verdict;
      if (verdict == PathVerdict::hidden) worst = verdict;
      decoded += '/';
      segment = decoded.size();
      continue;
    }
    if (c == '%') {
      if (i + 2 >= path.size()) return PathVerdict::malformed;
      const int high = digit(path[i + 1]), low = digit(path[i + 2]);
      if (high < 0 || low < 0) return PathVerdict::malformed;
      c = static_cast<char>(high * 16 + low);
      // Two spellings of a separator are how a check before the decoding is passed by.
      if (c == '/') return PathVerdict::malformed;
      i += 2;
    }
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return PathVerdict::malformed;
    decoded += c;
  }
  const auto verdict = judge_segment(std::string_view(decoded).substr(segment), true);
  return verdict == PathVerdict::fine ? worst : verdict;
}

}  // namespace tributary::server
