#pragma once
#include <string>
#include <string_view>

#include "model/site.hpp"

namespace tributary::publisher {

/// A licence as it is shown and linked.
struct LicenceTerms {
  std::string name = {};  ///< "CC BY 4.0", or the words that were given; empty when only an address is known
  std::string address = {};     ///< http(s); empty when only words are known
  bool no_derivatives = false;  ///< what is under it must not be cropped, cut or changed
  [[nodiscard]] bool empty() const { return name.empty() && address.empty(); }
};

/// Recognises Creative Commons licences by address or by name, in their many spellings; anything else stays
/// as given.
[[nodiscard]] LicenceTerms licence_terms(std::string_view licence);

/// What may go out under it: the policy's row of that licence, however either is spelled; else the policy's
/// default.
[[nodiscard]] Licence allowed(const LicencePolicy& policy, std::string_view licence);

}  // namespace tributary::publisher
