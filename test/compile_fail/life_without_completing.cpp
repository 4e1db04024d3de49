// SPDX-License-Identifier: BSL-1.0
// expect: one has left Old while the other still writes it first
// expect: Put a row between that writes New, then Old, as completing does
// expect: life_without_completing.cpp:14:
#include <array>

#include <zddm/lifecycle/sound.hpp>

using zddm::lifecycle::row;
struct hasty {
  static constexpr auto const& routes = zddm::lifecycle::route_table;
  static constexpr std::array<zddm::lifecycle::edge, 1> moves{{{row::switched, row::completed}}};
};
static_assert(zddm::lifecycle::sound<hasty>());
