// The cut is asked of ICU: grapheme clusters (UAX #29) count, so that no letter loses its accent, and line
// breaks (UAX #14) say where words part, also in the scripts that write no spaces.
#include <unicode/brkiter.h>
#include <unicode/locid.h>
#include <unicode/uchar.h>
#include <unicode/utext.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <memory>

#include "publisher/publisher.hpp"
#include "publisher/text.hpp"

namespace tributary::publisher {
namespace {

// A letter may carry any number of combining marks; a hostile one must not make an excerpt of megabytes.
constexpr std::size_t bytes_per_grapheme = 64;

struct TextClose {
  void operator()(UText* text) const { utext_close(text); }
};
using TextHandle = std::unique_ptr<UText, TextClose>;

/// One break iterator a thread: making one costs more than using it.
icu::BreakIterator* characters() {
  thread_local const std::unique_ptr<icu::BreakIterator> iterator = [] {
    UErrorCode status = U_ZERO_ERROR;
    return std::unique_ptr<icu::BreakIterator>(
        icu::BreakIterator::createCharacterInstance(icu::Locale::getRoot(), status));
  }();
  return iterator.get();
}

icu::BreakIterator* lines() {
  thread_local const std::unique_ptr<icu::BreakIterator> iterator = [] {
    UErrorCode status = U_ZERO_ERROR;
    return std::unique_ptr<icu::BreakIterator>(
        icu::BreakIterator::createLineInstance(icu::Locale::getRoot(), status));
  }();
  return iterator.get();
}

bool writes_no_spaces(UChar32 c) {
  switch (u_getIntPropertyValue(c, UCHAR_LINE_BREAK)) {
    case U_LB_IDEOGRAPHIC:
    case U_LB_CONDITIONAL_JAPANESE_STARTER:
    case U_LB_COMPLEX_CONTEXT:
      return true;
    default:
      return false;
  }
}

/// A line may also break inside "well-known" or an address: a word ends at white space, or where a script has
/// none.
bool parts_words(std::string_view text, int32_t at) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  if (text[static_cast<std::size_t>(at) - 1] == ' ' || text[static_cast<std::size_t>(at)] == ' ') return true;
  int32_t left = at;
  UChar32 before = 0;
  U8_PREV(bytes, 0, left, before);
  int32_t right = at;
  UChar32 after = 0;
  U8_NEXT(bytes, right, static_cast<int32_t>(text.size()), after);
  return writes_no_spaces(before) || writes_no_spaces(after);
}

std::string cut(std::string_view text, int32_t end) {
  std::string_view kept = text.substr(0, static_cast<std::size_t>(end));
  while (kept.ends_with(' ')) kept.remove_suffix(1);
  return std::string(kept) + "…";
}

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// Where a text of ASCII is cut, without asking ICU: a byte is a letter as readers count them, and behind a
/// space that stands between letters or digits a line may break. 0: ICU must be asked. Needs
/// words.size() > limit.
std::size_t end_of_plain(std::string_view words, std::size_t limit) {
  if (!std::ranges::all_of(words.substr(0, limit + 1), [](char c) { return c >= 0x20 && c < 0x7F; }))
    return 0;
  if (words[limit] == ' ') return limit;
  const auto space = words.substr(0, limit).rfind(' ');
  if (space == std::string_view::npos || space == 0) return 0;
  return is_letter_or_digit(words[space - 1]) && is_letter_or_digit(words[space + 1]) ? space : 0;
}

}  // namespace

std::string excerpt(std::string_view text, std::size_t limit) {
  const std::string words = one_line(text);
  if (words.size() <= limit) return words;  // a grapheme cluster has at least one byte
  if (limit == 0) return {};
  if (const std::size_t end = end_of_plain(words, limit)) return cut(words, static_cast<int32_t>(end));
  const std::string_view head =
      std::string_view(words).substr(0, std::min(words.size(), (limit + 1) * bytes_per_grapheme));

  UErrorCode status = U_ZERO_ERROR;
  const TextHandle opened(utext_openUTF8(nullptr, head.data(), static_cast<int64_t>(head.size()), &status));
  icu::BreakIterator* const graphemes = characters();
  icu::BreakIterator* const breaks = lines();
  if (U_FAILURE(status) || graphemes == nullptr || breaks == nullptr) return {};

  graphemes->setText(opened.get(), status);
  int32_t end = 0;
  for (std::size_t count = 0; count < limit; ++count) {
    const int32_t next = graphemes->next();
    if (next == icu::BreakIterator::DONE) break;
    end = next;
  }
  if (static_cast<std::size_t>(end) >= words.size()) return words;
  if (static_cast<std::size_t>(end) >= head.size()) end = graphemes->preceding(end);
  if (end <= 0) return "…";

  breaks->setText(opened.get(), status);
  // A word that ends exactly at the limit is whole: the break comes after the space that follows it.
  const bool whole = words[static_cast<std::size_t>(end)] == ' ' || breaks->isBoundary(end);
  for (int32_t at = whole ? end : breaks->preceding(end); at > 0 && at != icu::BreakIterator::DONE;
       at = breaks->preceding(at)) {
    if (parts_words(words, at)) return cut(words, at);
  }
  return cut(words, end);
}

}  // namespace tributary::publisher
