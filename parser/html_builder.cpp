#include "parser/html_builder.hpp"

#include <algorithm>

#include "parser/html_references.hpp"

namespace tributary::parser::html {
namespace {

constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}
constexpr bool is_blank(char c) {
  return c == ' ' || c == '\n' || c == '\t' || c == '\f' || c == '\r';
}

bool same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}

bool is_row_group(Tag tag) {
  return tag == Tag::tbody || tag == Tag::thead || tag == Tag::tfoot;
}
bool is_cell(Tag tag) {
  return tag == Tag::td || tag == Tag::th;
}
bool is_structure(Tag tag) {
  return is_row_group(tag) || is_cell(tag) || tag == Tag::tr || tag == Tag::caption || tag == Tag::col ||
         tag == Tag::colgroup;
}
bool is_page(Tag tag) {
  return tag == Tag::html || tag == Tag::head || tag == Tag::body || tag == Tag::frameset ||
         tag == Tag::frame;
}
/// Elements that gumbo knows no more of than their name.
bool is_new(Tag tag) {
  return tag == Tag::unknown || tag == Tag::picture;
}
/// Names after which SVG and MathML hold HTML again, or at which a browser leaves them.
bool leaves_foreign(std::string_view name, Tag tag) {
  if (tag != Tag::unknown && tag != Tag::a && tag != Tag::style && tag != Tag::script && tag != Tag::image)
    return true;
  for (const std::string_view point :
       {"foreignobject", "desc", "title", "mi", "mo", "mn", "ms", "mtext", "annotation-xml"}) {
    if (same_name(name, point)) return true;
  }
  return false;
}

constexpr std::size_t large_text = std::size_t{1} << 20U;

