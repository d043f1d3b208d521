#include "parser/walk.hpp"

#include <algorithm>
#include <cstring>

#include "parser/ascii.hpp"
#include "parser/utf8.hpp"

namespace tributary::parser {
namespace {

struct QName {
  std::string_view prefix;
  std::string_view local;
};

QName split(const NodeAttribute& attribute) {
  const std::string_view name = attribute.name();
  const auto colon = name.find(':');
  if (colon == std::string_view::npos) return {{}, name};
  return {name.substr(0, colon), name.substr(colon + 1)};
}

}  // namespace

bool Element::is(Ns wanted, std::string_view name) const {
  if (ns != wanted) return false;
  return ns == Ns::plain ? same_word(local, name) : local == name;
}

Element Walk::root(Node node) {
  return enter(node, {});
}

Element Walk::enter(Node node, const Scope& outer) {
  Element element{.node = node, .scope = outer};
  if (node.opens_scope()) open_scopes(node, element.scope);
  element.local = node.local();
  element.ns = resolve(node.prefix(), node);
  return element;
}

void Walk::open_scopes(Node node, Scope& scope) {
  std::string_view plain_lang;
  std::string_view plain_base;
  bool has_plain_lang = false;
  bool has_lang = false;
  bool has_base = false;
  bool has_prefix = false;
  const auto rebase = [&](std::string_view value) {
    constexpr std::size_t longest_base = 8192;
    if (value.size() > longest_base) return;
    const std::string& outer = scope.base != nullptr ? *scope.base : reading_.document.base;
    std::string base = resolve_url(outer.empty() ? reading_.feed_base : outer, value);
    // A fragment is no part of a base (RFC 3986 section 5.1), one that runs code would spoil every reference
    // under it, and one without a hierarchy (tag:, urn:) resolves none.
    const UrlParts parts = split_url(base);
    const bool is_flat = parts.scheme && !parts.authority && !parts.path.starts_with('/');
    if (trimmed(value).empty() || trimmed(value).starts_with('#') || is_flat || is_dangerous_url(base))
      return;
    if (base.size() > longest_base || !reading_.spend(base.size())) return;
    bases_.push_back(std::move(base));
    scope.base = &bases_.back();
  };
  for (const NodeAttribute& attribute : node.attributes()) {
    const std::string_view name = attribute.name();
    if (name.find(':') != std::string_view::npos && !name.starts_with("xml")) has_prefix = true;
    if (name.size() < 4) continue;
    if (name.starts_with("xml")) {
      if (name == "xmlns") {
        bind({}, attribute.value());
      } else if (name.starts_with("xmlns:")) {
        bind(name.substr(6), attribute.value());
      } else if (name == "xml:lang") {
        has_lang = true;
        scope.lang = trimmed(attribute.value());
      } else if (name == "xml:base") {
        has_base = true;
        rebase(attribute.value());
      }
    } else if (same_word(name, "lang")) {
      has_plain_lang = true;
      plain_lang = trimmed(attribute.value());
    } else if (same_word(name, "base")) {
      plain_base = attribute.value();
    }
  }
  if (has_prefix) {
    for (const NodeAttribute& attribute : node.attributes()) {
      const QName name = split(attribute);
      if (!name.prefix.empty() && name.prefix != "xmlns") resolve(name.prefix, node);
    }
  }
  if (has_plain_lang && !has_lang) scope.lang = plain_lang;
  if (!plain_base.empty() && !has_base) rebase(plain_base);
}

void Walk::bind(std::string_view prefix, std::string_view uri) {
  Ns ns = namespace_of(uri);
  if (ns == Ns::unknown && !trusted_.empty() && uri == trusted_) ns = Ns::plain;
  bindings_.push_back({prefix, ns, ns == Ns::unknown ? uri : std::string_view()});
}

void Walk::trust(const Element& root) {
  if (root.ns == Ns::unknown) return trust_namespace_of(root.node);
  if (root.ns != Ns::rdf) return;
  Node stranger;
  for (const Node child : root.node.children()) {
    const std::string_view name = child.local();
    if (!same_word(name, "channel") && !same_word(name, "item")) continue;
    const std::size_t outer = mark();
    const bool is_known = enter(child, root.scope).ns != Ns::unknown;
    leave(outer);
    if (is_known) return;
    if (!stranger) stranger = child;
  }
  if (!stranger) return;
  const std::size_t outer = mark();
  static_cast<void>(enter(stranger, root.scope));  // for its declarations
  trust_namespace_of(stranger);
  leave(outer);
}

void Walk::trust_namespace_of(Node node) {
  const auto* binding = find(node.prefix());
  if (binding == nullptr) return;
  trusted_ = binding->uri;
  for (Binding& each : bindings_) {
    if (each.uri == trusted_) each.ns = Ns::plain;
  }
}

const Walk::Binding* Walk::find(std::string_view prefix) const {
  for (auto binding = bindings_.rbegin(); binding != bindings_.rend(); ++binding) {
    if (binding->prefix == prefix) return &*binding;
  }
  return nullptr;
}

Ns Walk::resolve(std::string_view prefix, Node node) {
  if (const auto* binding = find(prefix)) return binding->ns;
  if (prefix.empty()) return Ns::plain;
  if (prefix == "xml") return Ns::xml;
  if (std::ranges::find(undeclared_, prefix) == undeclared_.end() && undeclared_.size() < 100) {
    undeclared_.emplace_back(prefix);
    reading_.damaged("undeclared-prefix", "the prefix \"" + beginning_of(prefix, 60) + "\" is not declared",
                     reading_.place(node));
  }
  return customary_namespace(prefix);
}

std::string_view Walk::attribute(const Element& element, std::string_view name) {
  for (const NodeAttribute& attribute : element.node.attributes()) {
    if (same_word(attribute.name(), name)) return trimmed(attribute.value());
  }
  return {};
}

std::string_view Walk::rdf_attribute(const Element& element, std::string_view name) const {
  for (const NodeAttribute& attribute : element.node.attributes()) {
    const QName own = split(attribute);
    if (own.prefix.empty() || own.local != name) continue;
    const auto* binding = find(own.prefix);
    const Ns ns = binding != nullptr ? binding->ns : customary_namespace(own.prefix);
    if (ns == Ns::rdf) return trimmed(attribute.value());
  }
  return {};
}

}  // namespace tributary::parser
