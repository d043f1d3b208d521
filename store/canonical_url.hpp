#pragma once
#include <string>
#include <string_view>

namespace tributary::store {

/// One spelling for all addresses of one page, to be compared and never to be asked: scheme, user, default
/// port, "www.", letter case of the host, tracking parameters, order of parameters, fragment, trailing slash,
/// AMP and mobile variants set aside.
/// "" for anything but http(s).
[[nodiscard]] std::string canonical_url(std::string_view url);

/// The same with the fragment kept, unless it only tracks: two entries of one page (…/changelog#v2) are two
/// items of a feed.
[[nodiscard]] std::string canonical_url_with_fragment(std::string_view url);

/// True for an address that says nothing about an item: a site's front page.
[[nodiscard]] bool is_front_page(std::string_view canonical);

}  // namespace tributary::store