/// How much of a text of megabytes to decode at once: up to a place that is inside no reference and no
/// letter.
std::size_t end_of_piece(std::string_view text) {
  if (text.size() <= large_text) return text.size();
  const auto reference = text.rfind('&', large_text - 1);
  if (reference == std::string_view::npos) {
    std::size_t end = large_text;
    while (end > large_text - 4 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    return end;
  }
  if (reference > 0) return reference;
  // The only one stands in front: a piece of its own, however many digits it has.
  const auto part = [](char c) {
    return c == '#' || c == ';' || (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z');
  };
  std::size_t end = 1;
  while (end < text.size() && part(text[end])) ++end;
  return end;
}

}  // namespace

void Builder::run() {
  Tokenizer::Token token;
  while (tokens_.next(token)) {
    ++nodes_;
    if (token.kind != Tokenizer::Kind::end_tag && left_open_ != 0) reopened_ += left_open_;
    switch (token.kind) {
      case Tokenizer::Kind::text:
        if (token.is_plain) {
          text(token.text, false, Needs::nothing);
        } else {
          text(token.text, token.text.find('&') != std::string_view::npos);
        }
        break;
      case Tokenizer::Kind::start_tag:
        start(token);
        break;
      case Tokenizer::Kind::end_tag:
        end(token);
        break;
    }
  }
  writer_.finish();
}

bool Builder::is_affordable() const {
  constexpr std::size_t most_bytes = 512 * 1024;
  constexpr std::size_t most_open = 256;
  constexpr std::size_t most_nodes = 40'000;    // some 300 bytes each
  constexpr std::size_t most_work = 2'000'000;  // an error keeps the names of all open elements
  constexpr std::size_t most_attributes = 64;
  const std::size_t open = deepest_ + doubts_;
  const std::size_t nodes = nodes_ + reopened_;
  return html_.size() <= most_bytes && !too_deep_ && open <= most_open && nodes <= most_nodes &&
         nodes * open <= most_work && reopened_ <= 4 * nodes_ + most_open &&
         tokens_.most_attributes() <= most_attributes;
}

void Builder::text(std::string_view text, bool has_references, Needs needs) {
  if (text.size() > large_text) return large(text, has_references);
  const bool may_begin_with_line_end = text.data() == after_pre_;
  after_pre_ = nullptr;
  if (has_references) {
    scratch_.clear();
    decode_in_text(text, scratch_);
    text = scratch_;
  }
  if (may_begin_with_line_end && text.starts_with('\n')) text.remove_prefix(1);
  if (text.empty()) return;
  if (traits(current()).is(is_table_part) && !std::ranges::all_of(text, is_blank)) {
    // White space ends the column group only when there is more.
    doubt();
  }
  writer_.text(text, has_references ? Needs::all : needs);
}

/// Megabytes of text, piece by piece, so that they need not be in memory once more with their references
/// decoded.
void Builder::large(std::string_view text, bool has_references) {
  if (text.size() > html_.size() / 2) writer_.make_room(text);
  while (!text.empty()) {
    const std::string_view piece = text.substr(0, end_of_piece(text));
    const bool begins_pre = piece.data() == after_pre_;
    after_pre_ = nullptr;
    scratch_.clear();
    if (has_references) decode_in_text(piece, scratch_);
    std::string_view decoded = has_references ? std::string_view(scratch_) : piece;
    if (begins_pre && decoded.starts_with('\n')) decoded.remove_prefix(1);
    if (traits(current()).is(is_table_part) && !std::ranges::all_of(decoded, is_blank)) doubt();
    writer_.text(decoded, has_references ? Needs::all : Needs::escapes);
    text.remove_prefix(piece.size());
  }
}

// ---- the stack of open elements ----

void Builder::push(Tag tag, std::string_view name, const Attributes& attributes) {
  if (open_.size() >= Writer::deepest) {
    too_deep_ = true;
    doubt();
    return;
  }
  writer_.open(tag, attributes);
  const std::uint32_t roles = traits(tag).roles;
  Open here{tag, around(), place(), name};
  if (roles & is_scope) here.around &= static_cast<std::uint8_t>(~(has_p | has_ruby));
  if (roles & is_marker) here.around &= static_cast<std::uint8_t>(~has_a);
  if ((roles & is_special) && tag != Tag::address && tag != Tag::div && tag != Tag::p) {
    here.around &= static_cast<std::uint8_t>(~(has_li | has_dd_dt));
  }
  switch (tag) {
    case Tag::p:
      here.around |= has_p;
      break;
    case Tag::a:
      here.around |= has_a;
      break;
    case Tag::li:
      here.around |= has_li;
      break;
    case Tag::dd:
    case Tag::dt:
      here.around |= has_dd_dt;
      break;
    case Tag::ruby:
      here.around |= has_ruby;
      break;
    case Tag::table:
      here.place = Place::table;
      break;
    case Tag::tbody:
    case Tag::thead:
    case Tag::tfoot:
      here.place = Place::row_group;
      break;
    case Tag::tr:
      here.place = Place::row;
      break;
    case Tag::td:
    case Tag::th:
      here.place = Place::cell;
      break;
    case Tag::caption:
      here.place = Place::caption;
      break;
    case Tag::colgroup:
      here.place = Place::column_group;
      break;
    default:
      break;
  }
  open_.push_back(here);
  ++counts_[static_cast<std::size_t>(tag)];
  deepest_ = std::max(deepest_, open_.size());
}

void Builder::push_implied(Tag tag) {
  push(tag, traits(tag).name, no_attributes_);
}

void Builder::pop() {
  --counts_[static_cast<std::size_t>(open_.back().tag)];
  open_.pop_back();
  writer_.close();
}

/// Formatting elements that end with another are to be opened again behind it.
void Builder::pop_to(std::size_t depth) {
  while (open_.size() > depth) {
    const Traits& element = traits(current());
    if (element.is(is_formatting | is_marker)) doubt();
    if (element.is(is_formatting)) ++left_open_;
    pop();
  }
}

void Builder::pop_through(Tag tag) {
  for (std::size_t i = open_.size(); i-- > 0;) {
    if (open_[i].tag == tag) return pop_to(i);
  }
}

/// Cells, captions and objects let no formatting out. One that ends with another leaves its mark behind,
/// though.
void Builder::pop_through_marker(std::size_t depth) {
  while (open_.size() > depth) {
    if (open_.size() > depth + 1 && traits(current()).is(is_marker)) doubt();
    pop();
  }
}

void Builder::pop_implied_ends() {
  while (traits(current()).is(is_implied_end)) pop();
}

/// Where the innermost open element of that tag is, unless a scope ends before; `none` when there is none.
std::size_t Builder::find_in_scope(Tag tag) const {
  if (!is_open(tag)) return none;
  for (std::size_t i = open_.size(); i-- > 0;) {
    if (open_[i].tag == tag) return i;
    if (traits(open_[i].tag).is(is_scope)) return none;
  }
  return none;
}

// ---- start tags ----

void Builder::start(const Tokenizer::Token& token) {
  after_pre_ = nullptr;
  if (is_page(token.tag)) return;  // inside a fragment these mean nothing
  if ((is_structure(token.tag) || place() != Place::body) && start_in_table(token)) return;
  start_in_body(token);
}

/// HTML section 13.2.6.4.9 to 15. True when the tag has been dealt with.
bool Builder::start_in_table(const Tokenizer::Token& token) {
  const Tag tag = token.tag;
  while (true) {
    switch (place()) {
      case Place::body:
        return is_structure(tag);  // a part of no table: ignored
      case Place::cell:
      case Place::caption:
        if (!is_structure(tag)) return false;
        for (std::size_t i = open_.size(); i-- > 0;) {
          if (is_cell(open_[i].tag) || open_[i].tag == Tag::caption) {
            pop_through_marker(i);
            break;
          }
        }
        continue;
      case Place::column_group:
        if (tag == Tag::col) {
          writer_.open(tag, tokens_.attributes());
          return true;
        }
        pop_through(Tag::colgroup);
        continue;
      case Place::row:
        if (is_cell(tag)) {
          while (current() != Tag::tr) pop_to(open_.size() - 1);
          push(tag, token.text, tokens_.attributes());
          return true;
        }
        if (!is_structure(tag)) break;
        pop_through(Tag::tr);
        continue;
      case Place::row_group:
        if (is_cell(tag) || tag == Tag::tr) {
          while (!is_row_group(current())) pop_to(open_.size() - 1);
          if (tag == Tag::tr) {
            push(tag, token.text, tokens_.attributes());
            return true;
          }
          push_implied(Tag::tr);
          if (place() != Place::row) return true;
          continue;
        }
        if (!is_structure(tag)) break;
        while (!is_row_group(current())) pop_to(open_.size() - 1);
        pop();
        continue;
      case Place::table:
        if (is_structure(tag)) {
          while (current() != Tag::table) pop_to(open_.size() - 1);
          const bool needs_group = is_cell(tag) || tag == Tag::tr;
          if (needs_group || tag == Tag::col) {
            push_implied(needs_group ? Tag::tbody : Tag::colgroup);
            if (place() == Place::table) return true;
            continue;
          }
          push(tag, token.text, tokens_.attributes());
          return true;
        }
        break;
    }
    // A table right inside a table ends it. What is never shown makes no difference wherever it is moved.
    if (tag == Tag::table && place() != Place::body) {
      pop_through(Tag::table);
      continue;
    }
    const Traits& element = traits(tag);
    if (element.policy != Policy::keep && element.is(is_void | is_raw) && !element.is(closes_p)) return false;
    if (traits(current()).is(is_table_part)) doubt();
    return false;
  }
}

void Builder::start_in_body(const Tokenizer::Token& token) {
  const Tag tag = token.tag;
  const Traits& element = traits(tag);
  if (tag == Tag::svg || tag == Tag::math) {
    if (!token.self_closing) foreign_content(token.text);
    return;
  }
  if (element.is(is_hard)) doubt();
  if (element.is(is_newer)) newer_names_.push_back(token.text);
  if (tag == Tag::dialog) differs_from_gumbo_ = true;  // no special element
  if (tag == Tag::li && (around() & has_li)) pop_through(Tag::li);
  if ((tag == Tag::dd || tag == Tag::dt) && (around() & has_dd_dt)) {
    std::size_t i = open_.size() - 1;
    while (open_[i].tag != Tag::dd && open_[i].tag != Tag::dt) --i;
    pop_to(i);
  }
  const bool ends_p = element.is(closes_p) || tag == Tag::li || tag == Tag::dd || tag == Tag::dt;
  if (ends_p && (around() & has_p)) pop_through(Tag::p);
  if (element.is(is_heading) && traits(current()).is(is_heading)) pop();
  if (tag == Tag::a && (around() & has_a)) {
    doubt();
    pop_through(Tag::a);
  }
  if ((tag == Tag::rt || tag == Tag::rp) && (around() & has_ruby)) pop_implied_ends();
  if (element.is(is_raw | is_rcdata)) return raw_content(token);
  if (tag == Tag::plaintext) {
    writer_.text(tokens_.rest());
    return;
  }
  if (element.is(is_void)) {
    writer_.open(tag, tokens_.attributes());
    return;
  }
  push(tag, token.text, tokens_.attributes());
  if (tag == Tag::pre || tag == Tag::listing) after_pre_ = html_.data() + tokens_.position();
}

/// Elements whose content is text: gone with it, or the text stays.
void Builder::raw_content(const Tokenizer::Token& token) {
  const Tag tag = token.tag;
  auto content = tokens_.raw_text(token.text);
  if (traits(tag).policy == Policy::remove) {
    // A script may hold a comment that holds a script (HTML section 13.2.5.17): where it ends is then another
    // question.
    if (tag == Tag::script && content.find("<!--") != std::string_view::npos) doubt();
    return;
  }
  if (tag == Tag::textarea && content.starts_with('\n')) content.remove_prefix(1);
  text(content, traits(tag).is(is_rcdata) && content.find('&') != std::string_view::npos);
}

/// SVG and MathML, which go with everything inside.
void Builder::foreign_content(std::string_view name) {
  std::vector<std::string_view> names{name};
  std::size_t most = 1;
  bool simple = !tokens_.saw_cdata();
  Tokenizer::Token token;
  while (!names.empty() && tokens_.next(token)) {
    ++nodes_;
    if (token.kind == Tokenizer::Kind::start_tag) {
      if (leaves_foreign(token.text, token.tag)) simple = false;
      if (!token.self_closing && names.size() < Writer::deepest) names.push_back(token.text);
      most = std::max(most, names.size());
    } else if (token.kind == Tokenizer::Kind::end_tag) {
      // gumbo 0.10 takes no end tag of theirs for one that has anything behind its name.
      if (html_[static_cast<std::size_t>(token.text.data() + token.text.size() - html_.data())] != '>')
        differs_from_gumbo_ = true;
      if (same_name(token.text, names.back())) {
        names.pop_back();
      } else {
        simple = false;
        if (same_name(token.text, name)) names.clear();
      }
    }
  }
  if (!names.empty() || tokens_.saw_cdata()) simple = false;
  if (most >= Writer::deepest) too_deep_ = true;
  deepest_ = std::max(deepest_, open_.size() + most);
  if (!simple) doubt();
}

// ---- end tags ----

void Builder::end(const Tokenizer::Token& token) {
  after_pre_ = nullptr;
  const Tag tag = token.tag;
  const Traits& element = traits(tag);
  if (is_page(tag)) return;
  if (element.is(is_newer)) newer_names_.push_back(token.text);
  if (tag == Tag::table || is_structure(tag)) {
    if (place() != Place::body) end_in_table(tag);
    return;
  }
  if (traits(current()).is(is_table_part)) {
    if (place() == Place::column_group) pop_through(Tag::colgroup);
    if (tag == Tag::p || tag == Tag::br || (element.is(is_formatting) && is_open(tag))) doubt();
    return;
  }
  if (tag == Tag::p) {
    if (around() & has_p) return pop_through(Tag::p);
    writer_.open(Tag::p, no_attributes_);
    return writer_.close();
  }
  if (tag == Tag::br) return writer_.open(Tag::br, no_attributes_);
  if (is_new(tag)) return end_ordinary(token);
  if (element.is(is_heading)) {
    for (std::size_t i = open_.size(); i-- > 0;) {
      if (traits(open_[i].tag).is(is_heading)) return pop_to(i);
      if (traits(open_[i].tag).is(is_scope)) return;
    }
    return;
  }
  if (!is_open(tag)) return;
  if (element.is(is_formatting)) return end_formatting(tag);
  if (element.is(is_scope | closes_p) || tag == Tag::li || tag == Tag::dd || tag == Tag::dt)
    return end_in_scope(tag);
  end_ordinary(token);
}

/// HTML section 13.2.6.4.9 to 15, for the ends of a table and its parts.
void Builder::end_in_table(Tag tag) {
  // Whether it is open in this table at all.
  std::size_t at = open_.size();
  while (at-- > 0) {
    if (open_[at].tag == tag) break;
    if (open_[at].tag == Tag::table || open_[at].tag == Tag::template_) return;
  }
  if (at == none) return;
  if (is_cell(tag) || tag == Tag::caption) {
    pop_through_marker(at);
    return;
  }
  if (place() == Place::caption && tag != Tag::table) return;
  // A cell or caption in between takes its formatting with it; a row or row group closes silently.
  while (open_.size() > at) {
    std::size_t marker = none;
    for (std::size_t i = open_.size(); i-- > at;) {
      if (traits(open_[i].tag).is(is_marker)) {
        marker = i;
        break;
      }
    }
    if (marker == none) {
      pop_to(at);
    } else {
      pop_through_marker(marker);
    }
  }
}

void Builder::end_formatting(Tag tag) {
  if (current() == tag) return pop();
  for (std::size_t i = open_.size(); i-- > 0;) {
    if (open_[i].tag == tag) {
      doubt(open_.size() - i);
      return pop_to(i);
    }
    if (traits(open_[i].tag).is(is_marker)) return;
  }
}

/// The end of a block, list item or object: ignored when none is open in scope.
void Builder::end_in_scope(Tag tag) {
  if (current() == tag) return pop();
  const auto at = find_in_scope(tag);
  if (at == none) return;
  if (tag == Tag::li) {
    for (std::size_t i = open_.size(); i-- > at;) {
      if (open_[i].tag == Tag::ol || open_[i].tag == Tag::ul) return;
    }
  }
  if (traits(tag).is(is_marker)) return pop_through_marker(at);
  pop_to(at);
}

/// "Any other end tag": whatever is inside ends with it, unless that is more than inline.
void Builder::end_ordinary(const Tokenizer::Token& token) {
  for (std::size_t i = open_.size(); i-- > 0;) {
    const Open& one = open_[i];
    if (one.tag == token.tag && (token.tag != Tag::unknown || same_name(one.name, token.text)))
      return pop_to(i);
    if (traits(one.tag).is(is_special)) return;
    if (is_new(one.tag) && is_new(token.tag)) differs_from_gumbo_ = true;
  }
}

}  // namespace tributary::parser::html
