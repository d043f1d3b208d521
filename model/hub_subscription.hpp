#pragma once
#include <string>

#include "model/timestamp.hpp"

namespace tributary {

/// A stranger's subscription at our own WebSub hub to one of our documents. Topic and callback together are
/// its key. (For our subscriptions at partners' hubs see model/feed_memory.hpp.)
struct HubSubscription {
  std::string topic = {};     ///< the document's self URL
  std::string callback = {};  ///< as the subscriber wrote it
  std::string secret = {};    ///< keys the signature of deliveries; empty: they are not signed; never logged
  Timestamp lease_until = {};
  std::string delivered =
      {};  ///< hash of the version that the subscriber has; what is newer is delivered after a restart too
  int failures = 0;         ///< deliveries that failed since the last that did not
  Timestamp next_try = {};  ///< after a failure: not before
  friend bool operator==(const HubSubscription&, const HubSubscription&) = default;
};

}  // namespace tributary
