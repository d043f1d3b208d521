#include "store/postgresql_wire.hpp"

#include <bit>
#include <cstring>

namespace tributary::store::wire {
namespace {

static_assert(std::endian::native == std::endian::little);

void put32(std::string& to, std::size_t at, std::int32_t value) {
  const auto swapped = __builtin_bswap32(static_cast<std::uint32_t>(value));
  std::memcpy(to.data() + at, &swapped, sizeof swapped);
}
void append32(std::string& to, std::int32_t value) {
  to.resize(to.size() + 4);
  put32(to, to.size() - 4, value);
}

// Where the head of an array has what changes as it grows.
constexpr std::size_t null_flag_at = 4, count_at = 12;

}  // namespace

std::string integer(std::int64_t value) {
  const auto swapped = __builtin_bswap64(static_cast<std::uint64_t>(value));
  std::string bytes(sizeof swapped, '\0');
  std::memcpy(bytes.data(), &swapped, sizeof swapped);
  return bytes;
}

std::int64_t to_integer(std::string_view bytes) {
  if (bytes.size() != 1 && bytes.size() != 2 && bytes.size() != 4 && bytes.size() != 8) return 0;
  // The sign is in the first byte.
  auto value = static_cast<std::int64_t>(static_cast<signed char>(bytes[0]));
  for (std::size_t i = 1; i < bytes.size(); ++i) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

Array::Array(TypeId element) {
  append32(bytes_, 1);  // dimensions
  append32(bytes_, 0);  // whether there are nulls
  append32(bytes_, static_cast<std::int32_t>(element));
  append32(bytes_, 0);  // elements
  append32(bytes_, 1);  // the first one's index
}

void Array::add(std::string_view element) {
  append32(bytes_, static_cast<std::int32_t>(element.size()));
  bytes_ += element;
  ++count_;
}

void Array::add_null() {
  append32(bytes_, -1);
  nulls_ = true;
  ++count_;
}

const std::string& Array::bytes() {
  put32(bytes_, null_flag_at, nulls_ ? 1 : 0);
  put32(bytes_, count_at, count_);
  return bytes_;
}

}  // namespace tributary::store::wire
