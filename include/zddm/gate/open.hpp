// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <zddm/core/threshold.hpp>
#include <zddm/policy/axis.hpp>

namespace zddm::gate {

/// Every key takes part.
struct open {
  using axis = zddm::axis::gate;
  static constexpr threshold reach = threshold::open();

  template <class Model> struct bind {
    template <class Question> constexpr bool admits(Question const&) const { return true; }
  };
};

} // namespace zddm::gate
