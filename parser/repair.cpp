// Why a repair of our own stands behind the strict reader, and not libxml2's recover mode: that mode drops
// every bare
// "&" ("AT&T" becomes "ATT"), lets an end tag close whatever element is open, so that one crossed tag in a
// description swallows the rest of the feed, and gives up at the first byte it dislikes. Feeds break in few
// ways, and each has a plain cure that can be said in terms of text: so the cure is text again, which the
// usual reader then reads.
#include "parser/repair.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>
#include <utility>
#include <vector>

#include "parser/ascii.hpp"
#include "parser/entities.hpp"
#include "parser/html_names.hpp"
#include "parser/utf8.hpp"

namespace tributary::parser {
namespace {

constexpr auto npos = std::string_view::npos;

bool is_name_start(char c) {
  return is_alpha(c) || c == '_' || c == ':' || static_cast<unsigned char>(c) >= 0x80;
}
bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r';
}
bool is_name_letter(char c) {
  return is_name_start(c) || is_digit(c) || c == '-' || c == '.';
}

std::string_view name_at(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && is_name_letter(text[end])) ++end;
  return text.substr(at, end - at);
}

// HTML's elements that never have an end tag: written bare in a description, they would swallow what follows.
// RSS's own names (link, source) are not among them.
constexpr std::array void_elements{"br", "hr", "img", "input", "wbr", "area", "col", "embed"};

// Elements of a feed that hold text alone: one of them starting inside another means that an end tag was
// forgotten.
constexpr std::array leaves{"title",          "link",      "description", "pubdate",   "guid",
                            "comments",       "language",  "copyright",   "generator", "lastbuilddate",
                            "managingeditor", "webmaster", "ttl",         "docs",      "updated",
                            "published",      "id",        "summary"};
constexpr std::array records{"item", "entry"};
constexpr std::array containers{"channel", "rss", "rdf", "feed", "items"};

// Modules whose elements stand beside those, and the ones that hold elements of their own.
constexpr std::array modules{"dc", "dcterms", "content", "itunes", "slash", "wfw", "feedburner", "media"};
constexpr std::array branches{"itunes:owner", "itunes:category", "content:items", "content:item"};
constexpr std::array siblings{"category", "enclosure", "author", "contributor", "content"};

template <std::size_t N>
bool is_one_of(const std::array<const char*, N>& names, std::string_view name) {
  return std::ranges::any_of(names, [&](std::string_view known) { return same_word(known, name); });
}

bool is_of_module(std::string_view name) {
  const auto colon = name.find(':');
  return colon != npos && is_one_of(modules, name.substr(0, colon)) && !is_one_of(branches, name);
}

bool is_leaf(std::string_view name) {
  return is_one_of(leaves, name) || same_word(name, "category") ||
         (is_of_module(name) && !starts_with_word(name, "media:"));
}

/// What cannot start inside a leaf.
bool starts_beside(std::string_view name) {
  return is_one_of(leaves, name) || is_one_of(siblings, name) || is_of_module(name);
}

class Repairer {
 public:
  Repairer(Reading& reading, std::string_view text, RepairedPlaces& places, const RepairLimits& limits)
      : reading_(reading), text_(text), places_(places), limits_(limits) {}

  std::string run() {
    // U+FFFD has three bytes.
    const auto controls = std::ranges::count_if(text_, is_control);
    out_.reserve(text_.size() + text_.size() / 8 + 2 * static_cast<std::size_t>(controls) + 64);
    skip_junk_before();
    while (at_ < text_.size() && !full_) step();
    while (!open_.empty()) {
      if (!full_) fault("the document ends before </", open_.back(), ">");
      close_top();
    }
    replace_noncharacters();
    if (illegal_ > 1 && illegal_warning_ < reading_.feed.warnings.size()) {
      reading_.feed.warnings[illegal_warning_].message =
          std::to_string(illegal_) + " characters that XML does not allow";
    }
    return std::move(out_);
  }

