#pragma once
#include <cstdint>
#include <string>
#include <string_view>

/// Values as PostgreSQL's binary format has them: big-endian integers, bytes as they are, arrays of one
/// dimension. Binary, so that no byte of a blob is escaped and no number printed and read again.
namespace tributary::store::wire {

using TypeId =
    std::uint32_t;  ///< an object id of PostgreSQL's catalogue of types; those built in never change
inline constexpr TypeId unknown = 0, bytea = 17, int8 = 20, text = 25, int8_array = 1016;

[[nodiscard]] std::string integer(std::int64_t value);

/// Reads a bool, int2, int4 or int8, told apart by their size. Other sizes are no integers: 0.
[[nodiscard]] std::int64_t to_integer(std::string_view bytes);

/// An array being written, element by element.
class Array {
 public:
  explicit Array(TypeId element);
  void add(std::string_view element);
  void add_null();
  /// The whole in binary format. The array can go on growing afterwards.
  [[nodiscard]] const std::string& bytes();
  [[nodiscard]] std::size_t size() const { return bytes_.size(); }

 private:
  std::string bytes_;
  std::int32_t count_ = 0;
  bool nulls_ = false;
};

}  // namespace tributary::store::wire
