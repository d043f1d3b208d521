#pragma once
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "parser/namespaces.hpp"
#include "parser/reading.hpp"
#include "parser/tree.hpp"

namespace tributary::parser {

/// What xml:base and xml:lang say at an element.
struct Scope {
  std::string_view lang = {};         ///< as written; empty: unknown or unset
  const std::string* base = nullptr;  ///< absolute where possible; null: no xml:base is in scope
};

/// An element with its name resolved: valid while the walk that made it is inside its parent.
struct Element {
  Node node = {};
  Ns ns = Ns::unknown;
  std::string_view local = {};  ///< in the document's own spelling
  Scope scope = {};

  /// Names of the plain vocabularies are compared without regard to case, as the contract says; others
  /// exactly.
  [[nodiscard]] bool is(Ns wanted, std::string_view name) const;
};

/// Goes through a tree element by element and keeps the scopes: namespace declarations, xml:base, xml:lang.
/// Depth is the caller's own: nothing here recurses by itself.
class Walk {
 public:
  explicit Walk(Reading& reading) : reading_(reading) {}

  /// Opens the document's root element. Its scopes stay in force for the life of the walk.
  [[nodiscard]] Element root(Node node);

  /// Calls `visit(const Element&)` for each child element, in document order.
  template <typename Visit>
  void children(const Element& parent, Visit&& visit) {
    for (const Node child : parent.node.children()) {
      if (!child.is_element()) continue;
      const std::size_t mark = bindings_.size();
      visit(enter(child, parent.scope));
      bindings_.resize(mark);
    }
  }

  /// Calls `visit` for each value of an RDF container that stands in the element (RDF Schema 1.1
  /// section 5.1): <dc:creator><rdf:Seq><rdf:li>…. False when there is none.
  template <typename Visit>
  bool contained(const Element& element, Visit&& visit) {
    if (element.ns != Ns::dc && element.ns != Ns::dcterms) return false;
    bool found = false;
    children(element, [&](const Element& child) {
      if (!child.is(Ns::rdf, "Bag") && !child.is(Ns::rdf, "Seq") && !child.is(Ns::rdf, "Alt")) return;
      found = true;
      children(child, [&](const Element& each) {
        if (each.is(Ns::rdf, "li") || (each.ns == Ns::rdf && each.local.starts_with('_'))) visit(each);
      });
    });
    return found;
  }

  /// An attribute by its name without prefix, "" when it is missing or empty. Names are compared without
  /// regard to case: feeds write isPermaLink in every spelling.
  [[nodiscard]] static std::string_view attribute(const Element& element, std::string_view name);
  /// The attribute rdf:NAME, with whatever prefix the document gives that namespace.
  [[nodiscard]] std::string_view rdf_attribute(const Element& element, std::string_view name) const;

  /// A root that names a feed stands for the plain vocabulary, whatever namespace it claims: what it holds is
  /// read as such. RDF's root names none: there the first channel or item does, when
  /// none is known.
  void trust(const Element& root);

  [[nodiscard]] Element enter(Node node, const Scope& outer);
  [[nodiscard]] std::size_t mark() const { return bindings_.size(); }
  void leave(std::size_t mark) { bindings_.resize(mark); }

 private:
  struct Binding {
    std::string_view prefix;
    Ns ns;
    std::string_view uri;  // kept only while it is unknown
  };
  void trust_namespace_of(Node node);
  void open_scopes(Node node, Scope& scope);
  [[nodiscard]] const Binding* find(std::string_view prefix) const;
  /// Warns of a prefix that is not declared, and takes it for what it customarily means.
  Ns resolve(std::string_view prefix, Node node);

  Reading& reading_;
  void bind(std::string_view prefix, std::string_view uri);

  std::vector<Binding> bindings_;
  std::string_view trusted_;             // an unknown URI that is read as the plain vocabulary
  std::vector<std::string> undeclared_;  // prefixes that a warning was given for
  std::deque<std::string> bases_;        // scopes point into it
};

}  // namespace tributary::parser
