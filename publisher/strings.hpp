#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "model/error.hpp"

namespace tributary::publisher {

/// The words before and after what {0} stands for.
[[nodiscard]] std::pair<std::string, std::string> around(const std::string& words);

/// The words of the pages in one language: publisher/strings/LANGUAGE.txt, lines of "key = value".
class Strings {
 public:
  /// Those of the language ("de-AT", else "de"), else English; from `folder`/strings first when it is not
  /// empty. Keys that the file doesn't have come from English. ErrorKind::config for a file of the admin's
  /// with a fault, ErrorKind::io when it can't be read.
  [[nodiscard]] static Result<Strings> load(std::string_view language, const std::filesystem::path& folder);

  /// The words; the key itself when there are none.
  [[nodiscard]] const std::string& operator[](const std::string& key) const;
  [[nodiscard]] const std::map<std::string, std::string>& all() const { return words_; }

 private:
  std::map<std::string, std::string> words_;
};

}  // namespace tributary::publisher
