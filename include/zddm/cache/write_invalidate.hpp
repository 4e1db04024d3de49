// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <utility>

#include <zddm/policy/axis.hpp>

namespace zddm::cache {

/// A write makes New forget the key before it returns; the next read fills it.
struct write_invalidate {
  using axis = zddm::axis::cache;

  template <class Model> struct bind {
    static constexpr bool carries_value = false;
    template <class Apply> auto on_write(Apply&& apply) { return std::forward<Apply>(apply)(); }
  };
};

} // namespace zddm::cache
