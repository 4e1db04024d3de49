// SPDX-License-Identifier: BSL-1.0
// expect: this is not a store
// expect: key_type, value_type
// expect: docs/reference/core.md
// expect: not_a_store.cpp:12:
#include <map>
#include <zddm/memory/store.hpp>
#include <zddm/proxy/proxy.hpp>

using store = zddm::memory::store<std::string, int>;

zddm::proxy<std::map<std::string, int>, store>* p;
