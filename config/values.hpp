#pragma once
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "config/names.hpp"
#include "config/reader.hpp"

namespace tributary::config {

// The idea of this folder: a kind of value knows how to read itself from YAML, how JSON Schema describes it
// and how people call it. Sections are tables of keys with such kinds (keys.cpp), so reading, "did you mean",
// the schema and the documentation come from one row and cannot drift apart.

/// Where what is written will stand: paths below its folder are written relative to it.
struct Writer {
  std::filesystem::path folder = {};
  [[nodiscard]] std::string path(const std::filesystem::path& absolute) const;
};

/// Text as a YAML scalar that can stand anywhere, also inside [ ] and { }: plain where that reads back as the
/// same text.
[[nodiscard]] std::string yaml_string(std::string_view text);

// Values as one line of YAML.
[[nodiscard]] std::string yaml_of(const std::string& value, const Writer& writer);
[[nodiscard]] std::string yaml_of(const std::filesystem::path& value, const Writer& writer);
[[nodiscard]] std::string yaml_of(const bool& value, const Writer& writer);
[[nodiscard]] std::string yaml_of(const std::int64_t& value, const Writer& writer);
[[nodiscard]] std::string yaml_of(const std::uint64_t& value, const Writer& writer);  ///< a size
[[nodiscard]] std::string yaml_of(const std::chrono::seconds& value, const Writer& writer);
[[nodiscard]] std::string yaml_of(const Timestamp& value, const Writer& writer);

template <class V>
std::string written(const V& value, const Writer& writer) {
  if constexpr (requires { yaml_of(value, writer); })
    return yaml_of(value, writer);
  else
    return {};
}

template <class V>
struct Value {
  std::string schema = {};           ///< members of its JSON Schema, without braces: "type": "string", …
  std::string kind = {};             ///< for people: "a duration such as 30s"
  std::vector<KeyHelp> inside = {};  ///< keys of a section; path relative to it
  /// nullopt after a fault, which it has told.
  std::function<std::optional<V>(const Node&, Reader&)> read = {};
  /// As JSON, for defaults; empty when that says nothing.
  std::function<std::string(const V&)> show = [](const V&) { return std::string(); };
  /// As one line of YAML that reads back as the same value; empty where there is nothing to write.
  std::function<std::string(const V&, const Writer&)> write = written<V>;
};

[[nodiscard]] std::string json_string(std::string_view text);

/// Tells that another kind of node was expected.
void wrong_kind(const Node& node, Reader& reader, std::string_view expected);

/// The scalar's text, or nullptr after telling that none is there.
[[nodiscard]] const std::string* scalar(const Node& node, Reader& reader, std::string_view kind);

// Plain kinds.
[[nodiscard]] Value<std::string> text();
[[nodiscard]] Value<std::string> http_url();
[[nodiscard]] Value<std::string>
url_or_file();  ///< a web address, or the absolute path of a file that is warned of when missing
[[nodiscard]] Value<std::string> url_or(std::vector<std::string> words);
[[nodiscard]] Value<std::string> slug();
[[nodiscard]] Value<std::string> time_zone();
[[nodiscard]] Value<std::string> language();
[[nodiscard]] Value<std::string> regex();
[[nodiscard]] Value<std::string> cidr();
[[nodiscard]] Value<std::string> listen(bool may_be_off);
[[nodiscard]] Value<std::string> environment_name();
[[nodiscard]] Value<std::string> header_name();
[[nodiscard]] Value<std::string> store_place();
[[nodiscard]] Value<std::string> proxy();
[[nodiscard]] Value<std::filesystem::path> existing_file(
    std::string_view what);                                    ///< a warning when it is missing
[[nodiscard]] Value<std::filesystem::path> existing_folder();  ///< a fault when it is missing
[[nodiscard]] Value<std::filesystem::path> folder();
[[nodiscard]] Value<std::chrono::seconds> duration(std::chrono::seconds least);
[[nodiscard]] Value<std::uint64_t> size(std::uint64_t least);
[[nodiscard]] Value<std::int64_t> whole(std::int64_t least, std::int64_t greatest);
[[nodiscard]] Value<bool> boolean();
[[nodiscard]] Value<Timestamp> moment();
/// A word that is always a fault, because it would be a secret; `instead` tells what to write.
[[nodiscard]] Value<std::string> secret(std::string instead);

template <class E>
Value<E> choice(std::vector<std::pair<std::string, E>> words) {
  std::vector<std::string> names;
  for (const auto& [name, value] : words) names.push_back(name);
  std::string list, kind;
  for (const auto& name : names) {
    list += (list.empty() ? "" : ", ") + json_string(name);
    kind += (kind.empty() ? "" : name == names.back() ? " or " : ", ") + name;
  }
  return {.schema = "\"enum\": [" + list + "]",
          .kind = kind,
          .read = [words, names, kind](const Node& node, Reader& reader) -> std::optional<E> {
            const auto* given = scalar(node, reader, kind);
            if (given == nullptr) return std::nullopt;
            for (const auto& [name, value] : words) {
              if (name == *given) return value;
            }
            const auto near = nearest(*given, names);
            reader.fault(node, "unknown-word", "`" + *given + "` is not one of " + kind,
                         near ? "did you mean `" + *near + "`?" : "write one of them");
            return std::nullopt;
          },
          .show =
              [words](const E& wanted) {
                for (const auto& [name, value] : words) {
                  if (value == wanted) return json_string(name);
                }
                return std::string();
              },
          .write =
              [words](const E& wanted, const Writer&) {
                for (const auto& [name, value] : words) {
                  if (value == wanted) return name;
                }
                return std::string();
              }};
}

/// One entry of the result for each in the file, V{} where that was faulty: later checks go by position.
template <class V>
Value<std::vector<V>> list_of(Value<V> one, std::size_t least = 0) {
  auto inside = one.inside;
  for (auto& help : inside) help.path = "[]." + help.path;
  return {.schema = "\"type\": \"array\", \"items\": {" + one.schema + "}" +
                    (least > 0 ? ", \"minItems\": " + std::to_string(least) : ""),
          .kind = "a list; each " + one.kind,
          .inside = std::move(inside),
          .read = [one, least](const Node& node, Reader& reader) -> std::optional<std::vector<V>> {
            if (node.kind != Node::Kind::sequence) {
              if (node.kind == Node::Kind::scalar && !one.inside.empty()) {
                reader.fault(node, "wrong-type", "a list is expected here, not a single value",
                             "write each entry in lines that begin with `- `");
              } else {
                wrong_kind(node, reader, "a list");
              }
              return std::nullopt;
            }
            std::vector<V> out;
            for (const auto& item : node.items) out.push_back(one.read(item, reader).value_or(V{}));
            if (out.size() < least && reader.whole()) {
              reader.fault(node, "too-few", "the list has fewer than " + std::to_string(least) + " entries",
                           "add what is missing");
            }
            return out;
          },
          .show = [](const std::vector<V>& value) { return std::string(value.empty() ? "[]" : ""); },
          .write =
              [one](const std::vector<V>& value, const Writer& writer) {
                std::string out;
                for (const auto& item : value) out += (out.empty() ? "[" : ", ") + one.write(item, writer);
                return out.empty() ? out : out + "]";
              }};
}

/// Keys that the file chooses itself.
template <class V>
Value<std::map<std::string, V>> map_of(Value<V> one, std::string kind) {
  return {.schema = "\"type\": \"object\", \"additionalProperties\": {" + one.schema + "}",
          .kind = std::move(kind),
          .read = [one](const Node& node, Reader& reader) -> std::optional<std::map<std::string, V>> {
            if (node.kind != Node::Kind::mapping) {
              wrong_kind(node, reader, "a mapping");
              return std::nullopt;
            }
            std::map<std::string, V> out;
            for (const auto& [key, value] : node.members) {
              if (auto read = one.read(value, reader)) out.emplace(key.text, std::move(*read));
            }
            return out;
          },
          .write =
              [one](const std::map<std::string, V>& value, const Writer& writer) {
                std::string out;
                for (const auto& [name, item] : value) {
                  out += (out.empty() ? "{" : ", ") + yaml_string(name) + ": " +
                         (one.write(item, writer).empty() ? "\"\"" : one.write(item, writer));
                }
                return out.empty() ? out : out + "}";
              }};
}

/// A row of a section's table.
template <class T>
struct Key {
  std::string name = {};
  std::string doc = {};
  std::string kind = {};
  std::string schema = {};
  std::string fallback = {};  ///< JSON
  std::vector<KeyHelp> inside = {};
  bool required = false;
  bool hidden = false;  ///< neither suggested nor documented: it is there to be refused with a good reason
  std::function<void(T&, const Node&, Reader&)> read = {};
  std::function<std::string(const T&, const Writer&)> write = {};  ///< empty where T{} says the same
};

template <class T>
using Keys = std::vector<Key<T>>;

/// The row for a member of T. The default shown is the one that T{} has.
template <class T, class M, class V>
Key<T> key(std::string name, M T::* member, Value<V> value, std::string doc) {
  const T fresh{};
  Key<T> row{.name = std::move(name),
             .doc = std::move(doc),
             .kind = value.kind,
             .schema = value.schema,
             .inside = value.inside};
  if constexpr (std::is_convertible_v<const M&, const V&>)
    row.fallback = value.show(fresh.*member);
  else if constexpr (std::is_integral_v<M>)
    row.fallback = value.show(static_cast<V>(fresh.*member));
  if (row.fallback == "\"\"") row.fallback.clear();
  row.write = [member, write = value.write](const T& from, const Writer& writer) -> std::string {
    const auto text = [&](const M& given) -> std::string {
      if constexpr (std::is_same_v<M, std::optional<V>>) {
        return given ? write(*given, writer) : std::string();
      } else if constexpr (std::is_integral_v<M>) {
        return write(static_cast<V>(given), writer);
      } else {
        return write(given, writer);
      }
    };
    auto given = text(from.*member);
    return given == text(T{}.*member) ? std::string() : given;
  };
  row.read = [member, value = std::move(value)](T& out, const Node& node, Reader& reader) {
    auto read = value.read(node, reader);
    if (!read) return;
    if constexpr (std::is_integral_v<M> && !std::is_same_v<M, V>)
      out.*member = static_cast<M>(*read);
    else
      out.*member = std::move(*read);
  };
  return row;
}

template <class T>
Key<T> required(Key<T> row) {
  row.required = true;
  row.fallback.clear();
  return row;
}

template <class T>
Key<T> with_default(Key<T> row, std::string_view shown) {
  row.fallback = json_string(shown);
  return row;
}

/// A key that must not be there. It is no part of the schema.
template <class T>
Key<T> refused(std::string name, std::string instead) {
  auto value = secret(std::move(instead));
  return {.name = std::move(name), .hidden = true, .read = [value](T&, const Node& node, Reader& reader) {
            (void)value.read(node, reader);
          }};
}

/// Words that people write for a key: what a suggestion by spelling would not find.
[[nodiscard]] std::optional<std::string> synonym(std::string_view given,
                                                 const std::vector<std::string>& known);
/// Tells of the key, and returns the known one that was probably meant.
std::optional<std::string> unknown_key(const Node& key, const std::vector<std::string>& known,
                                       Reader& reader);

template <class T>
using Check = std::function<void(T&, const Node&, Reader&)>;

/// A mapping with these keys and no others; `check` sees the value when all keys were read.
template <class T>
Value<T> section(Keys<T> rows, std::string kind, std::string hint_for_scalar = {}, Check<T> check = {}) {
  Value<T> out{.kind = std::move(kind)};
  std::string properties, needed;
  std::vector<std::string> names;
  for (const auto& row : rows) {
    if (row.hidden) continue;
    names.push_back(row.name);
    properties += (properties.empty() ? "" : ", ") + json_string(row.name) +
                  ": {\"description\": " + json_string(row.doc) +
                  (row.schema.empty() ? "" : ", " + row.schema) +
                  (row.fallback.empty() ? "" : ", \"default\": " + row.fallback) + "}";
    if (row.required) needed += (needed.empty() ? "" : ", ") + json_string(row.name);
    out.inside.push_back({.path = row.name,
                          .kind = row.kind,
                          .fallback = row.fallback,
                          .doc = row.doc,
                          .required = row.required});
    for (auto help : row.inside) {
      help.path = row.name + (help.path.starts_with("[]") ? "" : ".") + help.path;
      out.inside.push_back(std::move(help));
    }
  }
  out.schema = "\"type\": \"object\", \"properties\": {" + properties + "}, \"additionalProperties\": false" +
               (needed.empty() ? "" : ", \"required\": [" + needed + "]");
  out.write = [rows](const T& value, const Writer& writer) {
    std::string text;
    for (const auto& row : rows) {
      if (!row.write) continue;
      const auto one = row.write(value, writer);
      if (!one.empty()) text += (text.empty() ? "{" : ", ") + row.name + ": " + one;
    }
    return text.empty() ? text : text + "}";
  };
  out.read = [rows = std::move(rows), names, hint = std::move(hint_for_scalar), check = std::move(check)](
                 const Node& node, Reader& reader) -> std::optional<T> {
    if (node.kind != Node::Kind::mapping) {
      if (node.kind == Node::Kind::scalar && !hint.empty()) {
        reader.fault(node, "wrong-type", "a mapping is expected here, not a single value", hint);
      } else {
        wrong_kind(node, reader, "a mapping");
      }
      return std::nullopt;
    }
    T value{};
    std::vector<std::string> misspelt;
    for (const auto& member : node.members) {
      const Key<T>* row = nullptr;
      for (const auto& candidate : rows) {
        if (candidate.name == member.key.text) row = &candidate;
      }
      if (row == nullptr)
        misspelt.push_back(unknown_key(member.key, names, reader).value_or(""));
      else if (member.value.kind != Node::Kind::null)
        row->read(value, member.value, reader);
    }
    for (const auto& row : rows) {
      if (!row.required || node.find(row.name) != nullptr || !reader.whole()) continue;
      // One slip, one fault.
      if (std::ranges::find(misspelt, row.name) != misspelt.end() || node.find("<<") != nullptr) continue;
      const Node* place = &node;
      for (const auto& member : node.members) {
        if (member.key.text == row.name) place = &member.key;
      }
      reader.fault(*place, "missing-key",
                   place == &node ? "`" + row.name + "` is missing here" : "`" + row.name + "` has no value",
                   "write `" + row.name + ": …` with " + row.kind);
    }
    if (check) check(value, node, reader);
    return value;
  };
  return out;
}

}  // namespace tributary::config
