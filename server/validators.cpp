#include "server/validators.hpp"

#include <algorithm>
#include <charconv>

#include "server/hash.hpp"

namespace tributary::server {
namespace {

std::string_view suffix(Coding coding) {
  switch (coding) {
    case Coding::gzip:
      return "-gz";
    case Coding::brotli:
      return "-br";
    case Coding::plain:
      break;
  }
  return {};
}

// RFC 9110 section 13.1.3: a date that is none is passed over.
std::optional<Timestamp> date(std::string_view text) {
  return text.empty() ? std::nullopt : from_http_date(text);
}

bool parse_number(std::string_view text, std::uint64_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size();
}

bool range_still_holds(std::string_view if_range, const Validators& validators) {
  if (if_range.empty()) return true;
  if (if_range.starts_with('"')) {
    // A strong comparison with the form that ranges are made of.
    return if_range == entity_tag(validators.hash, Coding::plain);
  }
  const auto when = date(if_range);
  return when && *when == validators.modified && !validators.weak_date;
}

}  // namespace

std::string entity_tag(std::string_view hash, Coding coding) {
  std::string tag = "\"";
  tag += hash;
  tag += suffix(coding);
  return tag += '"';
}

std::string_view hash_of_tag(std::string_view opaque) {
  const std::string_view rest = opaque.substr(std::min(opaque.size(), content_hash_size));
  for (const Coding coding : {Coding::plain, Coding::gzip, Coding::brotli}) {
    if (rest == suffix(coding)) return opaque.substr(0, opaque.size() - rest.size());
  }
  return {};
}

std::optional<Coding> find_tag(std::string_view list, std::string_view hash, bool weak_too,
                               Coding preferred) {
  std::optional<Coding> found;
  for_each_tag(list, [&](std::string_view opaque, bool weak) {
    // A hash may itself end like a suffix, so the known hash is looked for, not the suffix.
    if ((weak && !weak_too) || !opaque.starts_with(hash)) return;
    const std::string_view rest = opaque.substr(hash.size());
    for (const Coding coding : {Coding::brotli, Coding::gzip, Coding::plain}) {
      if (rest == suffix(coding) && found != preferred) found = coding;
    }
  });
  return found;
}

Verdict judge_conditions(const Request& request, const Validators& validators, Coding selected) {
  if (!request.if_match.empty()) {
    if (request.if_match != "*" && !find_tag(request.if_match, validators.hash, false, selected)) {
      return {Condition::failed, {}};
    }
  } else if (const auto when = date(request.if_unmodified_since); when && validators.modified > *when) {
    return {Condition::failed, {}};
  }
  if (request.if_none_match.data() != nullptr) {
    if (request.if_none_match == "*") return {Condition::not_modified, {}};
    if (const auto coding = find_tag(request.if_none_match, validators.hash, true, selected)) {
      return {Condition::not_modified, coding};
    }
    return {};  // If-Modified-Since is not asked then
  }
  if (const auto when = date(request.if_modified_since)) {
    if (validators.modified < *when || (validators.modified == *when && !validators.weak_date)) {
      return {Condition::not_modified, {}};
    }
  }
  return {};
}

RangeVerdict judge_range(const Request& request, const Validators& validators, std::uint64_t size,
                         Range& range) {
  std::string_view text = request.range;
  if (request.method != Method::get || !text.starts_with("bytes=")) return RangeVerdict::whole;
  text.remove_prefix(6);
  const auto dash = text.find('-');
  if (dash == std::string_view::npos || text.find(',') != std::string_view::npos) return RangeVerdict::whole;
  const std::string_view from = text.substr(0, dash), to = text.substr(dash + 1);
  std::uint64_t first = 0, last = 0;
  if (from.empty()) {  // the last N bytes
    if (!parse_number(to, last)) return RangeVerdict::whole;
    if (!range_still_holds(request.if_range, validators)) return RangeVerdict::whole;
    if (last == 0 || size == 0) return RangeVerdict::unsatisfiable;
    range = {size - std::min(last, size), size - 1};
    return RangeVerdict::part;
  }
  if (!parse_number(from, first)) return RangeVerdict::whole;
  if (to.empty()) {
    last = size == 0 ? 0 : size - 1;
  } else if (!parse_number(to, last) || last < first) {
    return RangeVerdict::whole;
  }
  if (!range_still_holds(request.if_range, validators)) return RangeVerdict::whole;
  if (first >= size) return RangeVerdict::unsatisfiable;
  range = {first, std::min(last, size - 1)};
  return RangeVerdict::part;
}

}  // namespace tributary::server
