// SPDX-License-Identifier: BSL-1.0
// expect: this consistency policy has no
// expect: many_processes
// expect: docs/reference/consistency.md
// expect: consistency_without_words.cpp:15:
#include <zddm/memory/store.hpp>
#include <zddm/proxy/proxy.hpp>

using store = zddm::memory::store<std::string, int>;

struct hopeful {
  using axis = zddm::axis::consistency;
  template <class Model> struct bind {};
};
zddm::proxy<store, store, hopeful>* p;
