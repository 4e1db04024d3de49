// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <utility>

#include <zddm/policy/axis.hpp>

namespace zddm::cache {

/// A write reaches New with its value before it returns.
struct write_through {
  using axis = zddm::axis::cache;

  template <class Model> struct bind {
    static constexpr bool carries_value = true;
    template <class Apply> auto on_write(Apply&& apply) { return std::forward<Apply>(apply)(); }
  };
};

} // namespace zddm::cache
