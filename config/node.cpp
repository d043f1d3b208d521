#include "config/node.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <map>
#include <optional>
#include <sstream>
#include <unordered_map>

#include <fmt/format.h>

namespace tributary::config {
namespace {

// feeds.yaml needs six levels; more is a mistake or an attack.
constexpr std::size_t deepest = 32;
// What aliases may add up to: enough for a shared block in every one of ten thousand feeds.
constexpr std::size_t alias_budget = 100'000;

// Ends the reading of events; the fault has been told.
struct Stop {};

// yaml-cpp 0.7 ends a plain scalar inside brackets at any `?`, and so breaks {url:
// https://example.org/?feed=rss} apart. YAML takes it for the sign of a key only where nothing but a blank
// follows it and a blank or bracket stands before it (YAML 1.2 section 7.3.3). Every other one is handed to
// yaml-cpp as a character that Source::unreadable() keeps out of files.
constexpr char disguised_question_mark = '\x1A';

std::string disguised(std::string_view text) {
  std::string out(text);
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (text[i] != '?') continue;
    const char before = i == 0 ? '\n' : text[i - 1];
    const char after = i + 1 < text.size() ? text[i + 1] : '\n';
    constexpr std::string_view blank = " \t\r\n";
    const bool key = blank.find(after) != std::string_view::npos &&
                     (blank.find(before) != std::string_view::npos ||
                      std::string_view("[{,").find(before) != std::string_view::npos);
    if (!key) out[i] = disguised_question_mark;
  }
  return out;
}

std::size_t weight(const Node& node) {
  std::size_t sum = 1;
  for (const auto& member : node.members) sum += 1 + weight(member.value);
  for (const auto& item : node.items) sum += weight(item);
  return sum;
}

class Builder : public YAML::EventHandler {
 public:
  Builder(const Source& source, std::vector<Fault>& faults) : source_(source), faults_(faults) {}

