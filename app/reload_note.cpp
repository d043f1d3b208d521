#include "app/reload_note.hpp"

#include <filesystem>
#include <fstream>
#include <system_error>

#include "app/decisions.hpp"
#include "app/log.hpp"

namespace tributary::app {
namespace {

std::filesystem::path note_file(const config::Config& config) {
  const auto store = store_file(config);
  return store.empty() ? store : std::filesystem::path(store.string() + ".reload");
}

}  // namespace

void leave_reload_note(const config::Config& config, const std::string& outcome) {
  const auto file = note_file(config);
  if (file.empty()) return;
  std::error_code ignored;
  if (outcome.empty()) {
    std::filesystem::remove(file, ignored);
    return;
  }
  std::filesystem::path fresh = file;
  fresh += ".new";
  std::ofstream out(fresh, std::ios::binary | std::ios::trunc);
  out << outcome << '\n';
  out.close();
  if (out) std::filesystem::rename(fresh, file, ignored);
  if (!out || ignored)
    log_warn("file=" + file.string() + " error=\"cannot be written: status does not tell of this reload\"");
}

std::string reload_note(const config::Config& config) {
  const auto file = note_file(config);
  std::string line;
  if (file.empty() || !is_owned_by_another(config)) return line;
  std::ifstream in(file, std::ios::binary);
  std::getline(in, line);
  return line;
}

}  // namespace tributary::app
