// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <type_traits>

#include <zddm/cache/flow.hpp>
#include <zddm/cache/read_through.hpp>
#include <zddm/cache/write_through.hpp>
#include <zddm/consistency/intent.hpp>
#include <zddm/failure/fall_back_to_old.hpp>
#include <zddm/gate/open.hpp>
#include <zddm/lifecycle/fixed.hpp>
#include <zddm/observer/none.hpp>
#include <zddm/policy/diagnose.hpp>
#include <zddm/policy/select.hpp>
#include <zddm/proxy/basic_proxy.hpp>
#include <zddm/proxy/coherence.hpp>

namespace zddm {

namespace detail {

/// What an assembly that was refused in words stands for, so that nothing follows the first error.
struct refused_assembly {};

template <class Old, class New, class List> struct assembled {
  using cache = select<axis::cache, zddm::cache::flow<zddm::cache::read_through, zddm::cache::write_through>, List>;
  using gate = select<axis::gate, zddm::gate::open, List>;
  using failure = select<axis::failure, zddm::failure::fall_back_to_old, List>;
  using consistency = select<axis::consistency, zddm::consistency::intent, List>;
  using lifecycle = select<axis::lifecycle, zddm::lifecycle::fixed<zddm::lifecycle::state::unrun>, List>;
  using observer = select<axis::observer, zddm::observer::none, List>;
  using type = basic_proxy<Old, New, cache, gate, failure, consistency, lifecycle, observer>;
};

/// The engine for a list in which no pack is left.
template <class Old, class New, class List> consteval auto assemble() {
  using refusal = std::type_identity<refused_assembly>;
  if constexpr (!(diagnose_store<Old>() && diagnose_store<New>()))
    return refusal{};
  else if constexpr (!diagnose_shapes<Old, New>())
    return refusal{};
  else {
    if constexpr (!diagnose_policies<model<key_of<New>, value_of<New>, std::chrono::steady_clock>>(List{}))
      return refusal{};
    else {
      using parts = assembled<Old, New, List>;
      using model_type = model<key_of<New>, value_of<New>, clock_of<typename parts::lifecycle>>;
      using lifecycle = typename parts::lifecycle::template bind<model_type>;
      using consistency = typename parts::consistency::template bind<model_type>;
      if constexpr (!diagnose_couplings<Old, New, typename parts::cache::template bind<model_type>, typename parts::failure,
                                        typename parts::lifecycle, lifecycle, consistency>())
        return refusal{};
      else
        return std::type_identity<typename parts::type>{};
    }
  }
}

} // namespace detail

/// The proxy for two stores and the given policies, in any order; every order is the same type. What is not given is:
/// `cache::flow<read_through, write_through>`, `gate::open`, `failure::fall_back_to_old`, `consistency::intent`,
/// `lifecycle::fixed<unrun>` (the plain call of Old) and `observer::none`.
template <class Old, class New, class... Policies>
using proxy = typename decltype(detail::assemble<Old, New, detail::splice<Policies...>>())::type;

} // namespace zddm
