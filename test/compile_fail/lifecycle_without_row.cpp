// SPDX-License-Identifier: BSL-1.0
// expect: this lifecycle policy has neither a fixed row
// expect: docs/reference/lifecycle.md
// expect: lifecycle_without_row.cpp:14:
#include <zddm/memory/store.hpp>
#include <zddm/proxy/proxy.hpp>

using store = zddm::memory::store<std::string, int>;

struct someday {
  using axis = zddm::axis::lifecycle;
  template <class Model> struct bind {};
};
zddm::proxy<store, store, someday>* p;
