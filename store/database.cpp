#include "store/database.hpp"

namespace tributary::store {

Transaction::Transaction(Database& database, Kind kind) : database_(database) {
  switch (kind) {
    case Kind::read:
      database_.begin_reading();
      break;
    case Kind::write:
      database_.begin_writing();
      break;
    case Kind::claim:
      database_.begin_claiming();
      break;
  }
}

Transaction::~Transaction() {
  if (open_) database_.rollback();
}

void Transaction::commit() {
  database_.commit();
  open_ = false;
}

std::string replace_words(std::string_view sql,
                          std::span<const std::pair<std::string_view, std::string_view>> words) {
  std::string out(sql);
  for (const auto& [word, replacement] : words) {
    for (auto at = out.find(word); at != std::string::npos; at = out.find(word, at + replacement.size())) {
      out.replace(at, word.size(), replacement);
    }
  }
  return out;
}

}  // namespace tributary::store