 private:
  // What stands at at_
  // ------------------------------------------------------------------------------------------------

  void step() {
    const std::string_view rest = text_.substr(at_);
    if (rest.front() != '<') return character_data();
    if (rest.starts_with("<!--")) return comment();
    if (rest.starts_with("<![CDATA[")) return cdata();
    if (starts_with_word(rest, "<!DOCTYPE")) return doctype();
    if (rest.starts_with("<?")) return instruction();
    if (rest.starts_with("</")) return end_tag();
    if (is_cut_opening(rest)) return cut_off();
    if (rest.size() > 1 && is_name_start(rest[1])) return start_tag();
    // "1 < 2": what can't be a tag is a character.
    fault("a bare \"<\"");
    const std::size_t run = std::min(rest.find_first_not_of('<'), rest.size()) - 1;
    constexpr std::size_t many = 32;
    if (run < many) {
      put_text("<");
      ++at_;
    } else {  // escaped, a document of nothing else would be four times as long
      if (!open_.empty()) out_.append("<![CDATA[").append(rest.substr(0, run)).append("]]>");
      at_ += run;
    }
  }

  /// The end of a document that was cut inside "<![CDATA[" or "<!--", or right after a "<".
  static bool is_cut_opening(std::string_view rest) {
    return std::string_view("<![CDATA[").starts_with(rest) || std::string_view("<!--").starts_with(rest);
  }
  void cut_off() {
    fault("the document ends inside markup");
    at_ = text_.size();
  }

  void skip_junk_before() {
    const auto declaration = find_in(text_, "<?xml");
    const auto first = std::ranges::find_if_not(text_, is_space);
    const auto start = static_cast<std::size_t>(first - text_.begin());
    if (declaration != npos && declaration > 0 && declaration + 5 < text_.size() &&
        is_space(text_[declaration + 5]) && !has_record_before(declaration)) {
      fault(declaration == start ? "white space before the XML declaration"
                                 : "something stands before the XML declaration");
      keep_lines(text_.substr(0, declaration));
      at_ = declaration;
    } else if (const auto root = root_behind_a_page(start); root != npos) {
      fault("something stands before the root element");
      keep_lines(text_.substr(0, root));
      at_ = root;
    } else if (start < text_.size() && text_[start] != '<') {
      const auto tag = text_.find('<', start);
      fault("text before the first element");
      keep_lines(text_.substr(0, std::min(tag, text_.size())));
      at_ = std::min(tag, text_.size());
    }
  }

  /// Where the feed starts behind the start of a page, as a program's warnings are ("<br /><b>Warning</b>…").
  std::size_t root_behind_a_page(std::size_t start) const {
    constexpr std::array page{"br",     "b",      "p",     "div",  "font", "table",
                              "center", "script", "style", "span", "pre"};
    if (start >= text_.size()) return npos;
    const auto tag = text_.find('<', start);
    if (tag == npos || !is_one_of(page, name_at(text_, tag + 1))) return npos;
    return std::min({find_in(text_, "<rss"), find_in(text_, "<feed"), find_in(text_, "<rdf:RDF")});
  }

  /// A declaration inside an item's text is not the document's.
  bool has_record_before(std::size_t place) const {
    const std::string_view head = text_.substr(0, place);
    return find_in(head, "<rss") != npos || find_in(head, "<feed") != npos ||
           find_in(head, "<rdf:RDF") != npos || find_in(head, "<channel") != npos;
  }

  void character_data() {
    const auto end = std::min(text_.find('<', at_), text_.size());
    const std::string_view data = text_.substr(at_, end - at_);
    at_ = end;
    if (open_.empty()) {
      if (!trimmed(data).empty()) fault("text outside the root element");
      keep_lines(data);
      return;
    }
    if (find_in(data, "]]>") != npos) fault("\"]]>\" in text");
    put_data(data, false, 0);
  }

