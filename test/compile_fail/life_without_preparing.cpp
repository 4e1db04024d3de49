// SPDX-License-Identifier: BSL-1.0
// expect: one writes Old alone while the other leaves values in New
// expect: Put a row between that invalidates New, as preparing does
// expect: life_without_preparing.cpp:14:
#include <array>

#include <zddm/lifecycle/sound.hpp>

using zddm::lifecycle::row;
struct hasty {
  static constexpr auto const& routes = zddm::lifecycle::route_table;
  static constexpr std::array<zddm::lifecycle::edge, 1> moves{{{row::unrun, row::prepared}}};
};
static_assert(zddm::lifecycle::sound<hasty>());
