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

template <class Old, class New, class... Policies> struct resolved {
  static consteval auto assemble() {
    constexpr bool stores = diagnose_store<Old>() && diagnose_store<New>() && diagnose_shapes<Old, New>();
    if constexpr (stores) {
      using list = splice<Policies...>;
      using model_type = model<key_of<New>, value_of<New>, std::chrono::steady_clock>;
      if constexpr (diagnosed<model_type, list>::run()) {
        using parts = assembled<Old, New, list>;
        if constexpr (requires { parts::lifecycle::at; })
          return std::type_identity<parts>{};
        else {
          using consistency = typename parts::consistency::template bind<model_type>;
          using lifecycle = typename parts::lifecycle::template bind<model_type>;
          if constexpr (diagnose_consistency_needs_capability<New, consistency>() &&
                        diagnose_one_process_policy_in_a_fleet<lifecycle, consistency>())
            return std::type_identity<parts>{};
          else
            return std::type_identity<std::type_identity<refused_assembly>>{};
        }
      } else
        return std::type_identity<std::type_identity<refused_assembly>>{};
    } else
      return std::type_identity<std::type_identity<refused_assembly>>{};
  }
  using type = typename decltype(assemble())::type::type;
};

} // namespace detail

/// The proxy for two stores and the given policies, in any order; every order is the same type. What is not given is:
/// `cache::flow<read_through, write_through>`, `gate::open`, `failure::fall_back_to_old`, `consistency::intent`,
/// `lifecycle::fixed<unrun>` (the plain call of Old) and `observer::none`.
template <class Old, class New, class... Policies> using proxy = typename detail::resolved<Old, New, Policies...>::type;

} // namespace zddm
