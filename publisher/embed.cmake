# Writes OUTPUT, a C++ file that holds the FILES (';'-separated, relative to FOLDER) as string literals. Run at build time:
# cmake -DOUTPUT=… -DFOLDER=… -DFILES=… -P embed.cmake
set(rows "")
foreach(file IN LISTS FILES)
  # As hex, because CMake's own reading of text would lose brackets and semicolons.
  file(READ ${FOLDER}/${file} hex HEX)
  string(REGEX REPLACE "(..)" "\\\\x\\1" bytes "${hex}")
  string(LENGTH "${hex}" length)
  math(EXPR length "${length} / 2")
  # A literal of its own for each 1000 bytes keeps lines readable for tools; adjacent literals are one.
  string(REGEX REPLACE "((\\\\x..)(\\\\x..)(\\\\x..)(\\\\x..)(\\\\x..)(\\\\x..)(\\\\x..)(\\\\x..))" "\\1\"\n     \"" bytes "${bytes}")
  string(APPEND rows "    {\"${file}\", std::string_view(\"${bytes}\", ${length})},\n")
endforeach()
file(WRITE ${OUTPUT} "// Made by publisher/embed.cmake.
#include \"publisher/assets.hpp\"

namespace tributary::publisher {
namespace {

constexpr Asset table[] = {
${rows}};

}  // namespace

std::span<const Asset> assets() { return table; }

const Asset* find_asset(std::string_view name) {
  for (const Asset& asset : table) {
    if (asset.name == name) return &asset;
  }
  return nullptr;
}

}  // namespace tributary::publisher
")
