// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <utility>

#include <zddm/policy/attempt.hpp>
#include <zddm/policy/axis.hpp>

namespace zddm::failure {

/// What New throws reaches the caller. For tests and for stores that must fail together.
struct propagate {
  using axis = zddm::axis::failure;

  template <class Model> struct bind {
    template <class Call> auto on_new(Call&& call) { return attempt<decltype(call())>(std::forward<Call>(call)()); }
  };
};

} // namespace zddm::failure
