// SPDX-License-Identifier: BSL-1.0
// expect: zddm: to_old of a mapping must take what to_new returns and give Old's value
#include <zddm/core/mapping.hpp>
#include <zddm/memory/store.hpp>

struct words {
  static std::string to_new(int value) { return std::to_string(value); }
  static std::string to_old(std::string const& value) { return value; }
};

using view = zddm::mapped<zddm::memory::store<int, int>, words>;
view::value_type value;
