// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <utility>

#include <zddm/policy/executor.hpp>
#include <zddm/testing/explorer/explorer.hpp>

namespace zddm::testing::explorer {

/// An executor of an exploration, for one process: its tasks run in the order they were posted, on a thread of that process,
/// at any later time. Holds `room` of them. What a process that dies had not done is lost.
class executor {
public:
  static constexpr std::size_t object = 4;

  explicit executor(int process, std::size_t room = 2) : process_(process), room_(room) {}

  bool post(std::uint64_t, task t) {
    auto& e = explorer::current();
    if (waiting_.size() >= room_) return false;
    waiting_.push_back(std::move(t));
    e.changed(object, 1);
    if (!std::exchange(running_, true)) e.spawn(process_, [this] { run(); });
    return true;
  }
  void flush() {}

private:
  void run() {
    auto& e = explorer::current();
    while (!waiting_.empty()) {
      e.step("begins what was put off");
      task const next = std::move(waiting_.front());
      waiting_.pop_front();
      e.changed(object, 2);
      next();
    }
    running_ = false;
  }

  int process_;
  std::size_t room_;
  bool running_ = false;
  std::deque<task> waiting_;
};

} // namespace zddm::testing::explorer
