#include "store/filter.hpp"

#include <unicode/regex.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "store/database.hpp"
#include "store/text.hpp"

namespace tributary::store {
namespace {

/// ICU counts steps of its matching engine; this is some tens of milliseconds.
constexpr std::int32_t patience = 100;

std::vector<std::string> texts_of(const Item& item, const std::string& member) {
  if (member == "title") return {plain_title(item)};
  if (member == "link") return {item.link};
  std::vector<std::string> texts;
  if (member == "summary") {
    if (item.summary) texts.push_back(plain_text(*item.summary));
    for (const auto& content : item.content) texts.push_back(plain_text(content));
  } else if (member == "category") {
    for (const auto& category : item.categories) {
      texts.push_back(category.term);
      if (!category.label.empty()) texts.push_back(category.label);
    }
  } else if (member == "author") {
    for (const auto& author : item.authors) {
      texts.push_back(author.name);
      if (!author.email.empty()) texts.push_back(author.email);
    }
  }
  return texts;
}

}  // namespace

struct ItemFilter::Pattern {
  std::string member, expression;
  std::unique_ptr<icu::RegexPattern> compiled;

  [[nodiscard]] bool found_in(const Item& item) const {
    return std::ranges::any_of(texts_of(item, member), [this](const std::string& text) {
      UErrorCode fault = U_ZERO_ERROR;
      const auto words = icu::UnicodeString::fromUTF8(text);
      const std::unique_ptr<icu::RegexMatcher> matcher(compiled->matcher(words, fault));
      if (U_FAILURE(fault)) return false;
      matcher->setTimeLimit(patience, fault);
      return matcher->find(fault) && U_SUCCESS(fault);
    });
  }
};

struct ItemFilter::Impl {
  std::vector<Pattern> include, exclude;
};

ItemFilter::ItemFilter(const Partner& partner) : impl_(std::make_unique<Impl>()) {
  const auto compile = [&](const Filter& filter, std::vector<Pattern>& into) {
    for (const auto& [member, pattern] : filter) {
      UErrorCode fault = U_ZERO_ERROR;
      UParseError where{};
      std::unique_ptr<icu::RegexPattern> compiled(
          icu::RegexPattern::compile(icu::UnicodeString::fromUTF8(pattern), 0, where, fault));
      if (U_FAILURE(fault)) {
        throw Failure({ErrorKind::config, partner.url,
                       "the pattern for " + member + " is no regular expression: " + pattern});
      }
      into.push_back({member, pattern, std::move(compiled)});
    }
  };
  compile(partner.include, impl_->include);
  compile(partner.exclude, impl_->exclude);
}

ItemFilter::~ItemFilter() = default;
ItemFilter::ItemFilter(ItemFilter&&) noexcept = default;
ItemFilter& ItemFilter::operator=(ItemFilter&&) noexcept = default;

bool ItemFilter::passes(const Item& item) const {
  return std::ranges::all_of(impl_->include,
                             [&](const Pattern& pattern) { return pattern.found_in(item); }) &&
         std::ranges::none_of(impl_->exclude, [&](const Pattern& pattern) { return pattern.found_in(item); });
}

std::string ItemFilter::objection(const Item& item) const {
  for (const auto& pattern : impl_->include) {
    if (!pattern.found_in(item))
      return "include: " + pattern.member + " has no \"" + pattern.expression + "\"";
  }
  for (const auto& pattern : impl_->exclude) {
    if (pattern.found_in(item)) return "exclude: " + pattern.member + " has \"" + pattern.expression + "\"";
  }
  return {};
}

bool ItemFilter::passes_all() const {
  return impl_->include.empty() && impl_->exclude.empty();
}

}  // namespace tributary::store
