// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>

namespace zddm {

/// How a long job reads the time and how it waits, so that a test can do both by hand.
struct timing {
  /// Nanoseconds since a fixed instant; never goes back.
  std::function<std::chrono::nanoseconds()> now = [] { return std::chrono::steady_clock::now().time_since_epoch(); };

  /// Returns after the time, or as soon as a stop is requested.
  std::function<void(std::chrono::nanoseconds, std::stop_token const&)> sleep = [](auto time, auto const& stop) {
    std::mutex mutex;
    std::condition_variable_any woken;
    std::unique_lock lock(mutex);
    woken.wait_for(lock, stop, time, [] { return false; });
  };
};

} // namespace zddm
