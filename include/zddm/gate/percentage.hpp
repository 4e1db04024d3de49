// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <zddm/core/threshold.hpp>
#include <zddm/policy/axis.hpp>

namespace zddm::gate {

/// The same N percent of all keys take part in every process and at every call, fixed when the program is built.
/// What N admits, every greater N admits.
template <unsigned N> struct percentage {
  static_assert(N <= 100,
                "zddm: gate::percentage<N> takes 0 to 100; for finer steps or a rate set while running take gate::dial");
  using axis = zddm::axis::gate;
  static constexpr threshold reach = threshold::percent(N);

  template <class Model> struct bind {
    template <class Question> constexpr bool admits(Question const& q) const {
      return reach.is_open() || (!reach.is_closed() && reach.admits(q.bucket()));
    }
  };
};

} // namespace zddm::gate
