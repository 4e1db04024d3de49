// SPDX-License-Identifier: BSL-1.0
// expect: takes the policy for reads (it has on_miss) first
// expect: flow_in_wrong_order.cpp:8:
#include <zddm/memory/store.hpp>
#include <zddm/proxy/proxy.hpp>

using store = zddm::memory::store<std::string, int>;
zddm::proxy<store, store, zddm::cache::flow<zddm::cache::write_through, zddm::cache::read_through>>* p;
