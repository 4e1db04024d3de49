// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <utility>

#include <zddm/policy/executor.hpp>

namespace zddm::testing {

/// An executor whose tasks run when the test says so, on its thread. Holds `room` of them.
class manual_executor {
public:
  explicit manual_executor(std::size_t room = 1000) : room_(room) {}

  bool post(std::uint64_t, task t) {
    if (waiting_.size() >= room_) return false;
    waiting_.push_back(std::move(t));
    return true;
  }

  /// Runs the oldest task; false if there is none.
  bool run_one() {
    if (waiting_.empty()) return false;
    task const next = std::move(waiting_.front());
    waiting_.pop_front();
    next();
    return true;
  }
  void flush() {
    while (run_one()) {
    }
  }

  std::size_t waiting() const noexcept { return waiting_.size(); }

private:
  std::size_t room_;
  std::deque<task> waiting_;
};

} // namespace zddm::testing
