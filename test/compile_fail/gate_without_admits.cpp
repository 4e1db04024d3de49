// SPDX-License-Identifier: BSL-1.0
// expect: this gate policy has no
// expect: admits(Question const& q) const
// expect: q.bucket()
// expect: gate_without_admits.cpp:17:
#include <zddm/memory/store.hpp>
#include <zddm/proxy/proxy.hpp>

using store = zddm::memory::store<std::string, int>;

struct mornings {
  using axis = zddm::axis::gate;
  template <class Model> struct bind {
    bool open() const { return true; }
  };
};
zddm::proxy<store, store, mornings>* p;
