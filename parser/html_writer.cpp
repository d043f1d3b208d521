#include "parser/html_writer.hpp"

#include <algorithm>

#include "parser/html_characters.hpp"

namespace tributary::parser::html {
namespace {

bool is_white_space(std::string_view text) {
  return std::ranges::all_of(
      text, [](char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f'; });
}

bool is_row_group(Tag tag) {
  return tag == Tag::tbody || tag == Tag::thead || tag == Tag::tfoot;
}

}  // namespace

bool Writer::fits(Tag tag) const {
  switch (tag) {
    case Tag::caption:
    case Tag::colgroup:
    case Tag::tbody:
    case Tag::thead:
    case Tag::tfoot:
      return current() == Tag::table;
    case Tag::col:
      return current() == Tag::colgroup;
    case Tag::tr:
      return is_row_group(current());
    case Tag::td:
    case Tag::th:
      return current() == Tag::tr;
    default:
      return true;
  }
}

void Writer::close_from(std::size_t depth) {
  while (open_.size() > depth) {
    out_.append("</").append(traits(open_.back().tag).name).append(">");
    open_.pop_back();
  }
  after_pre_ = false;
}

void Writer::close_nearest(Tag first, Tag second) {
  for (std::size_t i = open_.size(); i-- > 0;) {
    if (open_[i].tag == first || open_[i].tag == second) return close_from(i);
  }
}

void Writer::close_table() {
  while (traits(current()).is(is_table_part)) close_from(open_.size() - 1);
}

/// Closes whatever a parser would close (or choke on) at the start of `tag`, which fits() here.
void Writer::make_way(Tag tag) {
  const Traits& element = traits(tag);
  const bool part_of_table = element.is(is_table_part) && tag != Tag::table;
  if (!part_of_table && tag != Tag::caption && tag != Tag::col && tag != Tag::td && tag != Tag::th)
    close_table();
  if (tag == Tag::li && (around() & has_li)) close_nearest(Tag::li, Tag::li);
  if ((tag == Tag::dd || tag == Tag::dt) && (around() & has_dd_dt)) close_nearest(Tag::dd, Tag::dt);
  if (tag == Tag::a && (around() & has_a)) close_nearest(Tag::a, Tag::a);
  if ((element.is(closes_p) || tag == Tag::li || tag == Tag::dd || tag == Tag::dt) && (around() & has_p)) {
    close_nearest(Tag::p, Tag::p);
  }
  if (element.is(is_heading) && traits(current()).is(is_heading)) close_from(open_.size() - 1);
  if ((tag == Tag::rt || tag == Tag::rp) && (around() & has_ruby)) {
    while (traits(current()).is(is_implied_end)) close_from(open_.size() - 1);
  }
}

void Writer::open(Tag tag, const Attributes& attributes) {
  const Traits& element = traits(tag);
  if (removing_ > 0 || element.policy != Policy::keep || !fits(tag)) {
    const bool removes = element.policy == Policy::remove;
    if (!element.is(is_void)) {
      pending_.push_back({not_written, removes});
      removing_ += removes;
    }
    return;
  }
  if (open_.size() >= deepest && !element.is(is_void)) {
    pending_.push_back({not_written, false});
    return;
  }
  const std::size_t start = out_.size();
  const std::size_t depth = open_.size();
  // An image that is left out must leave no trace: its attributes are judged before anything makes way for
  // it.
  out_.append("<").append(element.name);
  if (out_.size() > most_ && !base_.empty()) {
    base_ = {};
    overgrown_ = true;
  }
  if (!write_attributes(tag, attributes, base_, out_)) {
    out_.resize(start);
    return;
  }
  out_ += '>';
  const std::size_t length = out_.size() - start;
  make_way(tag);
  if (open_.size() != depth) {  // the end tags come first
    std::rotate(out_.begin() + static_cast<std::ptrdiff_t>(start),
                out_.begin() + static_cast<std::ptrdiff_t>(start + length), out_.end());
  }
  after_pre_ = tag == Tag::pre;
  if (element.is(is_void)) return;

  std::uint8_t here = around();
  if (element.is(is_scope)) here &= static_cast<std::uint8_t>(~(has_p | has_ruby));
  if (element.is(is_marker)) here &= static_cast<std::uint8_t>(~has_a);
  if (element.is(is_special) && tag != Tag::address && tag != Tag::div && tag != Tag::p) {
    here &= static_cast<std::uint8_t>(~(has_li | has_dd_dt));
  }
  switch (tag) {
    case Tag::p:
      here |= has_p;
      break;
    case Tag::a:
      here |= has_a;
      break;
    case Tag::li:
      here |= has_li;
      break;
    case Tag::dd:
    case Tag::dt:
      here |= has_dd_dt;
      break;
    case Tag::ruby:
      here |= has_ruby;
      break;
    default:
      break;
  }
  pending_.push_back({static_cast<std::uint32_t>(open_.size()), false});
  open_.push_back({tag, here});
}

void Writer::close() {
  const Pending last = pending_.back();
  pending_.pop_back();
  removing_ -= last.removes;
  // What was closed to make way for another is not closed again.
  if (last.at != not_written && open_.size() > last.at) close_from(last.at);
}

void Writer::text(std::string_view text, Needs needs) {
  if (removing_ > 0 || text.empty()) return;
  if (traits(current()).is(is_table_part) && !is_white_space(text)) close_table();
  const std::size_t start = out_.size();
  write_text(text, needs, out_);
  // The first line end in a pre is no content (HTML section 13.1.2.5), and what a browser writes of a tree
  // that has one there is read without it: so there is none.
  if (after_pre_) out_.erase(start, std::min(out_.find_first_not_of('\n', start), out_.size()) - start);
  if (out_.size() != start) after_pre_ = false;
}

void Writer::make_room(std::string_view text) {
  std::size_t more = 0;
  for (const char c : text) more += (c == '&' ? 4U : 0U) + (c == '<' || c == '>' ? 3U : 0U);
  out_.reserve(out_.size() + text.size() + more + 64);
}

void Writer::finish() {
  while (!pending_.empty()) close();
}

}  // namespace tributary::parser::html
