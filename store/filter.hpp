#pragma once
#include "model/model.hpp"

namespace tributary::store {

/// Whether an item passes a partner's include and exclude rules. A rule that is no regular expression (config
/// refuses such) matches nothing.
[[nodiscard]] bool passes(const Partner& partner, const Item& item);

/// The type shown before the date: the first of the item's categories that `types` names, else the partner's
/// own.
[[nodiscard]] std::string type_of(const Partner& partner, const Item& item);

}  // namespace tributary::store
