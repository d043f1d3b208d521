#include "config/edit.hpp"

#include <algorithm>
#include <functional>

#include <fmt/format.h>

#include "config/checks.hpp"
#include "config/config.hpp"
#include "config/keys.hpp"
#include "config/layout.hpp"
#include "config/node.hpp"

// A change is made in the text, never by writing the file anew, and then proved: the changed text is read
// again, and must say what it said before and the change, nothing else. What can't be changed safely is
// refused.

namespace tributary::config {
namespace {

namespace fs = std::filesystem;
constexpr auto npos = std::string_view::npos;

Error refusal(const fs::path& file, std::string detail, ErrorKind kind = ErrorKind::config) {
  return {.kind = kind, .where = file.string(), .detail = std::move(detail)};
}

bool same(const Node& a, const Node& b) {
  const auto same_member = [](const Member& x, const Member& y) {
    return same(x.key, y.key) && same(x.value, y.value);
  };
  return a.kind == b.kind && a.quoted == b.quoted && a.text == b.text &&
         std::ranges::equal(a.members, b.members, same_member) && std::ranges::equal(a.items, b.items, same);
}

/// The member's own value; unlike Node::find it also gives one that is null.
Node* value_of(Node& mapping, std::string_view key) {
  const auto found =
      std::ranges::find_if(mapping.members, [&](const Member& member) { return member.key.text == key; });
  return found == mapping.members.end() ? nullptr : &found->value;
}

/// One entry of a list as the key: value pairs of its mapping.
using Fields = std::vector<std::pair<std::string, std::string>>;

template <class T>
Fields fields_of(const T& value, const Keys<T>& keys, const fs::path& file) {
  std::error_code ignored;
  const Writer writer{fs::absolute(file, ignored).parent_path().lexically_normal()};
  Fields fields;
  for (const auto& row : keys) {
    if (!row.write) continue;
    auto text = row.write(value, writer);
    if (!text.empty()) fields.emplace_back(row.name, std::move(text));
  }
  return fields;
}

std::string in_flow(const Fields& fields) {
  std::string out;
  for (const auto& [name, text] : fields) out += (out.empty() ? "{" : ", ") + name + ": " + text;
  return out + "}";
}

/// As lines of a list in block style, each with `line_end` before it; how entries look is taken over from one
/// that is there.
struct BlockStyle {
  std::size_t column = 2;  // of the `-`
  std::size_t indent = 4;  // of the keys
  bool flow = false;       // entries are written in braces
  bool spaced = false;     // a blank line stands between entries
};

std::string in_block(const Fields& fields, const BlockStyle& style, std::string_view line_end) {
  std::string out(line_end);
  if (style.spaced) out += line_end;
  const auto dash = std::string(style.column, ' ') + '-' + std::string(style.indent - style.column - 1, ' ');
  if (style.flow) return out + dash + in_flow(fields);
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) out += line_end;
    out += i == 0 ? dash : std::string(style.indent, ' ');
    out += fields[i].first + ": " + fields[i].second;
  }
  return out;
}

/// An insertion or deletion.
struct Change {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string text = {};
};

std::string with_changes(std::string_view text, std::vector<Change> changes) {
  std::ranges::sort(changes, std::greater{}, &Change::begin);
  std::string out(text);
  for (const auto& change : changes) out.replace(change.begin, change.end - change.begin, change.text);
  return out;
}

/// The file as it stands, ready to be changed.
class Document {
 public:
  static Result<Document> open(std::string_view yaml, const fs::path& file) {
    constexpr std::string_view mark = "\xEF\xBB\xBF";
    Document document;
    document.file_ = file;
    if (yaml.starts_with(mark)) document.mark_ = mark;
    document.text_ = yaml.substr(document.mark_.size());
    const Source source(file, yaml);
    std::vector<Fault> faults;
    if (auto fault = source.unreadable()) {
      faults.push_back(std::move(*fault));
    } else {
      document.tree_ = read_tree(source, faults);
    }
    if (!faults.empty()) {
      const auto& fault = faults.front();
      return std::unexpected(Error{.kind = ErrorKind::config,
                                   .where = fmt::format("{}:{}:{}", fault.file, fault.line, fault.column),
                                   .detail = fmt::format("{}; {}", fault.what, fault.mend)});
    }
    const auto kind = document.tree_.root.kind;
    if (kind != Node::Kind::mapping && kind != Node::Kind::null) {
      return std::unexpected(refusal(file, "the file is no mapping"));
    }
    return document;
  }

