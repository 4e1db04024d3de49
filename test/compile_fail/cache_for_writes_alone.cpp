// SPDX-License-Identifier: BSL-1.0
// expect: this cache policy has no
// expect: on_miss(Fill&& fill)
// expect: cache::flow<Reads, Writes>
// expect: cache_for_writes_alone.cpp:11:
#include <zddm/memory/store.hpp>
#include <zddm/proxy/proxy.hpp>

using store = zddm::memory::store<std::string, int>;

zddm::proxy<store, store, zddm::cache::write_through>* p;
