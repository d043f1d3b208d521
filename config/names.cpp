#include "config/names.hpp"

#include <unicode/translit.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <memory>

namespace tributary::config {
namespace {

// A slug is a folder's name; file systems take 255 bytes, people far fewer.
constexpr std::size_t longest_slug = 80;

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string latin(std::string_view text) {
  // Making one takes milliseconds, and a thousand feeds have a thousand names.
  thread_local const std::unique_ptr<icu::Transliterator> to_ascii = [] {
    UErrorCode status = U_ZERO_ERROR;
    return std::unique_ptr<icu::Transliterator>(
        icu::Transliterator::createInstance("Any-Latin; Latin-ASCII", UTRANS_FORWARD, status));
  }();
  auto unicode =
      icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
  if (to_ascii) to_ascii->transliterate(unicode);
  std::string ascii;
  return unicode.toUTF8String(ascii);
}

std::string folded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c != '-' && c != '_' && c != ' ') out += lower(c);
  }
  return out;
}

// Optimal string alignment distance; names are short, so the full table is nothing.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      d[i][j] =
          std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  }
  return d[a.size()][b.size()];
}

}  // namespace

std::optional<std::string> nearest(std::string_view given, const std::vector<std::string>& known) {
  if (given.size() > 64) return std::nullopt;
  const auto wanted = folded(given);
  std::optional<std::string> best;
  std::size_t best_distance = std::max<std::size_t>(1, wanted.size() / 3) + 1;
  for (const auto& name : known) {
    const auto far = distance(wanted, folded(name));
    if (far < best_distance) {
      best = name;
      best_distance = far;
    }
  }
  return best;
}

std::string slug_of(std::string_view text) {
  std::string ascii(text);
  if (std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0x80; }))
    ascii = latin(text);
  std::ranges::transform(ascii, ascii.begin(), lower);

  std::string slug;
  for (const char c : ascii) {
    if (is_word(c)) {
      slug += c;
    } else if (c != '\'' && !slug.empty() && slug.back() != '-') {
      slug += '-';
    }
  }
  if (slug.size() > longest_slug) {
    const auto cut = slug.rfind('-', longest_slug);
    slug.resize(cut == std::string::npos || cut == 0 ? longest_slug : cut);
  }
  while (!slug.empty() && slug.back() == '-') slug.pop_back();
  return slug;
}

bool is_slug(std::string_view text) {
  if (text.empty() || text.size() > longest_slug || text.front() == '-' || text.back() == '-') return false;
  if (text.find("--") != std::string_view::npos) return false;
  return std::ranges::all_of(text, [](char c) { return is_word(c) || c == '-'; });
}

}  // namespace tributary::config
