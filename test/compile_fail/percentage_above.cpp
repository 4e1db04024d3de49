// SPDX-License-Identifier: BSL-1.0
// expect: gate::percentage<N> takes 0 to 100
// expect: take gate::dial
// expect: percentage_above.cpp:11:
#include <zddm/gate/percentage.hpp>
#include <zddm/memory/store.hpp>
#include <zddm/proxy/proxy.hpp>

using store = zddm::memory::store<std::string, int>;

zddm::proxy<store, store, zddm::gate::percentage<150>>* p;
