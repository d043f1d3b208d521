#include "model/error.hpp"

namespace tributary {

std::string to_string(const Error& error) {
  if (error.where.empty()) return error.detail;
  if (error.detail.empty()) return error.where;
  return error.where + ": " + error.detail;
}

}  // namespace tributary
