// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <zddm/core/threshold.hpp>
#include <zddm/policy/axis.hpp>

namespace zddm::gate {

/// The rate is set while running (`zd gate NAME 25`), shared by all processes and durable. What a rate admits, every higher
/// one admits; going down and up again is safe, because a key once admitted is invalidated in New while it is not.
struct dial {
  using axis = zddm::axis::gate;
  static constexpr threshold reach = threshold::closed();

  template <class Model> struct bind {
    template <class Question> constexpr bool admits(Question const& q) const {
      threshold const rate = q.rate();
      return rate.is_open() || (!rate.is_closed() && rate.admits(q.bucket()));
    }
  };
};

} // namespace zddm::gate
