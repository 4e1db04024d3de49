// SPDX-License-Identifier: BSL-1.0
// expect: this policy has no `template <class Model> struct bind`
// expect: policy_without_bind.cpp:13:
#include <zddm/memory/store.hpp>
#include <zddm/proxy/proxy.hpp>

using store = zddm::memory::store<std::string, int>;

struct mornings {
  using axis = zddm::axis::gate;
  template <class Question> bool admits(Question const&) const { return true; }
};
zddm::proxy<store, store, mornings>* p;