  void OnDocumentStart(const YAML::Mark& mark) override { document_ = at(mark); }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Node node{.span = {at(mark), at(mark)}};
    // The mark of a value that is not there is that of the next token; the key's or the dash's place serves
    // the reader better.
    if (!stack_.empty() && stack_.back().key) {
      node.span = stack_.back().key->span;
    } else if (!stack_.empty() && !stack_.back().flow && node.span.begin > 0) {
      const auto dash = text().rfind('-', node.span.begin - 1);
      if (dash != std::string_view::npos) node.span = {dash, dash + 1};
    }
    remember(anchor, node);
    add(std::move(node));
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    const auto begin = skip_properties(at(mark));
    if (tag != "?" && tag != "!" && tag != "tag:yaml.org,2002:str") refuse_tag(mark);
    Node node{.kind = Node::Kind::scalar, .quoted = tag != "?", .span = {begin, begin}, .text = value};
    std::ranges::replace(node.text, disguised_question_mark, '?');
    const char first = begin < text().size() ? text()[begin] : ' ';
    if (first == '"' || first == '\'') {
      node.span.end = quoted_end(text(), begin);
      if (node.span.end == std::string_view::npos) {
        stop({begin, begin + 1}, "yaml-syntax",
             fmt::format("the quote {} that opens here is never closed", first),
             fmt::format("close it with {}", first));
      }
    } else if (first == '|' || first == '>') {
      node.span.end = std::min(text().find_first_of("\r\n", begin), text().size());
    } else {
      node.span.end = plain_end(begin, node.text);
    }
    last_scalar_ = node.span;
    remember(anchor, node);
    add(std::move(node));
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto begin = at(mark);
    const Span span{begin, std::min(text().find_first_of(" \t\r\n,]}", begin), text().size())};
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end())
      stop(span, "yaml-alias", "the alias stands for a value that holds it", "write the value itself");
    budget_used_ += weight(found->second);
    if (budget_used_ > alias_budget) {
      stop(span, "yaml-alias", fmt::format("aliases add up to more than {} values", alias_budget),
           "use fewer of them");
    }
    Node node = found->second;
    node.span = span;
    add(std::move(node));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override {
    open(Node::Kind::sequence, mark, tag, anchor, style);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override {
    open(Node::Kind::mapping, mark, tag, anchor, style);
  }
  void OnMapEnd() override { close(); }

  /// Closes what is still open, so that the part that was read can be looked at.
  Node take() {
    while (!stack_.empty()) {
      stack_.back().key.reset();
      close();
    }
    return std::move(root_);
  }

  /// What was read last, and every bracket still open, may hold more than was meant.
  [[nodiscard]] std::size_t sound_until() const {
    auto until = last_scalar_ ? last_scalar_->begin : 0;
    for (const auto& frame : stack_) {
      if (frame.flow) until = std::min(until, frame.node.span.begin);
    }
    return until;
  }
  [[nodiscard]] std::size_t document() const { return document_; }
  [[nodiscard]] std::optional<Span> last_scalar() const { return last_scalar_; }
  /// The innermost `[` or `{` that was not closed.
  [[nodiscard]] std::optional<std::size_t> open_flow() const {
    for (auto frame = stack_.rbegin(); frame != stack_.rend(); ++frame) {
      const auto begin = frame->node.span.begin;
      if (frame->flow && begin < text().size() && (text()[begin] == '[' || text()[begin] == '{'))
        return begin;
    }
    return std::nullopt;
  }

 private:
  struct Frame {
    Node node = {};
    std::optional<Node> key = {};
    YAML::anchor_t anchor = 0;
    bool flow = false;
    std::unordered_map<std::string, std::size_t> seen = {};  // key → its place
  };

  [[nodiscard]] std::string_view text() const { return source_.text(); }
  static std::size_t at(const YAML::Mark& mark) {
    return mark.pos < 0 ? 0 : static_cast<std::size_t>(mark.pos);
  }

  [[noreturn]] void stop(Span span, std::string code, std::string what, std::string mend) {
    faults_.push_back(source_.fault(span, std::move(code), std::move(what), std::move(mend)));
    throw Stop{};
  }

  void refuse_tag(const YAML::Mark& mark) {
    const auto begin = at(mark);
    const auto end = std::min(text().find_first_of(" \t\r\n,]}", begin), text().size());
    faults_.push_back(source_.fault(
        {begin, end}, "yaml-tag",
        fmt::format("the tag `{}` has no meaning here", text().substr(begin, end - begin)), "delete it"));
  }

  // Anchors and tags stand before the value; yaml-cpp's mark is theirs.
  [[nodiscard]] std::size_t skip_properties(std::size_t begin) const {
    while (begin < text().size() && (text()[begin] == '&' || text()[begin] == '!')) {
      begin = text().find_first_of(" \t\r\n", begin);
      begin = std::min(text().find_first_not_of(" \t\r\n", begin), text().size());
    }
    return begin;
  }

  // A plain scalar on one line is in the text as it is; of a folded one the first line is enough to show the
  // place.
  [[nodiscard]] std::size_t plain_end(std::size_t begin, std::string_view value) const {
    if (text().substr(begin).starts_with(value)) return begin + value.size();
    const auto line_end = std::min(text().find_first_of("\r\n", begin), text().size());
    const auto comment = text().substr(0, line_end).find(" #", begin);
    const auto last = text().find_last_not_of(" \t", std::min(line_end, comment) - 1);
    return last == std::string_view::npos || last < begin ? begin : last + 1;
  }

  void remember(YAML::anchor_t anchor, const Node& node) {
    if (anchor != YAML::NullAnchor) anchors_[anchor] = node;
  }

  void open(Node::Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
            YAML::EmitterStyle::value style) {
    const auto begin = skip_properties(at(mark));
    if (tag != "?" && tag != "!") refuse_tag(mark);
    if (stack_.size() >= deepest) {
      stop({begin, begin + 1}, "yaml-depth", fmt::format("more than {} levels inside each other", deepest),
           "feeds.yaml needs no more than six");
    }
    Frame frame;
    frame.node.kind = kind;
    frame.node.span = {begin, begin + 1};
    frame.anchor = anchor;
    frame.flow = style == YAML::EmitterStyle::Flow;
    stack_.push_back(std::move(frame));
  }

  void close() {
    Frame frame = std::move(stack_.back());
    stack_.pop_back();
    // A mapping in lines has no bracket to point at; its first key shows it best.
    if (!frame.flow && !frame.node.members.empty()) frame.node.span = frame.node.members.front().key.span;
    remember(frame.anchor, frame.node);
    add(std::move(frame.node));
  }

  void add(Node node) {
    if (stack_.empty()) {
      root_ = std::move(node);
      return;
    }
    auto& frame = stack_.back();
    if (frame.node.kind == Node::Kind::sequence) {
      frame.node.items.push_back(std::move(node));
    } else if (!frame.key) {
      frame.key = std::move(node);
    } else {
      add_member(frame, std::move(node));
    }
  }

  void add_member(Frame& frame, Node value) {
    Node key = std::move(*frame.key);
    frame.key.reset();
    if (key.kind != Node::Kind::scalar) {
      faults_.push_back(source_.fault(key.span, "yaml-key", "a key must be one word", "write `key: value`"));
      return;
    }
    // yaml-cpp takes a line without a colon for a key without a value.
    if (value.kind == Node::Kind::null && !followed_by_colon(key.span.end)) {
      faults_.push_back(source_.fault(
          key.span, "yaml-syntax", fmt::format("`{}` stands alone: no `:` follows it", key.text),
          frame.flow ? "write `key: value`, or `[…]` for a list" : "write `key: value`"));
      return;
    }
    const auto [first, fresh] = frame.seen.emplace(key.text, key.span.begin);
    if (!fresh) {
      faults_.push_back(source_.fault(key.span, "duplicate-key",
                                      fmt::format("`{}` stands here a second time, first in line {}",
                                                  key.text, source_.line_of(first->second)),
                                      "keep one of them"));
      return;
    }
    frame.node.members.push_back({std::move(key), std::move(value)});
  }

  [[nodiscard]] bool followed_by_colon(std::size_t offset) const {
    const auto next = text().find_first_not_of(" \t\r\n", offset);
    return next != std::string_view::npos && text()[next] == ':';
  }

  const Source& source_;
  std::vector<Fault>& faults_;
  std::vector<Frame> stack_ = {};
  Node root_ = {};
  std::map<YAML::anchor_t, Node> anchors_ = {};
  std::size_t budget_used_ = 0;
  std::size_t document_ = 0;
  std::optional<Span> last_scalar_ = {};
};

// yaml-cpp speaks of its own tokens; what an admin needs is what to look for.
struct Saying {
  std::string_view of_yaml_cpp;  // how its message begins
  std::string_view what;
  std::string_view mend;
};
constexpr Saying sayings[] = {
    {"illegal map value", "a `: ` where no key can stand",
     "put a value that holds `: ` in quotes, or mend the indentation"},
    {"illegal map key", "a key where none can stand", "mend the indentation"},
    {"illegal block entry", "a list entry `- ` where none can stand", "begin the list on a line of its own"},
    {"end of map not found", "this fits nothing above it",
     "mend the indentation, or put the whole value in quotes"},
    {"end of sequence not found", "this fits nothing in the list above it",
     "indent it as the list's `- `, or as its key"},
    {"end of sequence flow not found", "a `,` or `]` is missing before this", "close the list with `]`"},
    {"end of map flow not found", "a `,` or `}` is missing before this", "close the mapping with `}`"},
    {"illegal flow end", "nothing was opened that this could close", "delete it, or put the value in quotes"},
    {"illegal tab", "a tab in the indentation", "indent with spaces"},
    {"unknown token", "no value can begin with this character", "put the value in quotes"},
    {"the referenced anchor", "no `&` names what this `*` asks for",
     "put the value in quotes, or define the anchor before it"},
    {"alias not found", "a `*` that names nothing", "put the value in quotes"},
    {"anchor not found", "a `&` that names nothing", "put the whole value in quotes"},
    {"unknown escape character", "no such escape after `\\` in double quotes",
     "write `\\\\` for a backslash, or use single quotes"},
    {"bad character found while scanning hex", "no such escape after `\\` in double quotes",
     "write `\\\\` for a backslash, or use single quotes"},
    {"unexpected character in block scalar", "nothing may follow `|` or `>` in its line",
     "begin the text in the next line"},
    {"illegal document indicator", "`---` or `...` inside a value",
     "close the quote before it, or indent the line"},
    {"bad file", "this can't be read as YAML", "mend or delete it"},
};

// A value in lines: the place where the line begins that holds `offset`.
std::size_t line_begin(std::string_view text, std::size_t offset) {
  const auto end = text.substr(0, offset).find_last_of("\r\n");
  return end == std::string_view::npos ? 0 : end + 1;
}

// The last line before this one that says anything: what stands in it behind its indentation and dashes.
struct Line {
  std::size_t begin = 0;
  std::string_view text = {};
};
Line line_above(std::string_view text, std::size_t here) {
  while (here > 0) {
    const auto end = text.substr(0, here).find_last_not_of(" \t\r\n");
    if (end == std::string_view::npos) break;
    here = line_begin(text, end);
    const auto begin = std::min(text.find_first_not_of(" -", here), end);
    if (text[begin] != '#') return {begin, text.substr(begin, end + 1 - begin)};
  }
  return {};
}

/// What yaml-cpp stumbled over often began lines before: a quote, a bracket, a key without a space behind its
/// colon.
Fault told(const Source& source, const Builder& builder, const YAML::Exception& error) {
  const auto text = source.text();
  const auto begin = std::min(error.mark.pos < 0 ? 0 : static_cast<std::size_t>(error.mark.pos), text.size());
  const auto fault = [&](Span span, std::string_view what, std::string mend) {
    return source.fault(span, "yaml-syntax", std::string(what), std::move(mend));
  };
  if (const auto opened = builder.open_flow(); opened &&
                                               error.msg.find("flow not found") != std::string::npos &&
                                               source.line_of(*opened) != source.line_of(begin)) {
    const char bracket = text[*opened];
    return fault({*opened, *opened + 1}, fmt::format("the `{}` that opens here is not closed", bracket),
                 fmt::format("close it with `{}`", bracket == '[' ? ']' : '}'));
  }
  const auto indentation = text.substr(line_begin(text, begin));
  const auto first = std::min(indentation.find_first_not_of(" \t"), indentation.size());
  if (const auto tab = indentation.substr(0, first).find('\t'); tab != std::string_view::npos) {
    const auto place = line_begin(text, begin) + tab;
    return source.fault({place, place + 1}, "yaml-tab", "a tab in the indentation", "indent with spaces");
  }
  const auto end = std::min(text.find_first_of(" \t\r\n,]}:", begin + 1), text.size());
  const auto last = builder.last_scalar();
  const bool quoted =
      last && last->begin < text.size() && (text[last->begin] == '"' || text[last->begin] == '\'');
  if (quoted && last->end <= begin && source.line_of(last->begin) != source.line_of(last->end)) {
    return fault({begin, end}, "this fits nothing above it",
                 fmt::format("look whether the quote opened in line {} ends where it should",
                             source.line_of(last->begin)));
  }
  if (error.msg == "illegal map value") {
    const auto here = line_begin(text, begin);
    const auto above = line_above(text, here);
    const auto key_end = above.text.find(':');
    if (key_end != std::string_view::npos && key_end + 1 < above.text.size() &&
        above.text.find(": ") == std::string_view::npos && !above.text.ends_with(':')) {
      return fault({above.begin, above.begin + key_end + 1},
                   fmt::format("no space follows the colon of `{}`", above.text.substr(0, key_end + 1)),
                   "write a space between a key's colon and its value");
    }
    if (key_end != std::string_view::npos && !above.text.ends_with(':') &&
        first > above.begin - line_begin(text, above.begin)) {
      return fault({here + first, end},
                   fmt::format("this line goes on with the value of line {}, since it is indented deeper",
                               source.line_of(above.begin)),
                   "indent it as that line");
    }
  }
  const auto* const saying = std::ranges::find_if(
      sayings, [&](const Saying& one) { return error.msg.starts_with(one.of_yaml_cpp); });
  if (saying == std::end(sayings)) return fault({begin, end}, "not YAML: " + error.msg, "mend or delete it");
  return fault({begin, end}, saying->what, std::string(saying->mend));
}

}  // namespace

