// SPDX-License-Identifier: BSL-1.0
// expect: two policies are given for one axis
// expect: pack::with<Policy>
// expect: second_policy.cpp:12:
#include <zddm/gate/closed.hpp>
#include <zddm/memory/store.hpp>
#include <zddm/proxy/proxy.hpp>

using store = zddm::memory::store<std::string, int>;

using house = zddm::policies<zddm::gate::closed, zddm::failure::fall_back_to_old>;
zddm::proxy<store, store, house, zddm::gate::open>* p;
