#include "publisher/templates.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <kainjow/mustache.hpp>
#include <map>

#include "publisher/assets.hpp"
#include "publisher/files.hpp"
#include "publisher/text.hpp"

namespace tributary::publisher {

namespace mustache = kainjow::mustache;

struct Fill::Impl {
  mustache::data data{mustache::data::type::object};
};

Fill::Fill() : impl_(std::make_unique<Impl>()) {}
Fill::~Fill() = default;
Fill::Fill(Fill&&) noexcept = default;
Fill& Fill::operator=(Fill&&) noexcept = default;

Fill& Fill::text(const std::string& name, std::string_view words) {
  // An empty text is given as false, so that it hides one of the same name further out.
  impl_->data.set(name, words.empty() ? mustache::data(false) : mustache::data(clean(words)));
  return *this;
}

Fill& Fill::html(const std::string& name, std::string_view fragment) {
  impl_->data.set(name, fragment.empty() ? mustache::data(false) : mustache::data(std::string(fragment)));
  return *this;
}

Fill& Fill::truth(const std::string& name, bool value) {
  impl_->data.set(name, mustache::data(value));
  return *this;
}

Fill& Fill::list(const std::string& name, std::vector<Fill> items) {
  mustache::data list(mustache::data::type::list);
  for (Fill& item : items) list.push_back(item.impl_->data);
  impl_->data.set(name, list);
  return *this;
}

Fill& Fill::object(const std::string& name, Fill members) {
  impl_->data.set(name, members.impl_->data);
  return *this;
}

namespace {

constexpr std::array names{std::pair{Templates::Name::page, "page.mustache"},
                           std::pair{Templates::Name::entry, "entry.mustache"},
                           std::pair{Templates::Name::embed, "embed.mustache"},
                           std::pair{Templates::Name::embed_fragment, "embed-fragment.mustache"}};
constexpr std::array styles{"style.css", "embed.css", "feed.css"};

/// The library says "… at 123", counted in bytes: an admin looks for a line.
std::string place_of(const std::string& message, std::string_view text) {
  const auto at = message.rfind(" at ");
  if (at == std::string::npos) return {};
  std::size_t offset = 0;
  for (const char c : message.substr(at + 4)) {
    if (c < '0' || c > '9' || offset > text.size()) return {};
    offset = offset * 10 + static_cast<std::size_t>(c - '0');
  }
  const auto line = 1 + std::ranges::count(text.substr(0, std::min(offset, text.size())), '\n');
  return ":" + std::to_string(line);
}

}  // namespace

struct Templates::Impl {
  std::map<Name, mustache::mustache> compiled = {};
  std::map<std::string, std::string> styles = {};
};

Templates::Templates() : impl_(std::make_unique<Impl>()) {}
Templates::~Templates() = default;
Templates::Templates(Templates&&) noexcept = default;
Templates& Templates::operator=(Templates&&) noexcept = default;

Result<Templates> Templates::load(const std::filesystem::path& folder) {
  Templates templates;
  const auto text_of = [&](const std::string& name, const std::string& builtin) -> Result<std::string> {
    std::error_code fault;
    if (!folder.empty() && std::filesystem::exists(folder / name, fault)) return read_file(folder / name);
    return std::string(find_asset(builtin)->bytes);
  };
  std::error_code fault;
  if (!folder.empty() && !std::filesystem::is_directory(folder, fault)) {
    return std::unexpected(Error{ErrorKind::config, folder.string(), "the templates folder is not there"});
  }
  for (const auto& [name, file] : names) {
    auto text = text_of(file, std::string("templates/") + file);
    if (!text) return std::unexpected(text.error());
    mustache::mustache compiled(*text);
    if (!compiled.is_valid()) {
      const std::string message = compiled.error_message();
      return std::unexpected(Error{ErrorKind::config, (folder / file).string() + place_of(message, *text),
                                   "the template does not work: " + message});
    }
    compiled.set_custom_escape([](const std::string& words) { return escape(words); });
    templates.impl_->compiled.emplace(name, std::move(compiled));
  }
  for (const char* name : styles) {
    auto style = text_of(name, std::string("assets/") + name);
    if (!style) return std::unexpected(style.error());
    templates.impl_->styles.emplace(name, std::move(*style));
  }
  return templates;
}

std::string Templates::render(Name name, const Fill& fill) {
  std::string out;
  impl_->compiled.at(name).render(fill.impl_->data, [&](const std::string& part) { out += part; });
  return out;
}

const std::string& Templates::style(const std::string& name) const {
  return impl_->styles.at(name);
}

}  // namespace tributary::publisher
