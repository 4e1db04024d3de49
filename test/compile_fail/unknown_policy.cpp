// SPDX-License-Identifier: BSL-1.0
// expect: this is not a policy
// expect: add the alias to your own type
// expect: unknown_policy.cpp:11:
#include <zddm/memory/store.hpp>
#include <zddm/proxy/proxy.hpp>

using store = zddm::memory::store<std::string, int>;

struct fast {};
zddm::proxy<store, store, fast>* p;
