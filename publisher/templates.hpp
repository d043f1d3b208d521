#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "model/error.hpp"

namespace tributary::publisher {

/// What a template is given: names with words, truths, or lists of the same. Words are escaped where the
/// template says
/// {{name}}; only what was put in with `html` may stand as {{{name}}}.
class Fill {
 public:
  Fill();
  ~Fill();
  Fill(Fill&&) noexcept;
  Fill& operator=(Fill&&) noexcept;

  /// Left out when empty, so that {{#name}} asks whether it is there.
  Fill& text(const std::string& name, std::string_view words);
  /// The same for HTML that is safe to show.
  Fill& html(const std::string& name, std::string_view fragment);
  Fill& truth(const std::string& name, bool value);
  Fill& list(const std::string& name, std::vector<Fill> items);
  /// An object, asked with {{#name}} or {{name.member}}.
  Fill& object(const std::string& name, Fill members);

 private:
  friend class Templates;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The pages' templates (mustache, by the kainjow library): the built-in ones, or the admin's file of the
/// same name.
class Templates {
 public:
  enum class Name { page, entry, embed, embed_fragment };

  /// Reads and compiles all. ErrorKind::config, naming file and place, for one that does not work.
  [[nodiscard]] static Result<Templates> load(const std::filesystem::path& folder);

  [[nodiscard]] std::string render(Name name, const Fill& fill);
  /// A style sheet by name ("style.css", "embed.css", "feed.css"): the admin's, else the built-in one.
  [[nodiscard]] const std::string& style(const std::string& name) const;

  ~Templates();
  Templates(Templates&&) noexcept;
  Templates& operator=(Templates&&) noexcept;

 private:
  Templates();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tributary::publisher