  [[nodiscard]] const Node& root() const { return tree_.root; }
  [[nodiscard]] const std::string& text() const { return text_; }

  /// The text with the entries put behind the last one of the list `key`.
  [[nodiscard]] Result<std::string> append(std::string_view key, const std::vector<Fields>& entries) const;
  /// The text with another scalar for one member of an entry of the list `key`.
  [[nodiscard]] Result<std::string> replace(std::string_view key, std::size_t index, std::string_view member,
                                            std::string_view value) const;
  /// The text without one entry of the list `key`.
  [[nodiscard]] Result<std::string> erase(std::string_view key, std::size_t index) const;

 private:
  [[nodiscard]] std::vector<Change> appended_to_block(const Node& list,
                                                      const std::vector<Fields>& entries) const;
  [[nodiscard]] std::vector<Change> appended_to_flow(const Node& list,
                                                     const std::vector<Fields>& entries) const;
  [[nodiscard]] std::vector<Change> as_new_list(std::string_view key,
                                                const std::vector<Fields>& entries) const;
  [[nodiscard]] std::vector<Change> erased_from_block(const Node& list, std::size_t index) const;
  [[nodiscard]] std::vector<Change> erased_from_flow(const Node& list, std::size_t index) const;
  [[nodiscard]] std::size_t limit_of(const Node& value) const;
  [[nodiscard]] Result<std::string> proved(std::vector<Change> changes, const Node& expected) const;

  fs::path file_;
  std::string mark_;
  std::string text_;
  Tree tree_;
};

/// What these fields mean, as a node.
Node node_of(const Fields& fields) {
  const auto yaml = in_flow(fields);
  std::vector<Fault> faults;
  return read_tree(Source("", yaml), faults).root;
}

/// The line where what follows the value of a key in the root begins.
std::size_t Document::limit_of(const Node& value) const {
  const Layout layout(text_);
  for (const auto& member : root().members) {
    if (member.key.span.begin > value.span.begin) return layout.line_of(member.key.span.begin);
  }
  return layout.document_end(layout.line_of(value.span.begin) + 1);
}

std::vector<Change> Document::appended_to_block(const Node& list, const std::vector<Fields>& entries) const {
  const Layout layout(text_);
  const auto places = layout.entries(list, limit_of(list));
  BlockStyle style{.column = layout.column_of(list.span.begin)};
  const auto& last = list.items.back();
  style.flow = is_flow(text_, last);
  const bool beside_dash = layout.line_of(last.span.begin) == places.back().first &&
                           last.span.begin > layout.begin_of(places.back().first) + style.column;
  style.indent = beside_dash ? layout.column_of(last.span.begin) : style.column + 2;
  style.spaced = places.size() > 1 && layout.blank(places.back().first - 1);
  auto end = layout.begin_of(places.back().last);
  while (end > 0 && (text_[end - 1] == '\n' || text_[end - 1] == '\r')) --end;
  std::string text;
  for (const auto& fields : entries) text += in_block(fields, style, layout.line_end(places.back().last - 1));
  return {{end, end, text}};
}

std::vector<Change> Document::appended_to_flow(const Node& list, const std::vector<Fields>& entries) const {
  const Layout layout(text_);
  std::string text;
  if (list.items.empty()) {
    for (const auto& fields : entries) text += (text.empty() ? "" : ", ") + in_flow(fields);
    return {{list.span.begin + 1, list.span.begin + 1, text}};
  }
  const auto& last = list.items.back();
  const auto begin = last.span.begin;
  const auto line = layout.begin_of(layout.line_of(begin));
  const bool own_line = list.span.begin < line && text_.find_first_not_of(" \t", line) == begin;
  const auto before =
      own_line ? std::string(layout.line_end(layout.line_of(begin))) + text_.substr(line, begin - line) : " ";
  const auto end = layout.end_of(last);
  const auto comma = layout.comma_after(end);
  const auto rest = comma.value_or(end);
  const auto line_end =
      layout.begin_of(layout.line_of(rest - 1)) + layout.line(layout.line_of(rest - 1)).size();
  const auto comment = text_.find_first_not_of(" \t", rest);
  const bool commented = comment < line_end && text_[comment] == '#';
  if (own_line && (commented || (comma && comment >= line_end))) {
    // What is said behind the last entry stays beside it.
    for (const auto& fields : entries) text += before + in_flow(fields) + ",";
    if (comma) return {{line_end, line_end, text}};
    text.pop_back();
    return {{end, end, ","}, {line_end, line_end, text}};
  }
  for (const auto& fields : entries) text += "," + before + in_flow(fields);
  return {{end, end, text}};
}

