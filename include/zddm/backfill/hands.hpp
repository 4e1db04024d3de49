// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <zddm/backfill/work_queue.hpp>

namespace zddm::backfill {

/// The tasks in the hands of one process, whose leases it renews. Any thread may call.
template <work_queue Queue> class hands {
public:
  hands(Queue& queue, std::uint64_t plan, std::string worker, std::chrono::milliseconds lease)
      : queue_(queue), plan_(plan), worker_(std::move(worker)), lease_(lease) {}

  std::optional<task> claim(wanted const& w) {
    auto got = queue_.claim(plan_, worker_, w, lease_);
    if (got.empty()) return std::nullopt;
    std::lock_guard const lock(mutex_);
    held_.push_back(got.front());
    return std::move(got.front());
  }

  /// False: the task is in other hands.
  bool report(task const& t, backfill::report const& r) {
    if (r.to != work::held) let_go(t);
    bool const taken = queue_.report(t, r);
    if (!taken) let_go(t);
    return taken;
  }

  bool holds(std::uint64_t item) const {
    std::lock_guard const lock(mutex_);
    return std::ranges::find(held_, item, &task::item) != held_.end();
  }

  /// Renews every lease, and lets go of what is in other hands. One that cannot be renewed now may be the next time.
  void renew() {
    auto const all = [this] {
      std::lock_guard const lock(mutex_);
      return held_;
    }();
    for (auto const& t : all) try {
        report(t, {});
      } catch (...) { // it ends by itself
      }
  }

private:
  void let_go(task const& t) {
    std::lock_guard const lock(mutex_);
    std::erase_if(held_, [&](task const& one) { return one.item == t.item && one.token == t.token; });
  }

  Queue& queue_;
  std::uint64_t plan_;
  std::string worker_;
  std::chrono::milliseconds lease_;
  mutable std::mutex mutex_;
  std::vector<task> held_;
};

} // namespace zddm::backfill
