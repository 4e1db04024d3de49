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

/// A policy's hold on the executor it was given: what it posted is done before the policy, and the proxy with it, is gone.
template <executor Executor> class off_path {
public:
  explicit off_path(Executor& e) noexcept : executor_(&e) {}
  off_path(off_path const&) = delete;
  off_path& operator=(off_path const&) = delete;
  ~off_path() { executor_->flush(); }

  bool post(std::uint64_t strand, task t) { return executor_->post(strand, std::move(t)); }

private:
  Executor* executor_;
};

} // namespace zddm