const Node* Node::find(std::string_view key) const {
  const auto found =
      std::ranges::find_if(members, [&](const Member& member) { return member.key.text == key; });
  return found == members.end() || found->value.kind == Kind::null ? nullptr : &found->value;
}

std::size_t quoted_end(std::string_view text, std::size_t begin) {
  const char quote = text[begin];
  for (std::size_t i = begin + 1; i < text.size(); ++i) {
    if (quote == '"' && text[i] == '\\') {
      ++i;
    } else if (text[i] == quote) {
      if (quote == '"' || i + 1 >= text.size() || text[i + 1] != quote) return i + 1;
      ++i;
    }
  }
  return std::string_view::npos;
}

Tree read_tree(const Source& source, std::vector<Fault>& faults) {
  Builder builder(source, faults);
  Tree tree;
  try {
    std::istringstream stream(disguised(source.text()));
    YAML::Parser parser(stream);
    parser.HandleNextDocument(builder);
    tree.root = builder.take();
    Builder rest(source, faults);
    if (parser.HandleNextDocument(rest) && rest.take().kind != Node::Kind::null) {
      const auto begin = rest.document();
      const bool marked =
          source.text().substr(begin).starts_with("---") || source.text().substr(0, begin).ends_with("...\n");
      faults.push_back(marked ? source.fault({begin, begin + 3}, "yaml-documents",
                                             "a second document begins here",
                                             "feeds.yaml holds one: delete this line")
                              : source.fault({begin, begin + 1}, "yaml-syntax", "this fits nothing above it",
                                             "mend the indentation"));
      tree.whole = false;
      tree.sound_until = begin;
      return tree;
    }
  } catch (const Stop&) {
    tree.whole = false;
  } catch (const YAML::Exception& error) {
    faults.push_back(told(source, builder, error));
    tree.whole = false;
  }
  if (!tree.whole) {
    tree.sound_until = builder.sound_until();
    if (tree.root.kind == Node::Kind::null) tree.root = builder.take();
  }
  return tree;
}

}  // namespace tributary::config
