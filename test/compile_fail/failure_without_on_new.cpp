// SPDX-License-Identifier: BSL-1.0
// expect: this failure policy has no
// expect: on_new(Call&& call)
// expect: returns an attempt
// expect: failure_without_on_new.cpp:17:
#include <zddm/memory/store.hpp>
#include <zddm/proxy/proxy.hpp>

using store = zddm::memory::store<std::string, int>;

struct bare {
  using axis = zddm::axis::failure;
  template <class Model> struct bind {
    template <class Call> auto on_new(Call&& call) { return call(); }
  };
};
zddm::proxy<store, store, bare>* p;
