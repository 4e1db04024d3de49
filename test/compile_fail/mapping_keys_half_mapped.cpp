// SPDX-License-Identifier: BSL-1.0
// expect: zddm: a mapping with key_to_new needs key_to_old
#include <zddm/core/mapping.hpp>
#include <zddm/memory/store.hpp>

struct renumber {
  static long to_new(int value) { return value; }
  static std::string key_to_new(int key) { return std::to_string(key); }
};

using view = zddm::mapped<zddm::memory::store<int, int>, renumber>;
view::key_type key;
