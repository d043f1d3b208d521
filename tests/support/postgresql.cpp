#include "tests/support/postgresql.hpp"

#include <gtest/gtest.h>
#include <libpq-fe.h>

#include <cstdlib>
#include <memory>

namespace tributary::test {

std::string fresh_postgresql(const std::string& name) {
  const char* server = std::getenv("TRIBUTARY_POSTGRESQL");
  if (server == nullptr) return {};
  std::string schema = "s";
  for (const char c : name) schema += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  const std::unique_ptr<PGconn, void (*)(PGconn*)> connection(PQconnectdb(server), PQfinish);
  const std::string make =
      "SET client_min_messages = warning; CREATE SCHEMA IF NOT EXISTS \"" + schema + "\"";
  const std::unique_ptr<PGresult, void (*)(PGresult*)> made(PQexec(connection.get(), make.c_str()), PQclear);
  EXPECT_EQ(PQresultStatus(made.get()), PGRES_COMMAND_OK) << PQerrorMessage(connection.get());
  return std::string(server) + "&options=-csearch_path%3D%22" + schema + "%22";
}

}  // namespace tributary::test
