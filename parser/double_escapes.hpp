#pragma once
#include "model/feed.hpp"

namespace tributary::parser {

/// Decodes titles that their publisher escaped once too often: "It&#8217;s" where "It’s" was meant. One title
/// proves nothing, as it may speak of HTML; so this is done only where the feed as a whole shows the pattern:
/// at least three titles show a character reference as text, and in no title an ampersand stands for itself.
void mend_double_escapes(Feed& feed);

}  // namespace tributary::parser
