#include "app/decisions.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <sstream>
#include <vector>

#include "app/commands.hpp"
#include "app/log.hpp"
#include "app/pipeline.hpp"
#include "fetcher/fetcher.hpp"
#include "store/lock.hpp"

namespace tributary::app {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr std::string_view sqlite = "sqlite:";

enum class Decision { release, reject };

FeedState decided(Decision decision, const FeedState& state) {
  return decision == Decision::release ? fetcher::release(state) : fetcher::reject(state);
}

Result<void> apply(store::Store& store, Decision decision, const FeedState& state, Timestamp now) {
  store::Delivery delivery{.state = decided(decision, state)};
  delivery.state.memory.history.since = now;
  const auto taken = store.take({&delivery, 1}, now);
  if (!taken) return std::unexpected(taken.error());
  return {};
}

/// In one write, so that two commands at a time leave two lines.
Result<void> leave(const fs::path& file, Decision decision, const std::string& url) {
  const std::string line = (decision == Decision::release ? "release " : "reject ") + url + "\n";
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  const bool good =
      descriptor >= 0 && ::write(descriptor, line.data(), line.size()) == static_cast<ssize_t>(line.size());
  const int why = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (good) return {};
  return std::unexpected(Error{ErrorKind::io, file.string(), std::strerror(why)});
}

int decide(const Context& context, Decision decision, const std::string& name) {
  const auto config = load_config(context);
  if (!config) return Exit::usage;
  auto reader = store::open(config->store, store::Access::read);
  if (!reader) return fail(reader.error());
  const auto states = (*reader)->feed_states();
  if (!states) return fail(states.error());
  const auto found =
      std::ranges::find_if(*states, [&](const FeedState& state) { return means(name, state, *config); });
  if (found == states->end())
    return fail({ErrorKind::usage, name, "no feed of this URL, slug or name is configured"});
  if (!fetcher::may_release(*found) || (decision == Decision::reject && found->status != FeedStatus::held)) {
    return fail({ErrorKind::usage, name,
                 "is not held: its state is " + std::string(to_string(found->status)) +
                     ", so there is nothing to decide"});
  }
  reader->reset();
  const Timestamp now = context.pass_clock()();
  if (const auto file = decisions_file(*config); is_owned_by_another(*config)) {
    if (const auto left = leave(file, decision, found->configured_url); !left) return fail(left.error());
    std::cout << found->name << ": the process that has the store takes the decision over\n";
    return Exit::done;
  }
  auto store = store::open(config->store, store::Access::write);
  if (!store) return fail(store.error());
  if (const auto applied = apply(**store, decision, *found, now); !applied) return fail(applied.error());
  std::cout << found->name
            << (decision == Decision::release ? ": released; it is asked again by the next pass\n"
                                              : ": rejected; it is not asked any more\n");
  return Exit::done;
}

}  // namespace

bool means(const std::string& word, const FeedState& state, const config::Config& config) {
  if (word == state.configured_url || word == state.url) return true;
  return std::ranges::any_of(config.feeds, [&](const Partner& partner) {
    return partner.url == state.configured_url && (word == partner.slug || word == partner.name);
  });
}

fs::path store_file(const config::Config& config) {
  if (!config.store.starts_with(sqlite)) return {};
  return config.store.substr(sqlite.size());
}

bool is_owned_by_another(const config::Config& config) {
  const auto store = store_file(config);
  std::error_code ignored;
  if (store.empty() || !fs::exists(store, ignored)) return false;
  const auto taken = store::OwnershipLock::take(store.string() + ".lock", 0ms);
  return !taken && taken.error().kind == ErrorKind::store_busy;
}

fs::path decisions_file(const config::Config& config) {
  const auto store = store_file(config);
  return store.empty() ? store : fs::path(store.string() + ".decisions");
}

Result<std::size_t> take_decisions(const config::Config& config, store::Store& store, Timestamp now) {
  const auto file = decisions_file(config);
  std::error_code fault;
  if (file.empty() || !fs::exists(file, fault)) return 0;
  // Moved aside first: what is decided while we read makes a new file.
  fs::path taking = file;
  taking += ".taken";
  fs::rename(file, taking, fault);
  if (fault) return std::unexpected(Error{ErrorKind::io, file.string(), fault.message()});
  std::ostringstream lines;
  if (const std::ifstream in(taking, std::ios::binary); in) lines << in.rdbuf();
  fs::remove(taking, fault);

  const auto states = store.feed_states();
  if (!states) return std::unexpected(states.error());
  std::size_t count = 0;
  std::istringstream in(lines.str());
  for (std::string word, url; in >> word && std::getline(in >> std::ws, url);) {
    const auto found = std::ranges::find(*states, url, &FeedState::configured_url);
    if (found == states->end() || !fetcher::may_release(*found)) continue;
    const auto decision = word == "release" ? Decision::release : Decision::reject;
    if (const auto applied = apply(store, decision, *found, now); !applied)
      return std::unexpected(applied.error());
    log_warn("feed=" + url + " decision=" + word);
    ++count;
  }
  return count;
}

int release(const Context& context, const std::string& feed) {
  return decide(context, Decision::release, feed);
}
int reject(const Context& context, const std::string& feed) {
  return decide(context, Decision::reject, feed);
}

}  // namespace tributary::app
