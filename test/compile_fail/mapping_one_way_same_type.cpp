// SPDX-License-Identifier: BSL-1.0
// expect: zddm: without a way back, New's value must be of another type than what Old takes
// expect: wrap New's value in a struct of its own
#include <zddm/core/mapping.hpp>
#include <zddm/memory/store.hpp>

struct half {
  static int to_new(int value) { return value / 2; }
};

using view = zddm::mapped<zddm::memory::store<int, int>, half>;
view::value_type value;
