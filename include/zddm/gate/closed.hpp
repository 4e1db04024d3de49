// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <zddm/core/threshold.hpp>
#include <zddm/policy/axis.hpp>

namespace zddm::gate {

/// No key takes part: in `prepared` New is not touched at all, from `migrating` on it is written but read only once switched.
struct closed {
  using axis = zddm::axis::gate;
  static constexpr threshold reach = threshold::closed();

  template <class Model> struct bind {
    template <class Question> constexpr bool admits(Question const&) const { return false; }
  };
};

} // namespace zddm::gate
