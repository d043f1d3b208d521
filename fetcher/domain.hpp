#pragma once
#include <string>
#include <string_view>

namespace tributary::fetcher {

/// The registrable domain of a host by the Public Suffix List ("news.example.co.uk" → "example.co.uk"); an IP
/// literal, a public suffix itself and a name without a dot come back as they are, in lower case.
[[nodiscard]] std::string registrable_domain(std::string_view host);

}  // namespace tributary::fetcher
