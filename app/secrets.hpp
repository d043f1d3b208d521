#pragma once
#include "fetcher/fetcher.hpp"
#include "model/model.hpp"

namespace tributary::app {

/// Fills the request's credentials from the environment or the file that the partner's `auth:` names. Fails
/// when the variable isn't set or the file can't be read; the error never holds the secret.
[[nodiscard]] Result<void> authorise(fetcher::Request& request, const Partner& partner);

}  // namespace tributary::app
