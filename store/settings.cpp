#include "store/settings.hpp"

#include <charconv>

#include "store/codec.hpp"

namespace tributary::store {
namespace {

std::int64_t number(const std::map<std::string, std::string>& values, const char* name,
                    std::int64_t otherwise) {
  const auto found = values.find(name);
  if (found == values.end()) return otherwise;
  std::int64_t value = otherwise;
  std::from_chars(found->second.data(), found->second.data() + found->second.size(), value);
  return value;
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : " ") + word;  // a slug has no spaces
  return out;
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const auto end = text.find(' ');
    words.emplace_back(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
  return words;
}

}  // namespace

void Settings::load(Database& database) {
  std::map<std::string, std::string> values;
  auto rows = database.run("SELECT name, value FROM meta");
  while (rows.next()) values.emplace(rows->text(0), rows->text(1));
  stored_ = values;
  const Settings defaults;
  authority = values.contains("authority") ? values["authority"] : "";
  order = static_cast<Order>(number(values, "order", static_cast<int>(defaults.order)));
  items = static_cast<std::size_t>(number(values, "items", static_cast<std::int64_t>(defaults.items)));
  welcome = static_cast<std::size_t>(number(values, "welcome", static_cast<std::int64_t>(defaults.welcome)));
  topics = split(values["topics"]);
  type_slugs = decode_pairs(values["type_slugs"]);
  withdraw = decode_withdrawals(values["withdraw"]);
  withdraw_applied = decode_withdrawals(values["withdraw_applied"]);
  const auto time = [&](const char* name) {
    return values.contains(name) ? std::optional(Timestamp(std::chrono::seconds(number(values, name, 0))))
                                 : std::nullopt;
  };
  first_published = time("first_published");
  newest = time("newest");
  site_url = values["site_url"];
  stories = decode_stories(values["stories"]);
  last_published = time("last_published");
  item_count = number(values, "item_count", 0);
  story_count = number(values, "story_count", 0);
  change = number(values, "change", 0);
  const auto limit = [&](const char* name) {
    const auto value = number(values, name, 0);
    return value == 0 ? std::nullopt : std::optional(value);
  };
  retention = {};
  if (const auto age = limit("retention_age")) retention.age = std::chrono::seconds(*age);
  if (const auto most = limit("retention_items")) retention.items = *most;
  retained_from = number(values, "retained_from", 0);
}

void Settings::save(Database& database) {
  const auto put = [&](const char* name, const std::string& value) {
    const auto [known, fresh] = stored_.try_emplace(name);
    if (!fresh && known->second == value) return;
    known->second = value;
    database.execute(
        "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = "
        "excluded.value",
        name, Blob{value});
  };
  put("authority", authority);
  put("order", std::to_string(static_cast<int>(order)));
  put("items", std::to_string(items));
  put("welcome", std::to_string(welcome));
  put("topics", joined(topics));
  put("type_slugs", encode(type_slugs));
  put("site_url", site_url);
  put("stories", encode(stories));
  if (newest) put("newest", std::to_string(newest->time_since_epoch().count()));
  put("withdraw", encode(withdraw));
  put("withdraw_applied", encode(withdraw_applied));
  if (first_published) put("first_published", std::to_string(first_published->time_since_epoch().count()));
  if (last_published) put("last_published", std::to_string(last_published->time_since_epoch().count()));
  put("item_count", std::to_string(item_count));
  put("story_count", std::to_string(story_count));
  put("change", std::to_string(change));
  put("retention_age", std::to_string(retention.age.value_or(std::chrono::seconds(0)).count()));
  put("retention_items", std::to_string(retention.items.value_or(0)));
  put("retained_from", std::to_string(retained_from));
}

}  // namespace tributary::store
