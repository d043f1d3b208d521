#include "store/store.hpp"

#include "store/backends.hpp"

namespace tributary::store {

Result<std::unique_ptr<Store>> open(std::string_view url, Access access) {
  for (const Backend& backend : backends) {
    if (url.starts_with(backend.scheme) && url.substr(backend.scheme.size()).starts_with(':')) {
      return backend.open(url.substr(backend.scheme.size() + 1), access);
    }
  }
  if (url.find("://") != std::string_view::npos) {
    return std::unexpected(Error{ErrorKind::config, std::string(url.substr(0, url.find(':'))),
                                 "no store of this kind is known"});
  }
  return backends.front().open(url, access);
}

}  // namespace tributary::store
