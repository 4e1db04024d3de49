// SPDX-License-Identifier: BSL-1.0
// expect: consistency::journaled<Inner> marks the writes of one process
// expect: take key_locked or unguarded
// expect: journaled_for_many.cpp:12:
#include <zddm/consistency/journaled.hpp>
#include <zddm/lifecycle/local.hpp>
#include <zddm/memory/store.hpp>
#include <zddm/proxy/proxy.hpp>

using store = zddm::memory::store<std::string, int>;

zddm::proxy<store, store, zddm::lifecycle::local, zddm::consistency::journaled<zddm::consistency::intent>>* p;
