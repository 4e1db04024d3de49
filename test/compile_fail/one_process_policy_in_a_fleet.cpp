// SPDX-License-Identifier: BSL-1.0
// expect: this consistency policy holds within one process
// expect: lifecycle::shared has many
// expect: consistency::intent
// expect: one_process_policy_in_a_fleet.cpp:13:
#include <zddm/consistency/key_locked.hpp>
#include <zddm/lifecycle/shared.hpp>
#include <zddm/memory/store.hpp>
#include <zddm/proxy/proxy.hpp>

using store = zddm::memory::store<std::string, int>;

zddm::proxy<store, store, zddm::lifecycle::shared, zddm::consistency::key_locked>* p;
