#pragma once
// Plain values that the stages hand each other. No I/O, no clock, no library but the standard one: anyone can
// build them by hand in a test. All of them may be copied between threads; none is safe to change from two at
// once.
#include "model/error.hpp"
#include "model/feed.hpp"
#include "model/feed_memory.hpp"
#include "model/feed_state.hpp"
#include "model/hub_subscription.hpp"
#include "model/safe_html.hpp"
#include "model/site.hpp"
#include "model/stream.hpp"
#include "model/timestamp.hpp"
#include "model/url.hpp"
