// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <list>
#include <mutex>
#include <optional>

namespace zddm::sqlite {

/// Lets one thread pass at a time, in the order they came: SQLite's own lock is polled for, and a thread that came first may
/// be the last to find it free.
class turnstile {
public:
  /// Waits for its turn; how long it took, or nothing if it did not come in time.
  std::optional<std::chrono::steady_clock::duration> enter(std::chrono::milliseconds patience) {
    std::unique_lock lock(mutex_);
    if (!taken_) {
      taken_ = true;
      return std::chrono::steady_clock::duration::zero();
    }
    auto const start = std::chrono::steady_clock::now();
    auto const me = waiting_.emplace(waiting_.end());
    if (me->turn.wait_until(lock, start + patience, [&] { return me->called; })) {
      waiting_.erase(me);
      return std::chrono::steady_clock::now() - start;
    }
    waiting_.erase(me);
    return std::nullopt;
  }

  /// To be called by the thread that entered.
  void leave() {
    std::lock_guard const lock(mutex_);
    for (auto& next : waiting_)
      if (!next.called) {
        next.called = true;
        return next.turn.notify_one();
      }
    taken_ = false;
  }

  std::size_t waiting() const {
    std::lock_guard const lock(mutex_);
    return waiting_.size();
  }

private:
  struct waiter {
    std::condition_variable turn;
    bool called = false;
  };
  mutable std::mutex mutex_;
  std::list<waiter> waiting_;
  bool taken_ = false;
};

} // namespace zddm::sqlite
