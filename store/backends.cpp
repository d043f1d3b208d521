#include "store/backends.hpp"

#include <algorithm>

#include "store/engine.hpp"
#include "store/move.hpp"
#include "store/sqlite_file.hpp"

namespace tributary::store {
namespace {

const Backend& backend_of(std::string_view url) {
  return *std::ranges::find_if(backends, [&](const Backend& one) { return url.starts_with(one.scheme); });
}

Result<std::unique_ptr<Database>> connect(std::string_view url, Access access) {
  const auto& backend = backend_of(url);
  // "c:…" would be a path elsewhere; here "name://" is a scheme that nobody knows.
  if (backend.scheme.empty() && url.find("://") != std::string_view::npos) {
    return std::unexpected(Error{ErrorKind::config, std::string(url.substr(0, url.find(':'))),
                                 "is no kind of store: say sqlite:PATH or postgresql://…"});
  }
  return backend.open(backend.whole_url ? url : url.substr(backend.scheme.size()), access);
}

}  // namespace

Result<std::unique_ptr<Store>> open(std::string_view url, Access access) {
  auto database = connect(url, access);
  if (!database) return std::unexpected(database.error());
  try {
    if (std::string from; is_half_moved(**database, from)) {
      return std::unexpected(Error{ErrorKind::store, (*database)->where(),
                                   "a move from " + from +
                                       " was begun and is not done: go on with `tributary move-store`, with "
                                       "feeds.yaml still naming the old store"});
    }
  } catch (const Failure& failure) {
    return std::unexpected(failure.error);
  }
  return std::make_unique<Engine>(std::move(*database), access);
}

std::unique_ptr<Wakeup> listen(std::string_view url) {
  const auto& backend = backend_of(url);
  return backend.listen ? backend.listen(url) : nullptr;
}

Result<std::int64_t> move_store(std::string_view from, std::string_view to,
                                const std::function<void(std::int64_t done, std::int64_t all)>& progress) {
  if (from == to)
    return std::unexpected(Error{ErrorKind::config, std::string(to), "is where the store is already"});
  // Who only reads would be told of a store that isn't there; who opens it for writing would make it.
  if (const auto there = connect(from, Access::read); !there) return std::unexpected(there.error());
  auto source = connect(from, Access::write);
  if (!source) return std::unexpected(source.error());
  auto target = connect(to, Access::write);
  if (!target) return std::unexpected(target.error());
  if ((*source)->where() == (*target)->where()) {
    return std::unexpected(Error{ErrorKind::config, (*target)->where(), "is where the store is already"});
  }
  try {
    const Transaction turn(**source, Transaction::Kind::write);  // other processes' writers wait
    return move_rows(**source, **target, progress);
  } catch (const Failure& failure) {
    return std::unexpected(failure.error);
  }
}

Result<void> copy_to_file(std::string_view url, const std::filesystem::path& file) {
  const auto& backend = backend_of(url);
  if (backend.open == open_sqlite && (!backend.scheme.empty() || url.find("://") == std::string_view::npos))
    return copy_sqlite(std::string(url.substr(backend.scheme.size())), file);
  auto source = connect(url, Access::read);
  if (!source) return std::unexpected(source.error());
  auto target = connect(file.string(), Access::write);
  if (!target) return std::unexpected(target.error());
  try {
    const Transaction snapshot(**source, Transaction::Kind::read);
    move_rows(**source, **target, [](std::int64_t, std::int64_t) {});
    return {};
  } catch (const Failure& failure) {
    return std::unexpected(failure.error);
  }
}

}  // namespace tributary::store
