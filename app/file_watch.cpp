#include "app/file_watch.hpp"

#include <sys/inotify.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cstring>
#include <string>
#include <utility>

#include "app/log.hpp"

namespace tributary::app {

namespace asio = boost::asio;

struct FileWatch::Impl : std::enable_shared_from_this<Impl> {
  Impl(asio::io_context& io, std::string wanted, std::function<void()> call)
      : descriptor(io), name(std::move(wanted)), changed(std::move(call)) {}

  asio::posix::stream_descriptor descriptor;
  std::string name;  // within its folder
  std::function<void()> changed;
  alignas(inotify_event) std::array<char, 4096> buffer{};

  void wait() {
    descriptor.async_read_some(
        asio::buffer(buffer), [self = shared_from_this()](boost::system::error_code error, std::size_t size) {
          if (error || !self->changed) return;
          if (self->names_the_file(size)) self->changed();
          if (self->descriptor.is_open()) self->wait();
        });
  }

  [[nodiscard]] bool names_the_file(std::size_t size) const {
    for (std::size_t at = 0; at + sizeof(inotify_event) <= size;) {
      inotify_event event{};
      std::memcpy(&event, buffer.data() + at, sizeof event);
      if (event.len > 0 && name == std::string_view(buffer.data() + at + sizeof event)) return true;
      at += sizeof event + event.len;
    }
    return false;
  }
};

FileWatch::FileWatch(asio::io_context& io, const std::filesystem::path& file, std::function<void()> changed) {
  // The folder is watched, not the file: an editor that renames a new file over the old one would end a watch
  // on the old.
  const auto absolute = std::filesystem::absolute(file);
  const int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (fd < 0 || inotify_add_watch(fd, absolute.parent_path().c_str(), IN_CLOSE_WRITE | IN_MOVED_TO) < 0) {
    log_warn("file=" + absolute.string() + " error=\"changes cannot be watched; send SIGHUP after an edit\"");
    if (fd >= 0) ::close(fd);
    return;
  }
  impl_ = std::make_shared<Impl>(io, absolute.filename().string(), std::move(changed));
  impl_->descriptor.assign(fd);
  impl_->wait();
}

FileWatch::~FileWatch() {
  if (!impl_) return;
  impl_->changed = nullptr;
  boost::system::error_code ignored;
  (void)impl_->descriptor.close(ignored);
}

}  // namespace tributary::app
