#include "store/backends.hpp"

#include <algorithm>

#include "store/engine.hpp"

namespace tributary::store {

Result<std::unique_ptr<Store>> open(std::string_view url, Access access) {
  const auto* backend =
      std::ranges::find_if(backends, [&](const Backend& one) { return url.starts_with(one.scheme); });
  // "c:…" would be a path elsewhere; here "name://" is a scheme that nobody knows.
  if (backend->scheme.empty() && url.find("://") != std::string_view::npos) {
    return std::unexpected(Error{ErrorKind::config, std::string(url.substr(0, url.find(':'))),
                                 "is no kind of store: say sqlite:PATH or postgresql://…"});
  }
  auto database = backend->open(backend->whole_url ? url : url.substr(backend->scheme.size()), access);
  if (!database) return std::unexpected(database.error());
  return std::make_unique<Engine>(std::move(*database), access);
}

}  // namespace tributary::store
