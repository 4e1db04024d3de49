// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <utility>

namespace zddm {

/// Work that is done off the caller's path. It owns all it needs and does not throw.
using task = std::function<void()>;

/// Runs tasks somewhere else, boundedly many at a time. `post` never waits: false says that the executor is full and did
/// not take the task. The tasks of a strand run one after the other, in the order they were posted. `flush` returns once all
/// that was posted before is done.
template <class E>
concept executor = requires(E& e, std::uint64_t strand, task t) {
  { e.post(strand, std::move(t)) } -> std::same_as<bool>;
  e.flush();
};

/// A policy's hold on the executor it was given.
template <executor Executor> class off_path {
public:
  explicit off_path(Executor& e) noexcept : executor_(&e) {}

  bool post(std::uint64_t strand, task t) { return executor_->post(strand, std::move(t)); }
  /// Returns once what was posted is done.
  void finish() { executor_->flush(); }

private:
  Executor* executor_;
};

/// A policy that may have put work off: `finish()` returns once it is done. The proxy asks before any of its policies is gone.
template <class B>
concept puts_work_off = requires(B& b) { b.finish(); };

} // namespace zddm
