// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <exception>
#include <utility>

#include <zddm/policy/attempt.hpp>
#include <zddm/policy/axis.hpp>

namespace zddm::failure {

/// As long as Old is written, a failure of New is kept from the caller of a read: Old answers. A failed write of New
/// reaches the caller only where the row requires New.
struct fall_back_to_old {
  using axis = zddm::axis::failure;

  template <class Model> struct bind {
    static constexpr bool shields = true;

    template <class Call> auto on_new(Call&& call) -> attempt<decltype(call())> {
      try {
        return attempt<decltype(call())>(std::forward<Call>(call)());
      } catch (...) {
        return attempt<decltype(call())>(std::current_exception());
      }
    }
  };
};

} // namespace zddm::failure