  void comment() {
    const auto end = find_in(text_, "-->", at_ + 4);
    if (end == npos)
      fault("a comment without end");
    else if (const auto inside = text_.substr(at_ + 4, end - at_ - 4);
             inside.ends_with('-') || find_in(inside, "--") != npos)
      fault("\"--\" in a comment");
    const auto after = end == npos ? text_.size() : end + 3;
    keep_lines(text_.substr(at_, after - at_));
    at_ = after;
  }

  void cdata() {
    const auto end = find_in(text_, "]]>", at_ + 9);
    if (end == npos) fault("a CDATA section without end");
    const auto stop = end == npos ? text_.size() : end;
    if (!open_.empty()) {
      for (const char c : text_.substr(at_ + 9, stop - at_ - 9)) put_letter(c);
    } else {
      fault("a CDATA section outside the root element");
      keep_lines(text_.substr(at_, stop - at_));
    }
    at_ = end == npos ? text_.size() : end + 3;
  }

  void doctype() {
    // One look for an end that is not there goes through the whole text, so there is only one.
    Doctype found;
    if (no_doctype_end_) {
      found.end = std::min(text_.find('>', at_), text_.size() - 1) + 1;
    } else {
      found = read_doctype(text_, at_);
    }
    no_doctype_end_ = !found.is_closed;
    if (no_doctype_end_) fault("a document type declaration without end");
    if (!text_.substr(at_).starts_with("<!DOCTYPE")) fault("\"<!DOCTYPE\" in small letters");
    if (root_seen_)
      fault("a document type declaration after the root element's start");
    else
      doctype_ = std::move(found);
    const std::size_t end = root_seen_ ? found.end : doctype_.end;
    keep_lines(text_.substr(at_, end - at_));
    at_ = end;
  }

  void instruction() {
    const auto end = no_instruction_end_ ? npos : find_in(text_, "?>", at_ + 2);
    no_instruction_end_ = end == npos;
    const auto stop = end == npos ? std::min(text_.find('>', at_), text_.size() - 1) + 1 : end + 2;
    if (end == npos) fault("a processing instruction without end");
    const std::string_view whole = text_.substr(at_, stop - at_);
    // The declaration's charset was dealt with, and no other instruction says anything to a feed.
    if (whole.starts_with("<?xml") && whole.size() > 5 && is_space(whole[5]) && (root_seen_ || declared_)) {
      fault("an XML declaration inside the document");
    }
    declared_ = true;
    keep_lines(whole);
    at_ = stop;
  }

  // Tags
  // ----------------------------------------------------------------------------------------------------------------

  void end_tag() {
    const std::string_view name = name_at(text_, at_ + 2);
    std::size_t end = at_ + 2 + name.size();
    const std::size_t after_name = end;
    while (end < text_.size() && text_[end] != '>' && text_[end] != '<') ++end;
    const bool whole = end < text_.size() && text_[end] == '>';
    if (!whole || !trimmed(text_.substr(after_name, end - after_name)).empty())
      fault("an end tag that is not whole");
    keep_lines(text_.substr(at_, end - at_));
    at_ = whole ? end + 1 : end;

    if (dropped_ > 0) {
      --dropped_;
      return;
    }
    const auto known = open_names_.find(name);
    auto match = known == open_names_.end() || known->second == 0
                     ? open_.rend()
                     : std::ranges::find(open_.rbegin(), open_.rend(), name);
    if (match == open_.rend()) {
      match = open_in_another_case(name);
      if (match != open_.rend()) fault("</", name, "> is in another letter case");
    }
    if (match == open_.rend()) {
      fault("</", name, "> closes nothing");
      return;
    }
    if (match + 1 == open_.rend() && goes_on()) {
      fault("</", name, "> stands before the end");
      return;
    }
    if (!may_close(static_cast<std::size_t>(match - open_.rbegin()))) {
      fault("</", name, "> crosses other elements");
      return;
    }
    if (match != open_.rbegin()) fault("</", name, "> closes elements that are still open");
    for (auto left = match - open_.rbegin(); left >= 0; --left) close_top();
  }

