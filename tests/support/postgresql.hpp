#pragma once
#include <string>

/// The PostgreSQL server that tests/support/with-postgresql starts for a program of tests.
namespace tributary::test {

/// The URL of an empty store there: a schema of its own, made at the first call for this name, so that tests
/// do not see each other's tables. Empty when no server was started.
[[nodiscard]] std::string fresh_postgresql(const std::string& name);

}  // namespace tributary::test
