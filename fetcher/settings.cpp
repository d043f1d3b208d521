#include "fetcher/settings.hpp"

#include <algorithm>
#include <utility>

namespace tributary::fetcher {

Settings::Settings(FetchOptions from) : options(std::move(from)), allowed(options.allow_addresses) {
  options.concurrency = std::max(1, options.concurrency);
  options.per_host = std::max(1, options.per_host);
  user_agent = "Tributary/" TRIBUTARY_VERSION;
  std::string contact = options.contact;
  std::erase_if(contact, [](char c) {
    return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f || c == '(' || c == ')';
  });
  if (!contact.empty()) user_agent.append(" (+").append(contact).append(")");
}

}  // namespace tributary::fetcher
