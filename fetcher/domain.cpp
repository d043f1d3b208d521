#include "fetcher/domain.hpp"

#include <libpsl.h>

#include <algorithm>

#include "fetcher/address.hpp"

namespace tributary::fetcher {

std::string registrable_domain(std::string_view host) {
  std::string name(host);
  std::ranges::transform(name, name.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  while (name.ends_with('.')) name.pop_back();
  if (address_from(name)) return name;
  const char* registrable = psl_registrable_domain(psl_builtin(), name.c_str());
  return registrable ? std::string(registrable) : name;
}

}  // namespace tributary::fetcher
