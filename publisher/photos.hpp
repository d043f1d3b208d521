#pragma once
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/site.hpp"
#include "publisher/publisher.hpp"

namespace tributary::publisher {

struct Size {
  int width = 0, height = 0;  ///< pixels
};

/// The size that a PNG, JPEG, GIF or WebP image says it has; nullopt for anything else.
[[nodiscard]] std::optional<Size> image_size(std::string_view bytes);

/// The site's and topics' own photos: read once, copied unchanged, named by their content, so that a changed
/// photo has a new address and an old address may be kept by caches for ever.
class PhotoBox {
 public:
  struct Kept {
    std::string path = {};  ///< "photos/table-0123456789abcdef.jpg"
    std::string bytes = {};
    std::optional<Size> size = {};
  };
  /// ErrorKind::io when the file can't be read.
  Result<void> add(const std::filesystem::path& file);
  /// nullptr when it was never added.
  [[nodiscard]] const Kept* find(const std::filesystem::path& file) const;
  [[nodiscard]] std::vector<OutputFile> files() const;

 private:
  std::map<std::filesystem::path, Kept> kept_;
};

}  // namespace tributary::publisher
