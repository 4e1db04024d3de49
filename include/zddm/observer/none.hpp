// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <zddm/policy/axis.hpp>

namespace zddm::observer {

/// Nobody is told, and nothing is measured.
struct none {
  using axis = zddm::axis::observer;

  template <class Model> struct bind {};
};

} // namespace zddm::observer
