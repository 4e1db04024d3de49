// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <type_traits>

#include <zddm/lifecycle/state.hpp>

namespace zddm::axis {
struct lifecycle;
}

namespace zddm::lifecycle {

/// The state is known when the program is built: `fixed<state::unrun>` makes the proxy the plain call of Old,
/// `fixed<state::completed>` the plain call of New. For a row that touches both stores take `local` or `shared`.
template <auto At> struct fixed {
  using axis = zddm::axis::lifecycle;
  static constexpr row at = [] {
    if constexpr (std::is_same_v<decltype(At), state>)
      return settled(At);
    else
      return At;
  }();
  static_assert(
      at == row::unrun || at == row::completed || at == row::destroyed,
      "zddm: lifecycle::fixed takes state::unrun, state::completed or state::destroyed; every other row needs to know what "
      "the other processes do, so take lifecycle::local (one process) or lifecycle::shared (many)");

  template <class Model> struct bind {};
};

} // namespace zddm::lifecycle
