// SPDX-License-Identifier: BSL-1.0
// expect: needs a running part that its constructor was not given
// expect: lifecycle::handle
// expect: no_running_part.cpp:11:
#include <zddm/lifecycle/local.hpp>
#include <zddm/memory/store.hpp>
#include <zddm/proxy/proxy.hpp>

using store = zddm::memory::store<std::string, int>;

void serve(store& from, store& to) { zddm::proxy<store, store, zddm::lifecycle::local> p(from, to); }
