// SPDX-License-Identifier: BSL-1.0
// expect: this cache policy has no
// expect: carries_value
// expect: on_write(Apply&& apply)
// expect: cache::flow<Reads, Writes>
// expect: cache_for_reads_alone.cpp:12:
#include <zddm/memory/store.hpp>
#include <zddm/proxy/proxy.hpp>

using store = zddm::memory::store<std::string, int>;

zddm::proxy<store, store, zddm::cache::read_through>* p;
