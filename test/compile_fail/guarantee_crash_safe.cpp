// SPDX-License-Identifier: BSL-1.0
// expect: this proxy leaves H5 open
// expect: intent_store as New, or a journaling_store as Old
// expect: guarantee_crash_safe.cpp:14:
#include <zddm/consistency/key_locked.hpp>
#include <zddm/lifecycle/local.hpp>
#include <zddm/memory/store.hpp>
#include <zddm/proxy/guarantee.hpp>
#include <zddm/proxy/proxy.hpp>

using store = zddm::memory::store<std::string, int>;
using users = zddm::proxy<store, store, zddm::lifecycle::local, zddm::consistency::key_locked>;

static_assert(zddm::demand<users, zddm::guarantee::crash_safe>);
