// SPDX-License-Identifier: BSL-1.0
// expect: lifecycle::fixed takes state::unrun, state::completed or state::destroyed
// expect: take lifecycle::local
// expect: fixed_between.cpp:10:
#include <zddm/memory/store.hpp>
#include <zddm/proxy/proxy.hpp>

using store = zddm::memory::store<std::string, int>;

zddm::proxy<store, store, zddm::lifecycle::fixed<zddm::lifecycle::state::prepared>>* p;
