// SPDX-License-Identifier: BSL-1.0
// expect: one writes New first while the other answers from Old, which lags behind
// expect: Let the write order turn in a row of its own, as completing does
// expect: life_with_turned_order.cpp:26:
#include <string>

#include <zddm/lifecycle/sound.hpp>

#include <zddm/lifecycle/local.hpp>
#include <zddm/memory/store.hpp>
#include <zddm/proxy/proxy.hpp>

/// Turns the write order at the switch.
struct turned : zddm::lifecycle::local {
  struct life {
    static constexpr auto routes = [] {
      auto table = zddm::lifecycle::route_table;
      table[static_cast<std::size_t>(zddm::lifecycle::row::switched)].write = zddm::lifecycle::writes::mirrored;
      return table;
    }();
    static constexpr auto const& moves = zddm::lifecycle::edges;
  };
};

using store = zddm::memory::store<std::string, int>;
zddm::proxy<store, store, turned>* p;
