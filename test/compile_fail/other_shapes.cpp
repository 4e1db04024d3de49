// SPDX-License-Identifier: BSL-1.0
// expect: Old and New hold different keys or values
// expect: zddm::mapped<Old, Mapping>
// expect: other_shapes.cpp:10:
#include <zddm/memory/store.hpp>
#include <zddm/proxy/proxy.hpp>

using old_store = zddm::memory::store<std::string, int>;
using new_store = zddm::memory::store<std::string, long>;
zddm::proxy<old_store, new_store>* p;