  /// "<dc:creator>…</DC:CREATOR>": looked for near by only, so that stray end tags cost nothing.
  std::vector<std::string_view>::reverse_iterator open_in_another_case(std::string_view name) {
    constexpr std::ptrdiff_t near = 8;
    const auto end = open_.rbegin() + std::min<std::ptrdiff_t>(near, std::ranges::ssize(open_));
    const auto match =
        std::find_if(open_.rbegin(), end, [&](std::string_view open) { return same_word(open, name); });
    return match == end ? open_.rend() : match;
  }

  /// Whether items follow the root's end tag, which nothing but another document or the end should: then it
  /// strayed there.
  bool goes_on() {
    const std::string_view rest = text_.substr(std::min(text_.find('<', at_), text_.size()));
    for (const auto start : {"<rss", "<feed", "<rdf:RDF", "<channel", "<?", "<!DOCTYPE", "<html"}) {
      if (starts_with_word(rest, start)) return false;
    }
    if (rest.empty()) return false;
    if (next_record_ < at_)
      next_record_ = std::min({find_in(text_, "<item>", at_), find_in(text_, "<item ", at_),
                               find_in(text_, "<entry>", at_), find_in(text_, "<entry ", at_)});
    return next_record_ != npos;
  }

  /// An end tag of inline markup must not close the feed's own elements around it.
  bool may_close(std::size_t above) const {
    for (std::size_t i = 0; i < above; ++i) {
      const std::string_view name = open_[open_.size() - 1 - i];
      if (is_one_of(records, name) || same_word(name, "channel")) {
        // Unless it belongs to what is around the record itself.
        const std::string_view closing = open_[open_.size() - 1 - above];
        return is_one_of(records, closing) || same_word(closing, "channel") || same_word(closing, "rss") ||
               same_word(closing, "feed") || open_.size() - 1 - above == 0;
      }
    }
    return true;
  }

  void start_tag() {
    const std::string_view name = name_at(text_, at_ + 1);
    if (open_.empty() && root_seen_) return second_root();
    imply_ends(name);
    const std::size_t start = at_;
    at_ += 1 + name.size();
    tag_ = name;

    // A root that stands twice, one in the other, is one.
    if (open_.size() == 1 && name == open_.front() &&
        (name == "rss" || name == "feed" || name == "rdf:RDF")) {
      fault("<", name, "> inside itself");
      attributes(false);
      return;
    }
    const bool written = open_.size() < limits_.depth && dropped_ == 0;
    const std::size_t undo = out_.size();
    places_.note(out_.size(), start);
    if (written) out_.append("<").append(name);
    const bool closed = attributes(written);
    if (at_ >= text_.size() && !tag_ended_) {
      // Cut off inside the tag: nothing of it is known for certain.
      out_.resize(undo);
      keep_lines(text_.substr(start));
      return;
    }
    root_seen_ = true;
    if (over_budget()) return too_many();
    ++nodes_;
    const bool is_void = !closed && is_void_here(name);
    if (is_void) fault("<", name, "> has no end");
    if (closed || is_void) {
      if (written) out_ += "/>";
      return;
    }
    if (written) {
      out_ += '>';
      open_.push_back(name);
      ++open_names_[name];
      return;
    }
    // Past the limit tags are only counted, so that a stack of a million costs nothing; what they hold is
    // kept as text.
    if (dropped_++ == 0 && !too_deep_said_) {
      too_deep_said_ = true;
      reading_.warn("too-deep", "elements are nested deeper than " + std::to_string(limits_.depth), place());
    }
  }

  bool over_budget() const { return limits_.nodes != 0 && nodes_ >= limits_.nodes; }

