// SPDX-License-Identifier: BSL-1.0
// expect: leads to a row after the end of Old from one that still uses it
// expect: life_with_early_end.cpp:13:
#include <array>

#include <zddm/lifecycle/sound.hpp>

using zddm::lifecycle::row;
struct careless {
  static constexpr auto const& routes = zddm::lifecycle::route_table;
  static constexpr std::array<zddm::lifecycle::edge, 1> moves{{{row::completing, row::destroyed}}};
};
static_assert(zddm::lifecycle::sound<careless>());
