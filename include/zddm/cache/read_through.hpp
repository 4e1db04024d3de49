// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <utility>

#include <zddm/policy/axis.hpp>

namespace zddm::cache {

/// A read that misses in New is answered by Old and fills New before it returns.
struct read_through {
  using axis = zddm::axis::cache;

  template <class Model> struct bind {
    template <class Fill> void on_miss(Fill&& fill) { std::forward<Fill>(fill)(); }
  };
};

} // namespace zddm::cache
