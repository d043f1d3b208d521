#include "publisher/strings.hpp"

#include <algorithm>
#include <vector>

#include "publisher/assets.hpp"
#include "publisher/files.hpp"
#include "publisher/text.hpp"

namespace tributary::publisher {
namespace {

Result<void> read_lines(std::string_view text, const std::string& where,
                        const std::map<std::string, std::string>* known,
                        std::map<std::string, std::string>& words) {
  int number = 0;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const std::string line = one_line(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    if (line.empty() || line.starts_with('#')) continue;
    const auto equals = line.find('=');
    const std::string key = one_line(std::string_view(line).substr(0, equals));
    const std::string place = where + ":" + std::to_string(number);
    if (equals == std::string::npos || key.empty()) {
      return std::unexpected(Error{ErrorKind::config, place, "a line is \"key = words\", or starts with #"});
    }
    if (known != nullptr && !known->contains(key)) {
      return std::unexpected(Error{ErrorKind::config, place, "no page has words called \"" + key + "\""});
    }
    words[key] = one_line(std::string_view(line).substr(equals + 1));
  }
  return {};
}

}  // namespace

std::pair<std::string, std::string> around(const std::string& words) {
  const auto at = words.find("{0}");
  if (at == std::string::npos) return {words + " ", ""};
  return {words.substr(0, at), words.substr(at + 3)};
}

Result<Strings> Strings::load(std::string_view language, const std::filesystem::path& folder) {
  Strings strings;
  const Asset* english = find_asset("strings/en.txt");
  if (const auto read = read_lines(english->bytes, "strings/en.txt", nullptr, strings.words_); !read) {
    return std::unexpected(read.error());
  }
  const std::map<std::string, std::string> known = strings.words_;

  std::string tag = language_tag(language);
  std::ranges::transform(tag, tag.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  std::vector<std::string> names{tag.substr(0, tag.find('-'))};
  if (tag.contains('-')) names.push_back(tag);  // the nearer one last, so that it wins
  bool found = false;
  for (const std::string& name : names) {
    const std::string file = "strings/" + name + ".txt";
    if (const Asset* asset = find_asset(file)) {
      if (const auto read = read_lines(asset->bytes, file, &known, strings.words_); !read) {
        return std::unexpected(read.error());
      }
      found = true;
    }
    std::error_code fault;
    if (!folder.empty() && std::filesystem::exists(folder / file, fault)) {
      const auto bytes = read_file(folder / file);
      if (!bytes) return std::unexpected(bytes.error());
      if (const auto read = read_lines(*bytes, (folder / file).string(), &known, strings.words_); !read) {
        return std::unexpected(read.error());
      }
      found = true;
    }
  }
  // Without words of its own a language still has its own order of day, month and year.
  if (!found) strings.words_["date"].clear();
  return strings;
}

const std::string& Strings::operator[](const std::string& key) const {
  const auto found = words_.find(key);
  return found == words_.end() ? key : found->second;
}

}  // namespace tributary::publisher