std::vector<Change> Document::as_new_list(std::string_view key, const std::vector<Fields>& entries) const {
  const Layout layout(text_);
  std::string flow;
  for (const auto& fields : entries) flow += (flow.empty() ? "" : ", ") + in_flow(fields);
  const auto found =
      std::ranges::find_if(root().members, [&](const Member& member) { return member.key.text == key; });
  if (root().kind == Node::Kind::mapping && is_flow(text_, root())) {
    if (found != root().members.end()) {
      const auto colon = text_.find(':', found->key.span.end);
      auto end = text_.find_first_not_of(" \t", colon + 1);
      while (end < text_.size() && text_[end] != ',' && text_[end] != '}' && text_[end] != '\n' &&
             text_[end] != '\r' && text_[end] != ' ')
        ++end;
      return {{colon + 1, end, fmt::format(" [{}]", flow)}};
    }
    if (root().members.empty())
      return {{root().span.begin + 1, root().span.begin + 1, fmt::format("{}: [{}]", key, flow)}};
    const auto& last = root().members.back();
    const auto end = last.value.kind == Node::Kind::null ? text_.find(':', last.key.span.end) + 1
                                                         : layout.end_of(last.value);
    return {{end, end, fmt::format(", {}: [{}]", key, flow)}};
  }
  const auto root_column =
      root().members.empty() ? 0 : layout.column_of(root().members.front().key.span.begin);
  const BlockStyle style{.column = root_column + 2, .indent = root_column + 4};
  std::string block;
  for (const auto& fields : entries) block += in_block(fields, style, layout.line_end(layout.lines()));
  if (found != root().members.end()) {
    // "feeds:", perhaps with a comment behind it; or with null written out.
    const auto line = layout.line_of(found->key.span.begin);
    const auto colon = text_.find(':', found->key.span.end);
    const auto value = text_.find_first_not_of(" \t", colon + 1);
    const auto line_end = layout.begin_of(line) + layout.line(line).size();
    if (value < line_end && text_[value] != '#') {
      auto end = value;
      while (end < line_end && text_[end] != ' ' && text_[end] != '\t') ++end;
      return {{value, end, fmt::format("[{}]", flow)}};
    }
    return {{line_end, line_end, block}};
  }
  const auto at_line =
      root().kind == Node::Kind::null ? 0 : layout.line_of(root().members.back().key.span.begin) + 1;
  auto end = layout.begin_of(layout.document_end(at_line));
  const bool marker = end < text_.size();
  std::string text;
  if (end > 0 && text_[end - 1] != '\n' && text_[end - 1] != '\r') text += layout.line_end(layout.lines());
  text += std::string(root_column, ' ') + std::string(key) + ":" + block;
  if (marker || text.empty() || (end > 0 && text.find_first_of("\r\n") != 0))
    text += layout.line_end(layout.lines());
  return {{end, end, text}};
}

std::vector<Change> Document::erased_from_block(const Node& list, std::size_t index) const {
  const Layout layout(text_);
  const auto places = layout.entries(list, limit_of(list));
  auto [first, last] = places[index];
  if (index > 0 && layout.blank(first - 1)) --first;
  auto begin = layout.begin_of(first);
  const auto end = layout.begin_of(last);
  // The last line of a file without a line end: the one before it becomes the last.
  if (end == text_.size() && !text_.ends_with('\n') && !text_.ends_with('\r')) {
    while (begin > 0 && (text_[begin - 1] == '\n' || text_[begin - 1] == '\r')) {
      const bool pair = begin > 1 && text_.compare(begin - 2, 2, "\r\n") == 0;
      begin -= pair ? 2 : 1;
      break;
    }
  }
  return {{begin, end, {}}};
}

