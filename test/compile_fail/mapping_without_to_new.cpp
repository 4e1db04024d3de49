// SPDX-License-Identifier: BSL-1.0
// expect: zddm: a mapping needs static to_new, from Old's value to New's
#include <zddm/core/mapping.hpp>
#include <zddm/memory/store.hpp>

struct nothing {};

using view = zddm::mapped<zddm::memory::store<int, int>, nothing>;
view::value_type value;
