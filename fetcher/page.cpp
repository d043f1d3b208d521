#include "fetcher/page.hpp"

#include <algorithm>
#include <array>

#include "model/url.hpp"

namespace tributary::fetcher {
namespace {

constexpr std::size_t looked_at = 64 * 1024;

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

std::string lowered(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), lower);
  return out;
}

bool blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

void skip_blanks(std::string_view& text) {
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
}

bool begins_with(std::string_view text, std::string_view lower_case) {
  return text.size() >= lower_case.size() &&
         std::ranges::equal(text.substr(0, lower_case.size()), lower_case, {}, lower);
}

/// Past the byte order mark, white space, comments, processing instructions.
std::string_view at_first_tag(std::string_view body) {
  if (body.starts_with("\xEF\xBB\xBF")) body.remove_prefix(3);
  for (;;) {
    skip_blanks(body);
    std::string_view close;
    if (body.starts_with("<!--")) {
      close = "-->";
    } else if (body.starts_with("<?")) {
      close = "?>";
    } else {
      return body;
    }
    const auto end = body.find(close);
    if (end == std::string_view::npos) return {};
    body.remove_prefix(end + close.size());
  }
}

struct Wall {
  std::string_view marker;  ///< lower case, as it stands in the page
  std::string_view words;
};

// Marks that stand in challenge pages and nowhere else.
constexpr std::array walls{
    Wall{"_cf_chl_opt", "a bot challenge (Cloudflare)"},
    Wall{"/cdn-cgi/challenge-platform/", "a bot challenge (Cloudflare)"},
    Wall{"cf-browser-verification", "a bot challenge (Cloudflare)"},
    Wall{"<title>just a moment...</title>", "a bot challenge (Cloudflare)"},
    Wall{"attention required! | cloudflare", "a bot wall (Cloudflare)"},
    Wall{"_incapsula_resource", "a bot wall (Imperva)"},
    Wall{"sucuri website firewall", "a bot wall (Sucuri)"},
    Wall{"<title>ddos-guard</title>", "a bot challenge (DDoS-Guard)"},
    Wall{"captcha-delivery.com", "a bot challenge (DataDome)"},
    Wall{"px-captcha", "a bot challenge (HUMAN)"},
    Wall{"awswafcaptcha", "a bot challenge (AWS WAF)"},
    Wall{"aws-waf-token", "a bot challenge (AWS WAF)"},
    Wall{"within.website/x/cmd/anubis", "a bot challenge (Anubis)"},
    Wall{"making sure you&#39;re not a bot", "a bot challenge (Anubis)"},
    Wall{"making sure you're not a bot", "a bot challenge (Anubis)"},
    Wall{"checking your browser before accessing", "a bot challenge"},
    Wall{"enable javascript and cookies to continue", "a bot challenge"},
    Wall{"verify you are human", "a bot challenge"},
    Wall{"verify that you are human", "a bot challenge"},
    Wall{"<title>are you a robot", "a bot challenge"},
    Wall{"<title>robot check", "a bot challenge"},
    Wall{"<title>security check", "a bot challenge"},
    Wall{"<title>bot verification", "a bot challenge"},
};

// On a page of a site that works, a captcha guards a form; on an error page it guards the page.
constexpr std::array error_page_walls{
    Wall{"g-recaptcha", "a captcha"},
    Wall{"h-captcha", "a captcha"},
    Wall{"cf-turnstile", "a captcha"},
    Wall{"captcha", "a captcha"},
    Wall{"cf-error-details", "a bot wall (Cloudflare)"},
    Wall{"cloudflare ray id", "a bot wall (Cloudflare)"},
    Wall{"just a moment", "a bot challenge"},
    Wall{"checking your browser", "a bot challenge"},
    Wall{"ddos protection by", "a bot challenge"},
    Wall{"you have been blocked", "a bot wall"},
    Wall{"unusual traffic", "a bot wall"},
    Wall{"automated requests", "a bot wall"},
    Wall{"errors.edgesuite.net", "a bot wall (Akamai)"},
};

constexpr std::array brokers{
    std::string_view("this domain is for sale"),
    std::string_view("this domain may be for sale"),
    std::string_view("buy this domain"),
    std::string_view("domain is parked"),
    std::string_view("parked free, courtesy of"),
    std::string_view("sedoparking.com"),
    std::string_view("parkingcrew.net"),
    std::string_view("bodis.com"),
    std::string_view("hugedomains.com"),
    std::string_view("dan.com/buy-domain"),
    std::string_view("afternic.com/forsale"),
    std::string_view("this domain has expired"),
    std::string_view("domain name has expired"),
    std::string_view("domain for sale"),
    std::string_view("window.park ="),
    std::string_view("data-adblockkey="),
};

