// SPDX-License-Identifier: BSL-1.0
// expect: cache::flow<Reads, Writes> takes two cache policies
// expect: flow_of_others.cpp:9:
#include <zddm/memory/store.hpp>
#include <zddm/proxy/proxy.hpp>

using store = zddm::memory::store<std::string, int>;

zddm::proxy<store, store, zddm::cache::flow<zddm::cache::read_through, zddm::gate::open>>* p;