std::vector<Change> Document::erased_from_flow(const Node& list, std::size_t index) const {
  const Layout layout(text_);
  const auto begin = list.items[index].span.begin;
  const auto end = layout.end_of(list.items[index]);
  const auto comma = layout.comma_after(end);
  const auto line = layout.begin_of(layout.line_of(begin));
  const bool begins_line = list.span.begin < line && text_.find_first_not_of(" \t", line) == begin;
  const auto stop = comma.value_or(end);
  // With a comment behind it, the entry still ends its line.
  const auto rest = std::min(text_.find_first_not_of(" \t", stop), text_.size());
  const bool ends_line = rest == text_.size() || text_[rest] == '\n' || text_[rest] == '\r' ||
                         (text_[rest] == '#' && rest > stop);
  std::vector<Change> changes;
  if (begins_line && ends_line) {
    changes.push_back({line, layout.begin_of(layout.line_of(stop - 1) + 1), {}});
  } else if (comma) {
    changes.push_back({begin, ends_line ? stop : rest, {}});
  } else {
    auto from = begin;
    while (index > 0 && (text_[from - 1] == ' ' || text_[from - 1] == '\t')) --from;
    changes.push_back({from, end, {}});
  }
  // Without a comma behind it, the one before it has nothing to part any more.
  if (!comma && index > 0) {
    const auto before = layout.comma_after(layout.end_of(list.items[index - 1]));
    if (before && *before <= changes.front().begin) changes.push_back({*before - 1, *before, {}});
  }
  return changes;
}

Result<std::string> Document::proved(std::vector<Change> changes, const Node& expected) const {
  auto text = mark_ + with_changes(text_, std::move(changes));
  std::vector<Fault> faults;
  const Source source(file_, text);
  const auto tree = read_tree(source, faults);
  if (!faults.empty() || !same(tree.root, expected)) {
    return std::unexpected(refusal(file_, "the file is laid out so that only a person can make this change"));
  }
  return text;
}

Result<std::string> Document::append(std::string_view key, const std::vector<Fields>& entries) const {
  Node expected = root();
  Node* list = value_of(expected, key);
  const Node* there = root().find(key);
  if (there != nullptr && there->kind != Node::Kind::sequence) {
    return std::unexpected(refusal(file_, fmt::format("`{}` is no list", key)));
  }
  std::vector<Change> changes;
  if (there == nullptr) {
    changes = as_new_list(key, entries);
  } else if (is_flow(text_, *there)) {
    changes = appended_to_flow(*there, entries);
  } else {
    changes = appended_to_block(*there, entries);
  }
  if (list == nullptr) {
    expected.kind = Node::Kind::mapping;
    expected.members.push_back({.key = {.kind = Node::Kind::scalar, .text = std::string(key)}});
    list = &expected.members.back().value;
  }
  list->kind = Node::Kind::sequence;
  for (const auto& fields : entries) list->items.push_back(node_of(fields));
  return proved(std::move(changes), expected);
}

Result<std::string> Document::replace(std::string_view key, std::size_t index, std::string_view member,
                                      std::string_view value) const {
  Node expected = root();
  Node& changed = *value_of(value_of(expected, key)->items[index], member);
  const Node& there = *root().find(key)->items[index].find(member);
  const char first = text_[there.span.begin];
  // In the quotes that it had, where no character of the value has a meaning in them.
  const bool quoted = (first == '"' || first == '\'') && value.find_first_of("\\\"'") == npos;
  const auto written = quoted ? first + std::string(value) + first : yaml_string(value);
  changed.text = value;
  changed.quoted = written.front() == '"' || written.front() == '\'';
  return proved({{there.span.begin, Layout(text_).end_of(there), written}}, expected);
}

Result<std::string> Document::erase(std::string_view key, std::size_t index) const {
  Node expected = root();
  Node* list = value_of(expected, key);
  const Node& there = *root().find(key);
  list->items.erase(list->items.begin() + static_cast<std::ptrdiff_t>(index));
  const bool flow = is_flow(text_, there);
  // "feeds:" with nothing below it is null.
  if (!flow && list->items.empty()) list->kind = Node::Kind::null;
  return proved(flow ? erased_from_flow(there, index) : erased_from_block(there, index), expected);
}

