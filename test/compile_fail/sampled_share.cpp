// SPDX-License-Identifier: BSL-1.0
// expect: compares N of M reads, with 1 <= N <= M
// expect: sampled_share.cpp:12:
#include <zddm/consistency/sampled.hpp>
#include <zddm/lifecycle/local.hpp>
#include <zddm/memory/store.hpp>
#include <zddm/proxy/proxy.hpp>

using store = zddm::memory::store<std::string, int>;
using twice = zddm::consistency::sampled<2, 1, zddm::consistency::report, zddm::consistency::intent>;

zddm::proxy<store, store, zddm::lifecycle::local, twice>* p;
