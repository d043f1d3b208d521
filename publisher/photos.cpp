#include "publisher/photos.hpp"

#include <algorithm>
#include <cstdint>

#include "publisher/files.hpp"
#include "publisher/text.hpp"

namespace tributary::publisher {
namespace {

using namespace std::string_view_literals;

/// FNV-1a: the name only has to change when the bytes do.
std::string hash_of(std::string_view bytes) {
  std::uint64_t hash = 14695981039346656037u;
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
  static constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (int shift = 60; shift >= 0; shift -= 4) out += digits[(hash >> shift) & 15u];
  return out;
}

class Bytes {
 public:
  explicit Bytes(std::string_view bytes) : bytes_(bytes) {}
  [[nodiscard]] int at(std::size_t i) const {
    return i < bytes_.size() ? static_cast<unsigned char>(bytes_[i]) : 0;
  }
  [[nodiscard]] int big(std::size_t i, int count) const {
    int value = 0;
    for (int k = 0; k < count; ++k) value = value << 8 | at(i + static_cast<std::size_t>(k));
    return value;
  }
  [[nodiscard]] int little(std::size_t i, int count) const {
    int value = 0;
    for (int k = count; k-- > 0;) value = value << 8 | at(i + static_cast<std::size_t>(k));
    return value;
  }

 private:
  std::string_view bytes_;
};

/// ISO/IEC 10918-1: segments from the start of image to the frame header, which holds the size.
std::optional<Size> jpeg_size(std::string_view image) {
  const Bytes bytes(image);
  for (std::size_t i = 2; i + 9 < image.size();) {
    if (bytes.at(i) != 0xFF) return std::nullopt;
    const int marker = bytes.at(i + 1);
    if (marker == 0xFF) {
      ++i;
      continue;
    }
    const bool frame = marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
    if (frame) return Size{bytes.big(i + 7, 2), bytes.big(i + 5, 2)};
    i += 2 + static_cast<std::size_t>(std::max(2, bytes.big(i + 2, 2)));
  }
  return std::nullopt;
}

std::optional<Size> webp_size(std::string_view image) {
  const Bytes bytes(image);
  if (image.substr(12, 4) == "VP8X") return Size{bytes.little(24, 3) + 1, bytes.little(27, 3) + 1};
  if (image.substr(12, 4) == "VP8L") {
    const int packed = bytes.little(21, 4);
    return Size{(packed & 0x3FFF) + 1, (packed >> 14 & 0x3FFF) + 1};
  }
  if (image.substr(12, 4) == "VP8 ") return Size{bytes.little(26, 2) & 0x3FFF, bytes.little(28, 2) & 0x3FFF};
  return std::nullopt;
}

std::optional<Size> stated_size(std::string_view image) {
  const Bytes bytes(image);
  if (image.size() < 30) return std::nullopt;
  if (image.starts_with("\x89PNG\r\n\x1a\n"sv)) return Size{bytes.big(16, 4), bytes.big(20, 4)};
  if (image.starts_with("GIF8"sv)) return Size{bytes.little(6, 2), bytes.little(8, 2)};
  if (image.starts_with("\xFF\xD8"sv)) return jpeg_size(image);
  if (image.starts_with("RIFF"sv) && image.substr(8, 4) == "WEBP") return webp_size(image);
  return std::nullopt;
}

}  // namespace

std::optional<Size> image_size(std::string_view bytes) {
  const auto size = stated_size(bytes);
  if (!size || size->width <= 0 || size->height <= 0) return std::nullopt;
  return size;
}

Result<void> PhotoBox::add(const std::filesystem::path& file) {
  if (kept_.contains(file)) return {};
  auto bytes = read_file(file);
  if (!bytes) return std::unexpected(bytes.error());
  std::string stem = slug_of(file.stem().string());
  std::string extension = slug_of(file.extension().string());
  if (stem.empty()) stem = "photo";
  if (!extension.empty()) extension.insert(0, ".");
  std::string path = "photos/" + stem + "-" + hash_of(*bytes) + extension;
  const auto size = image_size(*bytes);
  kept_.emplace(file, Kept{std::move(path), std::move(*bytes), size});
  return {};
}

const PhotoBox::Kept* PhotoBox::find(const std::filesystem::path& file) const {
  const auto found = kept_.find(file);
  return found == kept_.end() ? nullptr : &found->second;
}

std::vector<OutputFile> PhotoBox::files() const {
  std::vector<OutputFile> files;
  for (const auto& [file, kept] : kept_) {
    if (std::ranges::find(files, kept.path, &OutputFile::path) == files.end())
      files.push_back({kept.path, kept.bytes});
  }
  return files;
}

}  // namespace tributary::publisher
