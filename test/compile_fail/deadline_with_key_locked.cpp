// SPDX-License-Identifier: BSL-1.0
// expect: failure::deadline lets a call of New end after its operation
// expect: consistency::intent or consistency::versioned
// expect: deadline_with_key_locked.cpp:15:
#include <zddm/consistency/key_locked.hpp>
#include <zddm/failure/deadline.hpp>
#include <zddm/failure/retry.hpp>
#include <zddm/lifecycle/local.hpp>
#include <zddm/memory/store.hpp>
#include <zddm/proxy/proxy.hpp>

using store = zddm::memory::store<std::string, int>;
using guarded = zddm::failure::retry<2, zddm::failure::deadline<50>>;

zddm::proxy<store, store, zddm::lifecycle::local, zddm::consistency::key_locked, guarded>* p;
