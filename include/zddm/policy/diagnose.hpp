// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <zddm/policy/axis.hpp>
#include <zddm/policy/requirements.hpp>
#include <zddm/policy/select.hpp>

/// One function a cause: each refuses one mistake in words that say what is wrong and how to mend it, and is true where
/// nothing is wrong.
namespace zddm::detail {

template <class P> consteval bool diagnose_unknown_policy() {
  static_assert(policy<P>,
                "zddm: this is not a policy: it has no `using axis = zddm::axis::…;` that names one of the six axes. Give a "
                "policy of zddm, or add the alias to your own type");
  return policy<P>;
}

template <class Axis, class List> consteval bool diagnose_second_policy() {
  static_assert(count_of<Axis, List> <= 1, "zddm: two policies are given for one axis. Keep one of them, replace it in a pack by "
                                           "pack::with<Policy>, or join two cache policies by cache::flow<Reads, Writes>");
  return count_of<Axis, List> <= 1;
}

template <class Model, class P> consteval bool diagnose_missing_member() {
  static_assert(bindable<P, Model>,
                "zddm: this policy has no `template <class Model> struct bind`; its state and members belong there");
  if constexpr (bindable<P, Model>) {
    using bound = typename P::template bind<Model>;
    if constexpr (policy_of<P, axis::gate>) {
      static_assert(
          admits_keys<bound, Model>,
          "zddm: this gate policy has no `template <class Question> bool admits(Question const& q) const`; it says whether "
          "q.key takes part and may ask q.bucket() and q.rate()");
    } else if constexpr (policy_of<P, axis::cache>) {
      static_assert(routes_misses<bound>,
                    "zddm: this cache policy has no `template <class Fill> void on_miss(Fill&& fill)`, which says "
                    "what a read that missed does. A policy for writes alone is joined by cache::flow<Reads, Writes>");
      static_assert(routes_writes<bound>,
                    "zddm: this cache policy has no `static constexpr bool carries_value` with `template <class Apply> auto "
                    "on_write(Apply&& apply)` that returns what apply() returns. A policy for reads alone is joined by "
                    "cache::flow<Reads, Writes>");
    } else if constexpr (policy_of<P, axis::failure>) {
      static_assert(ends_calls<bound>,
                    "zddm: this failure policy has no `template <class Call> attempt<…> on_new(Call&& call)`, which runs "
                    "a call of New and returns an attempt of its result");
    } else if constexpr (policy_of<P, axis::consistency>) {
      static_assert(keeps_agreement<bound>,
                    "zddm: this consistency policy has no `static constexpr bool many_processes`; see the "
                    "requirement at the top of docs/reference/consistency.md");
    } else if constexpr (policy_of<P, axis::lifecycle>) {
      static_assert(knows_the_row<P, bound>,
                    "zddm: this lifecycle policy has neither a fixed row `at` nor `enter()`, `migration()` and "
                    "`may_act()`; see docs/reference/lifecycle.md");
    }
  }
  return bindable<P, Model>;
}

/// Whether a list of policies can be assembled; refuses in words where it cannot.
template <class Model, class List> struct diagnosed;
template <class Model, class... Policies> struct diagnosed<Model, policies<Policies...>> {
  static consteval bool run() {
    if constexpr ((policy<Policies> && ...)) {
      using list = policies<Policies...>;
      constexpr bool single = diagnose_second_policy<axis::gate, list>() && diagnose_second_policy<axis::cache, list>() &&
                              diagnose_second_policy<axis::failure, list>() &&
                              diagnose_second_policy<axis::consistency, list>() &&
                              diagnose_second_policy<axis::lifecycle, list>() && diagnose_second_policy<axis::observer, list>();
      return single && (diagnose_missing_member<Model, Policies>() && ...);
    } else
      return (diagnose_unknown_policy<Policies>() && ...);
  }
};

} // namespace zddm::detail