  void too_many() {
    full_ = true;
    out_ += "/>";
    reading_.warn("too-many-elements",
                  "the document holds more elements than its size makes sense of; the rest was left out",
                  place());
  }

  bool is_void_here(std::string_view name) const {
    if (!is_one_of(void_elements, name)) return false;
    // An end tag nearby, before the parent's own end, means that the author meant XML.
    const std::string end = "</" + std::string(name) + ">";
    const std::string_view near = text_.substr(at_, 200);
    const auto found = near.find(end);
    return found == npos || near.substr(0, found).find('<') != npos;
  }

  void second_root() {
    fault("something stands after the root element");
    keep_lines(text_.substr(at_));
    at_ = text_.size();
  }

  void imply_ends(std::string_view name) {
    if (open_.empty()) return;
    if (is_one_of(records, name)) {
      // An empty one inside another ("<item/>", which some stylesheets make) is none: nothing ends there.
      const std::string_view tag = text_.substr(at_, 512);
      if (const auto end = tag.find('>'); end != npos && tag[end - 1] == '/') return;
      // A record stands in its container and nowhere else: what was left open in between ends here.
      const auto container = std::ranges::find_if(open_.rbegin(), open_.rend(), [](std::string_view open) {
        const auto colon = open.find(':');
        return is_one_of(containers, colon == npos ? open : open.substr(colon + 1));
      });
      if (container == open_.rend() || container == open_.rbegin()) return;
      fault("</", open_.back(), "> is missing");
      for (auto left = container - open_.rbegin(); left > 0; --left) close_top();
      return;
    }
    const std::string_view top = open_.back();
    if (is_leaf(top) && starts_beside(name)) {
      fault("</", top, "> is missing");
      close_top();
    }
  }

  void close_top() {
    if (!open_.back().empty()) out_.append("</").append(open_.back()).append(">");
    if (const auto known = open_names_.find(open_.back());
        known != open_names_.end() && --known->second == 0) {
      open_names_.erase(known);
    }
    open_.pop_back();
  }

  // Attributes
  // ----------------------------------------------------------------------------------------------------------

  /// Up to the tag's end. True when the tag closed its element.
  bool attributes(bool written) {
    tag_ended_ = false;
    std::vector<std::string_view> names;
    for (bool is_apart = false; at_ < text_.size(); is_apart = is_space(text_[at_ - 1])) {
      const char c = text_[at_];
      if (is_space(c)) {
        if (c == '\n') out_ += c;
        ++at_;
      } else if (c == '>') {
        ++at_;
        tag_ended_ = true;
        return false;
      } else if (c == '/' && at_ + 1 < text_.size() && text_[at_ + 1] == '>') {
        at_ += 2;
        tag_ended_ = true;
        return true;
      } else if (c == '<') {
        fault("a tag that is not closed");
        tag_ended_ = true;
        return false;
      } else if (is_name_start(c)) {
        if (!is_apart) fault("attributes without a blank between them");
        attribute(names, written);
      } else {
        fault("a character that has no place in a tag");
        ++at_;
      }
    }
    return false;
  }

  void attribute(std::vector<std::string_view>& names, bool written) {
    const std::string_view name = name_at(text_, at_);
    at_ += name.size();
    skip_space();
    std::string_view value = name;
    if (at_ < text_.size() && text_[at_] == '=') {
      ++at_;
      skip_space();
      value = attribute_value();
    } else {
      fault("an attribute without value");
    }
    if (!written) return;
    if (names.size() >= limits_.attributes || over_budget()) {
      if (names.size() == limits_.attributes) {
        reading_.warn("too-many-attributes",
                      "an element has more than " + std::to_string(limits_.attributes) + " attributes",
                      place());
        names.push_back(name);
      }
      return;
    }
    if (std::ranges::find(names, name) != names.end()) return fault("the attribute ", name, " stands twice");
    names.push_back(name);
    ++nodes_;
    out_.append(" ").append(name).append("=\"");
    if (value.find('<') != npos) fault("a \"<\" in an attribute");
    put_data(value, true, 0);
    out_ += '"';
  }

