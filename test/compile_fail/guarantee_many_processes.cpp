// SPDX-License-Identifier: BSL-1.0
// expect: promises nothing beside other processes
// expect: lifecycle::shared with a state store
// expect: guarantee_many_processes.cpp:13:
#include <zddm/lifecycle/local.hpp>
#include <zddm/memory/store.hpp>
#include <zddm/proxy/guarantee.hpp>
#include <zddm/proxy/proxy.hpp>

using store = zddm::memory::store<std::string, int>;
using users = zddm::proxy<store, store, zddm::lifecycle::local>;

static_assert(zddm::demand<users, zddm::guarantee::many_processes>);
