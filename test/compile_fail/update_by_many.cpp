// SPDX-License-Identifier: BSL-1.0
// expect: update needs an Old that can read, modify and write in one atomic step
// expect: updatable_store
// expect: hazard H15
// expect: update_by_many.cpp:21:
#include <zddm/lifecycle/shared.hpp>
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

using counters = zddm::proxy<plain, store, zddm::lifecycle::shared>;
void count(counters& c) {
  c.update("k", [](std::optional<int> const& n) { return n.value_or(0) + 1; });
}