  std::string_view attribute_value() {
    if (at_ >= text_.size()) return {};
    const char quote = text_[at_];
    if (quote == '"' || quote == '\'') {
      // That there is no other one is found out once: asked for every attribute, it would cost the square.
      bool& none = quote == '"' ? no_quote_ : no_apostrophe_;
      const auto end = none ? npos : text_.find(quote, at_ + 1);
      none = end == npos;
      if (end != npos) {
        const std::string_view value = text_.substr(at_ + 1, end - at_ - 1);
        // A quote that was never closed runs to the next tag's: it holds the end of this one then.
        if (value.find('<') == npos || value.find('>') == npos || value.find('=') == npos) {
          at_ = end + 1;
          return value;
        }
      }
      fault("an attribute's quote is not closed");
      ++at_;
      const auto stop = std::min(text_.find_first_of("<>\n", at_), text_.size());
      const std::string_view value = text_.substr(at_, stop - at_);
      at_ = stop;
      return value;
    }
    fault("an attribute without quotes");
    std::size_t end = at_;
    while (end < text_.size() && !is_space(text_[end]) && text_[end] != '>' && text_[end] != '<') ++end;
    // HTML5 has the slash in the value; "<enclosure url=a.mp3/>" has not. A root and a link do not end here.
    const bool has_content = open_.empty() || same_word(tag_, "a");
    if (end > at_ + 1 && end < text_.size() && text_[end] == '>' && text_[end - 1] == '/' && !has_content)
      --end;
    const std::string_view value = text_.substr(at_, end - at_);
    at_ = end;
    return value;
  }

  void skip_space() {
    while (at_ < text_.size() && is_space(text_[at_])) {
      if (text_[at_] == '\n') out_ += '\n';
      ++at_;
    }
  }

  // Text
  // ----------------------------------------------------------------------------------------------------------------

  /// Character data with its references, escaped anew. `depth`: entities inside entities.
  void put_data(std::string_view data, bool in_attribute, int depth) {
    for (std::size_t i = 0; i < data.size();) {
      if (data[i] != '&') {
        const std::size_t start = i;
        while (i < data.size() && is_ordinary(data[i])) ++i;
        out_ += data.substr(start, i - start);
        if (i == start) put_letter(data[i++], in_attribute);
        continue;
      }
      if (const char next = i + 1 < data.size() ? data[i + 1] : ' '; next != '#' && !is_name_start(next)) {
        fault("a bare \"&\"");
        out_ += data[i++];
        continue;
      }
      const Reference reference = reference_at(data, i);
      if (reference.kind == Reference::Kind::none) {
        // The lenient reader leaves alone what is no reference: escaped, a document of nothing else would be
        // five times as long.
        fault("a bare \"&\"");
        if (const std::size_t length = unended_reference(data.substr(i)); length > 0) {
          out_.append(data.substr(i, length)).append(";");
          i += length;
          continue;
        }
        out_ += '&';
        ++i;
      } else {
        put_reference(reference, data.substr(i, reference.length), in_attribute, depth);
        i += reference.length;
      }
    }
  }

  /// Needs no second look, in text or attribute.
  static bool is_ordinary(char c) {
    return static_cast<unsigned char>(c) >= 0x20 && c != '&' && c != '<' && c != '"';
  }

  /// The length of "&amp" and its like before a blank or mark: a reference whose ";" was forgotten. Before a
  /// letter, digit or "=" it is part of an address (HTML section 13.2.5.73).
  static std::size_t unended_reference(std::string_view text) {
    for (const std::string_view name : {"&amp", "&lt", "&gt", "&quot"}) {
      if (!text.starts_with(name)) continue;
      const char next = text.size() > name.size() ? text[name.size()] : ' ';
      return is_name_letter(next) || next == '=' || next == ';' ? 0 : name.size();
    }
    return 0;
  }

