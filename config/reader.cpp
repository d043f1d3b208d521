#include "config/reader.hpp"

#include <system_error>

namespace tributary::config {
namespace {

// As many dots as there were characters, so that columns stay true.
std::string covered(const std::string& line, int column, int length) {
  std::string out;
  int at = 1;
  for (std::size_t i = 0; i < line.size(); ++at) {
    std::size_t next = i + 1;
    while (next < line.size() && (static_cast<unsigned char>(line[next]) & 0xC0) == 0x80) ++next;
    out += at >= column && at < column + length ? "•" : line.substr(i, next - i);
    i = next;
  }
  return out;
}

}  // namespace

Reader::Reader(const Source& source, const Tree& tree, std::vector<Fault>& faults)
    : source_(source), whole_(tree.whole), sound_until_(tree.sound_until), faults_(faults) {
  std::error_code ignored;
  folder_ = std::filesystem::absolute(source.file(), ignored).parent_path();
}

// nullptr when the place is one that a YAML error may have spoilt: that error has been told already.
Fault* Reader::tell(Span span, std::string code, std::string what, std::string mend) {
  if (span.begin >= sound_until_) return nullptr;
  return &faults_.emplace_back(source_.fault(span, std::move(code), std::move(what), std::move(mend)));
}

void Reader::fault(Span span, std::string code, std::string what, std::string mend) {
  tell(span, std::move(code), std::move(what), std::move(mend));
}

void Reader::fault(const Node& node, std::string code, std::string what, std::string mend) {
  tell(node.span, std::move(code), std::move(what), std::move(mend));
}

void Reader::warn(const Node& node, std::string code, std::string what, std::string mend) {
  if (auto* told = tell(node.span, std::move(code), std::move(what), std::move(mend))) told->warning = true;
}

void Reader::secret(const Node& node, std::string code, std::string what, std::string mend) {
  tell(node.span, std::move(code), std::move(what), std::move(mend));
  // Another fault may show the same line, so the place is kept even when this one is not told.
  secrets_.push_back(source_.fault(node.span, {}, {}, {}));
}

void Reader::dot_out_secrets() {
  for (const auto& secret : secrets_) {
    for (auto& fault : faults_) {
      if (fault.line == secret.line) fault.source = covered(fault.source, secret.column, secret.length);
    }
  }
}

std::filesystem::path Reader::absolute(const std::filesystem::path& path) const {
  return (folder_ / path).lexically_normal();
}

}  // namespace tributary::config
