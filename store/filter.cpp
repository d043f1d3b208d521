#include "store/filter.hpp"

#include <unicode/regex.h>
#include <unicode/unistr.h>

#include <memory>
#include <string>
#include <vector>

namespace tributary::store {
namespace {

std::vector<std::string_view> texts_of(const Item& item, std::string_view member) {
  std::vector<std::string_view> texts;
  if (member == "title" && item.title) texts.push_back(item.title->value());
  if (member == "summary") {
    if (item.summary) texts.push_back(item.summary->value());
    for (const Text& content : item.content) texts.push_back(content.value());
  }
  if (member == "category") {
    for (const Category& category : item.categories) {
      texts.push_back(category.term);
      if (!category.label.empty()) texts.push_back(category.label);
    }
  }
  if (member == "author") {
    for (const Person& author : item.authors) texts.push_back(author.name);
  }
  if (member == "link") texts.push_back(item.link);
  return texts;
}

icu::UnicodeString utf16(std::string_view text) {
  return icu::UnicodeString::fromUTF8({text.data(), static_cast<int32_t>(text.size())});
}

bool found(const std::string& pattern, const std::vector<std::string_view>& texts) {
  UErrorCode status = U_ZERO_ERROR;
  UParseError place;
  const std::unique_ptr<icu::RegexPattern> compiled(
      icu::RegexPattern::compile(utf16(pattern), 0, place, status));
  if (U_FAILURE(status)) return false;
  for (const std::string_view text : texts) {
    const icu::UnicodeString subject = utf16(text);
    UErrorCode fault = U_ZERO_ERROR;
    const std::unique_ptr<icu::RegexMatcher> matcher(compiled->matcher(subject, fault));
    if (U_FAILURE(fault)) continue;
    // An admin's pattern that backtracks for ever must not stop the house.
    matcher->setTimeLimit(100, fault);
    if (matcher->find(fault) && U_SUCCESS(fault)) return true;
  }
  return false;
}

}  // namespace

bool passes(const Partner& partner, const Item& item) {
  for (const auto& [member, pattern] : partner.include) {
    if (!found(pattern, texts_of(item, member))) return false;
  }
  for (const auto& [member, pattern] : partner.exclude) {
    if (found(pattern, texts_of(item, member))) return false;
  }
  return true;
}

std::string type_of(const Partner& partner, const Item& item) {
  if (!partner.types.empty()) {
    for (const Category& category : item.categories) {
      for (const auto& name : {category.term, category.label}) {
        if (const auto known = partner.types.find(name); known != partner.types.end()) return known->second;
      }
    }
  }
  return partner.type;
}

}  // namespace tributary::store