constexpr std::array login_paths{
    std::string_view("/login"),    std::string_view("/log-in"),    std::string_view("/signin"),
    std::string_view("/sign-in"),  std::string_view("/sign_in"),   std::string_view("/sso"),
    std::string_view("/wp-login"), std::string_view("/auth/"),     std::string_view("/oauth"),
    std::string_view("/saml"),     std::string_view("/cas/login"), std::string_view("/idp/"),
};

std::string_view title_of(std::string_view page) {
  const auto open = page.find("<title");
  if (open == std::string_view::npos) return {};
  const auto begin = page.find('>', open);
  const auto end = page.find("</title", open);
  if (begin == std::string_view::npos || end == std::string_view::npos || end < begin) return {};
  return page.substr(begin + 1, end - begin - 1);
}

template <typename Table>
bool has_any(std::string_view page, const Table& markers) {
  return std::ranges::any_of(
      markers, [&](std::string_view marker) { return page.find(marker) != std::string_view::npos; });
}

bool is_login(const Answer& answer, std::string_view page) {
  if (page.find("type=\"password\"") != std::string_view::npos ||
      page.find("type='password'") != std::string_view::npos ||
      page.find("type=password") != std::string_view::npos) {
    return true;
  }
  const auto path = lowered(split_url(answer.url).path);
  if (!answer.redirects.empty() && has_any(path, login_paths)) return true;
  const auto title = title_of(page);
  static constexpr std::array words{std::string_view("log in"), std::string_view("login"),
                                    std::string_view("sign in"), std::string_view("anmelden"),
                                    std::string_view("connexion")};
  return title.size() < 80 && has_any(title, words);
}

bool names_a_feed(std::string_view page) {
  static constexpr std::array types{std::string_view("application/rss+xml"),
                                    std::string_view("application/atom+xml"),
                                    std::string_view("application/feed+json")};
  for (auto at = page.find("<link"); at != std::string_view::npos; at = page.find("<link", at + 5)) {
    const auto tag = page.substr(at, page.find('>', at) - at);
    if (has_any(tag, types) || tag.find("rel=\"feed\"") != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace

bool is_blank(std::string_view body) {
  if (body.starts_with("\xEF\xBB\xBF")) body.remove_prefix(3);
  return std::ranges::all_of(body, [](char c) { return blank(c) || c == '\0'; });
}

bool looks_like_html(std::string_view body) {
  body = at_first_tag(body);
  if (begins_with(body, "<!doctype")) {
    body.remove_prefix(9);
    skip_blanks(body);
    return begins_with(body, "html");
  }
  if (!body.starts_with('<')) return false;
  body.remove_prefix(1);
  const auto end = std::ranges::find_if(body, [](char c) { return blank(c) || c == '>' || c == '/'; });
  const auto name = lowered(body.substr(0, static_cast<std::size_t>(end - body.begin())));
  static constexpr std::array html{
      std::string_view("html"),   std::string_view("head"),   std::string_view("body"),
      std::string_view("meta"),   std::string_view("script"), std::string_view("style"),
      std::string_view("div"),    std::string_view("h1"),     std::string_view("p"),
      std::string_view("center"), std::string_view("table"),  std::string_view("br"),
      std::string_view("form"),   std::string_view("iframe"), std::string_view("noscript")};
  return std::ranges::find(html, name) != html.end();
}

Page look_at(const Answer& answer) {
  const auto body = lowered(std::string_view(answer.body).substr(0, looked_at));
  Page page;
  const auto stands_in = [&](const Wall& wall) { return body.find(wall.marker) != std::string::npos; };
  if (!answer.challenge.empty()) {
    page.challenge = true;
    page.words = "a bot wall (" + answer.challenge.substr(0, 80) + ")";
  } else if (const auto* wall = std::ranges::find_if(walls, stands_in); wall != walls.end()) {
    page.challenge = true;
    page.words = wall->words;
  } else if (answer.status >= 400) {
    const auto* error_wall = std::ranges::find_if(error_page_walls, stands_in);
    if (error_wall != error_page_walls.end()) {
      page.challenge = true;
      page.words = error_wall->words;
    }
  }
  page.login = is_login(answer, body);
  page.parked = has_any(body, brokers);
  page.feed_link = names_a_feed(body);
  return page;
}

}  // namespace tributary::fetcher
