#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "config/node.hpp"
#include "config/source.hpp"

namespace tributary::config {

/// What every value needs while it is read: where faults go, and the folder that relative paths start from.
class Reader {
 public:
  Reader(const Source& source, const Tree& tree, std::vector<Fault>& faults);

  void fault(const Node& node, std::string code, std::string what, std::string mend);
  void fault(Span span, std::string code, std::string what, std::string mend);
  void warn(const Node& node, std::string code, std::string what, std::string mend);
  /// A fault at something that nobody should see: dot_out_secrets() covers it in every line shown.
  void secret(const Node& node, std::string code, std::string what, std::string mend);
  /// To be called once, when all faults are there.
  void dot_out_secrets();

  /// `path` made absolute against the folder of feeds.yaml, without "." and "..".
  [[nodiscard]] std::filesystem::path absolute(const std::filesystem::path& path) const;

  /// False after a YAML error: the tree ends too early to say that something is missing.
  [[nodiscard]] bool whole() const { return whole_; }
  [[nodiscard]] int line_of(const Node& node) const { return source_.line_of(node.span.begin); }

 private:
  Fault* tell(Span span, std::string code, std::string what, std::string mend);

  const Source& source_;
  bool whole_;
  std::size_t sound_until_;
  std::vector<Fault>& faults_;
  std::filesystem::path folder_;
  std::vector<Fault> secrets_ = {};  // their places
};

}  // namespace tributary::config