  void put_reference(const Reference& reference, std::string_view sent, bool in_attribute, int depth) {
    if (reference.kind == Reference::Kind::character) {
      if (!reference.legal) fault("", sent, " is no character of XML");
      std::string letter;
      append_utf8(letter, reference.code);
      put_escaped(letter);
      return;
    }
    if (is_xml_entity(reference.name)) {
      out_ += sent;
      return;
    }
    if (const auto own = doctype_.entities.find(reference.name); own != doctype_.entities.end()) {
      return expand(own->second, in_attribute, depth);
    }
    const std::string_view decoded = html::letters_of(sent.substr(1));
    // A DTD elsewhere may well define the name (RSS 0.91's defines all of HTML's): then it is no fault.
    if (!doctype_.has_external) {
      reading_.feed.well_formed = false;
      if (reading_.has_room_for("undefined-entity"))
        reading_.damaged("undefined-entity", beginning_of(sent, 40) + " is not defined", place(sent));
    }
    if (decoded.empty())
      out_ += "&amp;", out_ += sent.substr(1);
    else
      put_escaped(decoded);
  }

  /// XML 1.0 section 4.4: the replacement text stands where the reference stood, markup included.
  void expand(std::string_view replacement, bool in_attribute, int depth) {
    constexpr int deepest = 16;
    if (depth > deepest || expanded_ + replacement.size() > limits_.expansion) {
      if (!budget_said_)
        reading_.warn("entity-budget", "the entities of the document expand to more than a feed needs",
                      place());
      budget_said_ = true;
      return;
    }
    expanded_ += replacement.size();
    if (in_attribute || replacement.find('<') == npos) return put_data(replacement, in_attribute, depth + 1);
    expand_markup(replacement, depth);
  }

  /// Tags in a replacement become text of the document: read by a repairer of their own, so that they can't
  /// cross ours.
  void expand_markup(std::string_view replacement, int depth) {
    if (depth > 4) return;
    std::string flat(replacement);
    std::ranges::replace(flat, '\n', ' ');
    RepairedPlaces nowhere;
    Repairer inner(reading_, flat, nowhere, limits_);
    inner.doctype_ = doctype_;
    inner.expanded_ = expanded_;
    inner.open_.emplace_back();  // stands for the element around the reference
    inner.root_seen_ = true;
    inner.nested_ = place();
    while (inner.at_ < inner.text_.size()) inner.step();
    while (!inner.open_.empty()) inner.close_top();
    expanded_ = inner.expanded_;
    out_ += inner.out_;
  }

  void put_text(std::string_view text) {
    if (open_.empty()) return;
    put_escaped(text);
  }

  /// Text that a reference stood for: no line of the document ends in it.
  void put_escaped(std::string_view text) {
    for (const char c : text) {
      if (c == '\n')
        out_ += "&#10;";
      else if (c == '\r')
        out_ += "&#13;";
      else
        put_letter(c, true);
    }
  }

  void put_letter(char c, bool in_attribute = false) {
    switch (c) {
      case '<':
        out_ += "&lt;";
        return;
      case '"':
        out_ += in_attribute ? "&quot;" : "\"";
        return;
      case '&':
        out_ += "&amp;";
        return;
      default:
        break;
    }
    if (is_control(c)) {
      illegal_letter();
      out_ += "\xEF\xBF\xBD";
      return;
    }
    out_ += c;
  }

  /// U+FFFE and U+FFFF, which XML allows no more than control characters.
  void replace_noncharacters() {
    for (auto at = out_.find('\xEF'); at != npos && at + 2 < out_.size();) {
      if (out_[at + 1] == '\xBF' && static_cast<unsigned char>(out_[at + 2]) >= 0xBE) {
        out_[at + 2] = '\xBD';
        illegal_letter();
      }
      // Where one was replaced there may be millions, side by side.
      at += 3;
      if (at < out_.size() && out_[at] != '\xEF') at = out_.find('\xEF', at);
    }
  }

