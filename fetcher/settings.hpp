#pragma once
#include <string>

#include "fetcher/address.hpp"
#include "model/site.hpp"

namespace tributary::fetcher {

/// FetchOptions made ready for use. A transfer keeps those it started with.
struct Settings {
  explicit Settings(FetchOptions from);

  FetchOptions options;
  AllowedRanges allowed;
  std::string user_agent;
};

}  // namespace tributary::fetcher
