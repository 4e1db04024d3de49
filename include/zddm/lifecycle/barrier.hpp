// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <zddm/core/error.hpp>
#include <zddm/lifecycle/lease.hpp>
#include <zddm/lifecycle/state_store.hpp>

namespace zddm::lifecycle {

/// Some process did not acknowledge in time; whoever waited moved nothing further.
class unacknowledged : public error {
public:
  unacknowledged(std::uint64_t epoch, std::vector<lease> missing)
      : error(204, text(epoch, missing)), missing_(std::move(missing)) {}
  std::vector<lease> const& missing() const noexcept { return missing_; }

private:
  static std::string text(std::uint64_t epoch, std::vector<lease> const& missing) {
    std::string who;
    for (auto const& one : missing) who += (who.empty() ? "" : ", ") + one.who() + " at epoch " + std::to_string(one.epoch);
    return "not every process obeys epoch " + std::to_string(epoch) + " yet: " + who +
           ". Nothing further was changed, and the rows on both sides are safe beside each other. Run the same command again " +
           "to go on; a process that hangs is counted out once its lease ends";
  }

  std::vector<lease> missing_;
};

/// Waits by sleeping; anything callable with milliseconds may stand in its place.
struct sleeper {
  void operator()(std::chrono::milliseconds time) const { std::this_thread::sleep_for(time); }
};

/// The live processes that have not acknowledged the epoch.
template <state_store Store> std::vector<lease> behind(Store& store, std::string_view name, std::uint64_t epoch) {
  auto late = live(store, name);
  std::erase_if(late, [&](lease const& one) { return one.epoch >= epoch; });
  return late;
}

/// Returns once every live process obeys settings of this epoch or a later one, and none of its operations an earlier.
/// Throws `unacknowledged` after `timeout` on the store's clock.
template <state_store Store, class Sleep = sleeper>
void barrier(Store& store, std::string_view name, std::uint64_t epoch, std::chrono::milliseconds timeout, Sleep&& sleep = {}) {
  auto const end = store.now() + timeout;
  for (std::chrono::milliseconds pause{5};; pause = std::min(pause * 2, std::chrono::milliseconds(50))) {
    auto late = behind(store, name, epoch);
    if (late.empty()) return;
    if (store.now() >= end) throw unacknowledged(epoch, std::move(late));
    sleep(pause);
  }
}

} // namespace zddm::lifecycle
