// SPDX-License-Identifier: BSL-1.0
// expect: zddm: values of this type cannot be compared
// expect: give it operator==
#include <zddm/core/diff.hpp>

struct opaque {
  int hidden;
};

bool alike(opaque const& a, opaque const& b) { return zddm::same(a, b); }
