// SPDX-License-Identifier: BSL-1.0
// expect: leads back from a row in which New is the authority
// expect: leave the move out
// expect: life_with_a_way_back.cpp:14:
#include <array>

#include <zddm/lifecycle/sound.hpp>

using zddm::lifecycle::row;
struct regretful {
  static constexpr auto const& routes = zddm::lifecycle::route_table;
  static constexpr std::array<zddm::lifecycle::edge, 1> moves{{{row::completing, row::switched}}};
};
static_assert(zddm::lifecycle::sound<regretful>());