std::vector<std::string> errors_in(std::string_view yaml, const fs::path& file) {
  const auto loaded = parse(yaml, file);
  std::vector<std::string> out;
  if (loaded) return out;
  for (const auto& fault : loaded.error()) {
    // Without the place: an insertion moves what stands below it.
    if (!fault.warning) out.push_back(fmt::format("{}; {}", fault.what, fault.mend));
  }
  return out;
}

/// Refuses a change that brings a fault with it; faults that were there before are the admin's.
Result<std::string> without_new_faults(std::string_view before, Result<std::string> after,
                                       const fs::path& file) {
  if (!after) return after;
  auto old = errors_in(before, file);
  for (const auto& fault : errors_in(*after, file)) {
    const auto known = std::ranges::find(old, fault);
    if (known == old.end()) return std::unexpected(refusal(file, fault));
    old.erase(known);
  }
  return after;
}

}  // namespace

Result<std::string> add_feeds(std::string_view yaml, const fs::path& file,
                              const std::vector<Partner>& feeds) {
  const auto document = Document::open(yaml, file);
  if (!document) return std::unexpected(document.error());
  if (feeds.empty()) return std::string(yaml);
  std::vector<Fields> entries;
  for (const auto& feed : feeds) {
    if (auto verdict = check_http_url(feed.url); !verdict) {
      return std::unexpected(
          Error{.kind = ErrorKind::usage, .where = feed.url, .detail = verdict.what + "; " + verdict.mend});
    }
    entries.push_back(fields_of(feed, feed_keys(), file));
  }
  return without_new_faults(yaml, document->append("feeds", entries), file);
}

Result<std::string> add_feed(std::string_view yaml, const fs::path& file, const Partner& feed) {
  return add_feeds(yaml, file, {feed});
}

Result<std::string> add_topics(std::string_view yaml, const fs::path& file,
                               const std::vector<Topic>& topics) {
  const auto document = Document::open(yaml, file);
  if (!document) return std::unexpected(document.error());
  if (topics.empty()) return std::string(yaml);
  std::vector<Fields> entries;
  for (const auto& topic : topics) entries.push_back(fields_of(topic, topic_keys(), file));
  return without_new_faults(yaml, document->append("topics", entries), file);
}

Result<std::string> remove_feed(std::string_view yaml, const fs::path& file, std::string_view which) {
  const auto document = Document::open(yaml, file);
  if (!document) return std::unexpected(document.error());
  const Node* list = document->root().find("feeds");
  const auto loaded = parse(yaml, file);
  std::vector<std::size_t> found;
  for (const std::string_view key : {"url", "slug", "name"}) {
    if (list == nullptr || list->kind != Node::Kind::sequence || !found.empty()) break;
    for (std::size_t i = 0; i < list->items.size(); ++i) {
      const Node* value = list->items[i].find(key);
      bool match = value != nullptr && value->text == which;
      // A slug or name that isn't written is known once the file is good.
      if (loaded && value == nullptr)
        match = (key == "slug" ? loaded->config.feeds[i].slug : loaded->config.feeds[i].name) == which;
      if (match) found.push_back(i);
    }
  }
  if (found.empty())
    return std::unexpected(
        refusal(file, fmt::format("no feed has the address, slug or name `{}`", which), ErrorKind::usage));
  if (found.size() > 1) {
    return std::unexpected(
        refusal(file, fmt::format("{} feeds are called `{}`; name one by its address", found.size(), which),
                ErrorKind::usage));
  }
  return document->erase("feeds", found.front());
}

Result<std::string> change_feed_url(std::string_view yaml, const fs::path& file, std::string_view from,
                                    std::string_view to) {
  if (auto verdict = check_http_url(to); !verdict) {
    return std::unexpected(Error{
        .kind = ErrorKind::usage, .where = std::string(to), .detail = verdict.what + "; " + verdict.mend});
  }
  const auto document = Document::open(yaml, file);
  if (!document) return std::unexpected(document.error());
  const Node* list = document->root().find("feeds");
  if (list != nullptr && list->kind == Node::Kind::sequence) {
    for (std::size_t i = 0; i < list->items.size(); ++i) {
      const Node* url = list->items[i].find("url");
      if (url == nullptr || url->text != from) continue;
      return without_new_faults(yaml, document->replace("feeds", i, "url", to), file);
    }
  }
  return std::unexpected(refusal(file, fmt::format("no feed has the address `{}`", from), ErrorKind::usage));
}

}  // namespace tributary::config
