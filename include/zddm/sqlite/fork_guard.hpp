// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

#include <pthread.h>

namespace zddm::sqlite {

/// Tells its owner when the process forks. SQLite's locks belong to a process, and its library remembers them by file:
/// a child may neither use nor close what its parent opened, nor open the same file while its memory says it is open.
/// So before a fork everything idle is closed, and a child born while something was in use is marked as unfit.
class fork_guard {
public:
  /// Before a fork `before` closes what is idle, holds everyone else back and says whether anything is in use; `after` lets
  /// them go on, in the parent and in the child. To be the last member of its owner.
  fork_guard(std::function<bool()> before, std::function<void()> after) : before_(std::move(before)), after_(std::move(after)) {
    auto& all = everyone();
    std::lock_guard const lock(all.mutex);
    all.guards.push_back(this);
  }
  fork_guard(fork_guard const&) = delete;
  fork_guard& operator=(fork_guard const&) = delete;
  ~fork_guard() {
    auto& all = everyone();
    std::lock_guard const lock(all.mutex);
    std::erase(all.guards, this);
  }

  /// How many forks lie between this process and the first: what was opened in another generation is not ours.
  static unsigned generation() noexcept { return generation_.load(std::memory_order_relaxed); }

  /// This process was forked while its parent was using a connection.
  static bool unfit() noexcept { return unfit_.load(std::memory_order_relaxed); }

private:
  struct registry {
    std::mutex mutex;
    std::vector<fork_guard*> guards;
    bool in_use = false;
  };

  /// Never destroyed, since a fork may happen as late as a process likes.
  static registry& everyone() {
    static registry& all = *[] {
      auto* const made = new registry;
      pthread_atfork(
          [] {
            auto& r = everyone();
            r.mutex.lock();
            r.in_use = false;
            for (auto* guard : r.guards) r.in_use |= guard->before_();
          },
          [] { resume(); },
          [] {
            generation_.fetch_add(1, std::memory_order_relaxed);
            if (everyone().in_use) unfit_.store(true, std::memory_order_relaxed);
            resume();
          });
      return made;
    }();
    return all;
  }

  static void resume() {
    auto& r = everyone();
    for (auto* guard : r.guards) guard->after_();
    r.mutex.unlock();
  }

  std::function<bool()> before_;
  std::function<void()> after_;
  static inline std::atomic<unsigned> generation_{0};
  static inline std::atomic<bool> unfit_{false};
};

} // namespace zddm::sqlite
