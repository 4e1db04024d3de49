// SPDX-License-Identifier: BSL-1.0
// expect: New lacks a capability
// expect: intent_store
// expect: consistency::key_locked
// expect: store_without_intents.cpp:19:
#include <zddm/lifecycle/local.hpp>
#include <zddm/memory/store.hpp>
#include <zddm/proxy/proxy.hpp>

using store = zddm::memory::store<std::string, int>;

struct plain {
  using key_type = std::string;
  using value_type = int;
  std::optional<int> get(std::string const&) { return {}; }
  void put(std::string const&, int) {}
  void erase(std::string const&) {}
};
zddm::proxy<store, plain, zddm::lifecycle::local>* p;
