// SPDX-License-Identifier: BSL-1.0
// expect: one answers every read from New while a write of the other succeeds without New
// expect: Put a row between that requires New, as switching does
// expect: life_without_switching.cpp:14:
#include <array>

#include <zddm/lifecycle/sound.hpp>

using zddm::lifecycle::row;
struct hasty {
  static constexpr auto const& routes = zddm::lifecycle::route_table;
  static constexpr std::array<zddm::lifecycle::edge, 1> moves{{{row::migrated, row::switched}}};
};
static_assert(zddm::lifecycle::sound<hasty>());
