#include "model/feed_state.hpp"

#include <array>
#include <utility>

namespace tributary {
namespace {

constexpr std::array names{
    std::pair{FeedStatus::ok, "ok"},
    std::pair{FeedStatus::quiet, "quiet"},
    std::pair{FeedStatus::late, "late"},
    std::pair{FeedStatus::failing, "failing"},
    std::pair{FeedStatus::blocked, "blocked"},
    std::pair{FeedStatus::moved, "moved"},
    std::pair{FeedStatus::gone, "gone"},
    std::pair{FeedStatus::held, "held"},
    std::pair{FeedStatus::disabled, "disabled"},
};

}  // namespace

std::string_view to_string(FeedStatus status) {
  for (const auto& [value, name] : names) {
    if (value == status) return name;
  }
  return "ok";
}

std::optional<FeedStatus> feed_status_from(std::string_view name) {
  for (const auto& [value, known] : names) {
    if (name == known) return value;
  }
  return std::nullopt;
}

}  // namespace tributary
