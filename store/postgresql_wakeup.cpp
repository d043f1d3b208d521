#include <libpq-fe.h>

#include "store/postgresql_database.hpp"

namespace tributary::store {
namespace {

struct Finish {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
using Connection = std::unique_ptr<PGconn, Finish>;

class PostgresqlWakeup final : public Wakeup {
 public:
  explicit PostgresqlWakeup(Connection connection) : connection_(std::move(connection)) {}

  [[nodiscard]] int descriptor() const override { return PQsocket(connection_.get()); }
  bool drain() override {
    if (PQconsumeInput(connection_.get()) == 0) return false;
    while (PGnotify* notice = PQnotifies(connection_.get())) PQfreemem(notice);
    return PQstatus(connection_.get()) == CONNECTION_OK;
  }

 private:
  Connection connection_;
};

}  // namespace

std::unique_ptr<Wakeup> listen_to_postgresql(std::string_view url) {
  Connection connection(PQconnectdb(std::string(url).c_str()));
  if (PQstatus(connection.get()) != CONNECTION_OK) return nullptr;
  PGresult* listening = PQexec(connection.get(), "LISTEN tributary");
  const bool heard = PQresultStatus(listening) == PGRES_COMMAND_OK;
  PQclear(listening);
  if (!heard) return nullptr;
  return std::make_unique<PostgresqlWakeup>(std::move(connection));
}

}  // namespace tributary::store
