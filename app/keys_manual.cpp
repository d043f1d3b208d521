#include <boost/json.hpp>
#include <functional>
#include <vector>

#include "app/manual.hpp"
#include "app/roff.hpp"

namespace tributary::app {
namespace {

namespace json = boost::json;

/// A key of feeds.yaml as the schema describes it.
struct Key {
  std::string path = {};  ///< "feeds[].auth.username"
  std::string text = {};
  std::string values = {};  ///< what may stand there; empty: any text
  std::string preset = {};
  bool required = false;
};

std::string text_of(const json::object& from, std::string_view name) {
  const auto* value = from.if_contains(name);
  if (value == nullptr) return {};
  return value->is_string() ? std::string(value->as_string()) : json::serialize(*value);
}

std::string values_of(const json::object& key) {
  std::string values;
  const auto add_words = [&](const json::value& words) {
    for (const auto& word : words.as_array()) {
      values += (values.empty() ? "" : " | ") +
                (word.is_string() ? std::string(word.as_string()) : json::serialize(word));
    }
  };
  if (const auto* words = key.if_contains("enum")) add_words(*words);
  if (const auto* ways = key.if_contains("anyOf")) {
    for (const auto& way : ways->as_array()) {
      if (const auto* words = way.as_object().if_contains("enum")) add_words(*words);
      if (const auto format = text_of(way.as_object(), "format"); !format.empty()) values += " | URL";
    }
  }
  if (!values.empty()) return values;
  const auto type = text_of(key, "type");
  if (type == "integer") {
    const auto least = text_of(key, "minimum"), most = text_of(key, "maximum");
    return least.empty() ? "a number" : "a number from " + least + " to " + most;
  }
  if (type == "boolean") return "true | false";
  if (text_of(key, "format") == "uri") return "a URL";
  if (type == "array") return "a list";
  return {};
}

void collect(const json::object& schema, const std::string& prefix, std::vector<Key>& keys) {
  const auto* properties = schema.if_contains("properties");
  if (properties == nullptr) return;
  const auto* required = schema.if_contains("required");
  for (const auto& [name, value] : properties->as_object()) {
    const auto& key = value.as_object();
    const std::string path = prefix + std::string(name);
    bool is_required = false;
    if (required != nullptr) {
      for (const auto& one : required->as_array()) is_required = is_required || one.as_string() == name;
    }
    keys.push_back({.path = path,
                    .text = text_of(key, "description"),
                    .values = values_of(key),
                    .preset = text_of(key, "default"),
                    .required = is_required});
    collect(key, path + ".", keys);
    if (const auto* items = key.if_contains("items"); items != nullptr && items->is_object()) {
      collect(items->as_object(), path + "[].", keys);
    }
  }
}

std::vector<Key> keys_of(std::string_view schema) {
  std::vector<Key> keys;
  collect(json::parse({schema.data(), schema.size()}).as_object(), "", keys);
  return keys;
}

}  // namespace

std::string keys_manual(std::string_view schema, std::string_view version) {
  Roff page("feeds.yaml", 5, version);
  page.section("Name");
  page.paragraph("feeds.yaml - the configuration of tributary(1)");
  page.section("Description");
  page.paragraph(
      "One YAML file says which feeds are fetched and how they are published. Relative paths in it are "
      "relative to the file. `tributary "
      "check` names every fault at once, with its line and column. A dot below stands for a key within "
      "another one, [] for each "
      "member of a list.");
  page.section("Keys");
  for (const auto& key : keys_of(schema)) {
    std::string text = key.text;
    if (!key.values.empty()) text += " Values: " + key.values + ".";
    if (key.required) text += " Required.";
    if (!key.preset.empty()) text += " Default: " + key.preset + ".";
    page.item(key.path, text);
  }
  page.section("See also");
  page.paragraph("tributary(1)");
  return page.text();
}

std::string keys_markdown(std::string_view schema) {
  std::string page =
      "# The keys of feeds.yaml\n\nMade of the schema (`config/feeds.schema.json`) by `tributary manual "
      "keys.md`; do not edit "
      "it by hand. A dot stands for a key within\nanother one, `[]` for each member of a list. The commented "
      "`feeds.yaml` at the top "
      "level shows them in use.\n\n| key | meaning | values | default |\n|---|---|---|---|\n";
  const auto cell = [](std::string text) {
    for (auto at = text.find('|'); at != std::string::npos; at = text.find('|', at + 2))
      text.insert(at, "\\");
    return text;
  };
  for (const auto& key : keys_of(schema)) {
    page += "| `" + key.path + "` | " + cell(key.text) + (key.required ? " **Required.**" : "") + " | " +
            cell(key.values) + " | " + (key.preset.empty() ? "" : "`" + cell(key.preset) + "`") + " |\n";
  }
  return page;
}

}  // namespace tributary::app
