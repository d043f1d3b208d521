#pragma once
#include <filesystem>
#include <functional>
#include <memory>

namespace boost::asio {
class io_context;
}

namespace tributary::app {

/// Tells when a file was saved, whether it was written in place or another was renamed over it, as editors
/// do.
class FileWatch {
 public:
  /// `changed` is called on the io_context's thread, once for each save; several saves at once may be one
  /// call.
  FileWatch(boost::asio::io_context& io, const std::filesystem::path& file, std::function<void()> changed);
  ~FileWatch();
  FileWatch(const FileWatch&) = delete;
  FileWatch& operator=(const FileWatch&) = delete;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace tributary::app