  /// The warning of the first one gets the number of all in the end.
  void illegal_letter() {
    if (illegal_++ > 0) return;
    illegal_warning_ = reading_.has_room_for("not-well-formed") ? reading_.feed.warnings.size() : npos;
    fault("a character that XML does not allow");
  }

  /// The line ends of what is left out, so that later lines keep their numbers.
  void keep_lines(std::string_view gone) {
    out_.append(static_cast<std::size_t>(std::ranges::count(gone, '\n')), '\n');
  }

  /// Of `part` when it is a part of the document, else of what is being read.
  Place place(std::string_view part = {}) {
    if (nested_.line > 0) return nested_;
    const bool is_part = part.data() >= text_.data() && part.data() < text_.data() + text_.size();
    return counter_.at(text_, is_part ? static_cast<std::size_t>(part.data() - text_.data()) : at_);
  }

  /// A fault of the form BEFORE name AFTER. Put together only while there is room for it: there may be
  /// millions.
  void fault(std::string_view before, std::string_view name = {}, std::string_view after = {}) {
    reading_.feed.well_formed = false;
    if (faults_++ > 100 || !reading_.has_room_for("not-well-formed")) return;
    std::string what(before);
    what.append(beginning_of(name, 40)).append(after);
    reading_.damaged("not-well-formed", std::move(what), place());
  }

  Reading& reading_;
  std::string_view text_;
  RepairedPlaces& places_;
  const RepairLimits& limits_;
  std::string out_;
  std::vector<std::string_view> open_;  // an empty name writes no end tag
  std::unordered_map<std::string_view, int>
      open_names_;  // how often each is open, so that stray end tags cost nothing
  Doctype doctype_;
  std::string_view tag_;  // the name of the tag whose attributes are read
  std::size_t at_ = 0;
  std::size_t next_record_ = 0;  // where the next item was seen to start; npos: nowhere
  std::size_t nodes_ = 0;
  std::size_t expanded_ = 0;
  std::size_t illegal_ = 0;
  std::size_t illegal_warning_ = npos;  // its place among the feed's warnings
  std::size_t dropped_ = 0;             // open elements past the depth limit
  std::size_t faults_ = 0;
  PlaceCounter counter_;
  Place nested_;  // of the reference whose replacement this is; unknown for the document itself
  bool no_quote_ = false;
  bool no_apostrophe_ = false;
  bool no_instruction_end_ = false;
  bool no_doctype_end_ = false;
  bool root_seen_ = false;
  bool declared_ = false;
  bool tag_ended_ = false;
  bool full_ = false;
  bool budget_said_ = false;
  bool too_deep_said_ = false;
};

}  // namespace

void RepairedPlaces::note(std::size_t repaired, std::size_t document) {
  constexpr std::size_t most = 8192;
  const Shift last = shifts_.empty() ? Shift{} : shifts_.back();
  if (unknown_from_ || repaired - last.repaired == document - last.document) return;
  if (shifts_.size() == most)
    unknown_from_ = repaired;
  else
    shifts_.push_back({repaired, document});
}

std::optional<std::size_t> RepairedPlaces::before(std::size_t repaired) const {
  if (unknown_from_ && repaired >= *unknown_from_) return std::nullopt;
  const auto next = std::ranges::upper_bound(shifts_, repaired, {}, &Shift::repaired);
  if (next == shifts_.begin()) return repaired;
  const Shift& last = *std::prev(next);
  return last.document + (repaired - last.repaired);
}

std::string repair_xml(Reading& reading, std::string_view text, RepairedPlaces& places,
                       const RepairLimits& limits) {
  return Repairer(reading, text, places, limits).run();
}

}  // namespace tributary::parser
