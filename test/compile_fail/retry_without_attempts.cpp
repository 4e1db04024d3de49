// SPDX-License-Identifier: BSL-1.0
// expect: failure::retry<Attempts, Inner, FirstMs, MostMs> takes the attempts in all, 1 or more
// expect: retry_without_attempts.cpp:10:
#include <zddm/failure/retry.hpp>
#include <zddm/lifecycle/local.hpp>
#include <zddm/memory/store.hpp>
#include <zddm/proxy/proxy.hpp>

using store = zddm::memory::store<std::string, int>;
using users = zddm::proxy<store, store, zddm::lifecycle::local, zddm::failure::retry<0>>;
users* p;
