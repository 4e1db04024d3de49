// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <zddm/core/store.hpp>
#include <zddm/lifecycle/route.hpp>
#include <zddm/policy/requirements.hpp>

namespace zddm::detail {

/// What is known of a proxy when the program is built. `Consistency` is the bound policy; where the state is fixed it has no say.
template <class Old, class New, class Consistency, class Lifecycle> struct shape {
  /// The state is known when the program is built.
  static constexpr bool is_fixed = requires { Lifecycle::at; };

  /// New is all there is.
  static constexpr bool new_alone = [] {
    if constexpr (is_fixed)
      return lifecycle::route_of(Lifecycle::at).write == lifecycle::writes::new_only;
    else
      return false;
  }();

  /// Neither store is asked any more.
  static constexpr bool refuses = [] {
    if constexpr (is_fixed)
      return lifecycle::route_of(Lifecycle::at).read == lifecycle::reads::refused;
    else
      return false;
  }();

  /// Writes and updates of a key take turns in this process, so the stores need not.
  static constexpr bool in_turn = [] {
    if constexpr (is_fixed)
      return false;
    else
      return !Consistency::many_processes;
  }();

  /// The consistency policy is given the writes too that go to Old alone: updates take turns with them.
  static constexpr bool every_write = [] {
    if constexpr (is_fixed)
      return false;
    else
      return takes_every_write<Consistency> || (in_turn && !updatable_store<Old>);
  }();

  /// The consistency policy does a read-modify-write by itself.
  static constexpr bool by_policy = [] {
    if constexpr (is_fixed)
      return false;
    else
      return in_turn || updates_by_itself<Consistency, Old, New>;
  }();
};

} // namespace zddm::detail
