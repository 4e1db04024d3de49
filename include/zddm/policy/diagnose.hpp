// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <zddm/lifecycle/sound.hpp>
#include <zddm/policy/axis.hpp>
#include <zddm/policy/requirements.hpp>
#include <zddm/policy/select.hpp>

/// One function a cause: each refuses one mistake in words that say what is wrong and how to mend it, and is true where
/// nothing is wrong.
namespace zddm::detail {

template <class P> consteval bool diagnose_unknown_policy() {
  constexpr bool names_an_axis = policy<P>;
  static_assert(names_an_axis,
                "zddm: this is not a policy: it has no `using axis = zddm::axis::…;` that names one of the six axes. Give a "
                "policy of zddm, or add the alias to your own type");
  return names_an_axis;
}

template <class Axis, class List> consteval bool diagnose_second_policy() {
  constexpr bool at_most_one = count_of<Axis, List> <= 1;
  static_assert(at_most_one, "zddm: two policies are given for one axis. Keep one of them, replace it in a pack by "
                             "pack::with<Policy>, or join two cache policies by cache::flow<Reads, Writes>");
  return at_most_one;
}

template <class Model, class P> consteval bool diagnose_no_bind() {
  constexpr bool binds = bindable<P, Model>;
  static_assert(binds, "zddm: this policy has no `template <class Model> struct bind`; its state and members belong there");
  return binds;
}

template <class Model, class Bound> consteval bool diagnose_gate() {
  constexpr bool admits = admits_keys<Bound, Model>;
  static_assert(admits, "zddm: this gate policy has no `template <class Question> bool admits(Question const& q) const`; it says "
                        "whether q.key takes part and may ask q.bucket() and q.rate()");
  return admits;
}

template <class Bound> consteval bool diagnose_cache() {
  constexpr bool reads = routes_misses<Bound>, writes = routes_writes<Bound>;
  static_assert(reads, "zddm: this cache policy has no `template <class Fill> void on_miss(Fill&& fill)`, which says what a read "
                       "that missed does. A policy for writes alone is joined by cache::flow<Reads, Writes>");
  static_assert(writes, "zddm: this cache policy has no `static constexpr bool carries_value` with `template <class Apply> auto "
                        "on_write(Apply&& apply)` that returns what apply() returns. A policy for reads alone is joined by "
                        "cache::flow<Reads, Writes>");
  return reads && writes;
}

template <class Bound> consteval bool diagnose_failure() {
  constexpr bool ends = ends_calls<Bound>;
  static_assert(ends, "zddm: this failure policy has no `template <class Call> attempt<…> on_new(Call&& call)`, which runs a "
                      "call of New and returns an attempt of its result");
  return ends;
}

template <class Bound> consteval bool diagnose_consistency() {
  constexpr bool keeps = keeps_agreement<Bound>;
  static_assert(keeps, "zddm: this consistency policy has no `static constexpr bool many_processes` with `template <class Store> "
                       "static constexpr bool serves`; see the requirement at the top of docs/reference/consistency.md");
  return keeps;
}

template <class P, class Bound> consteval bool diagnose_lifecycle() {
  constexpr bool knows = knows_the_row<Bound>;
  static_assert(knows, "zddm: this lifecycle policy has neither a fixed row `at` nor `static constexpr bool many_processes` with "
                       "`enter()`, `migration()` and `may_act()`; see docs/reference/lifecycle.md");
  return knows && lifecycle::sound<typename life_of<P>::type>();
}

template <class Model, class P> consteval bool diagnose_missing_member() {
  if constexpr (!diagnose_no_bind<Model, P>())
    return false;
  else {
    using bound = typename P::template bind<Model>;
    if constexpr (policy_of<P, axis::gate>)
      return diagnose_gate<Model, bound>();
    else if constexpr (policy_of<P, axis::cache>)
      return diagnose_cache<bound>();
    else if constexpr (policy_of<P, axis::failure>)
      return diagnose_failure<bound>();
    else if constexpr (policy_of<P, axis::consistency>)
      return diagnose_consistency<bound>();
    else if constexpr (policy_of<P, axis::lifecycle> && !pins_the_row<P>)
      return diagnose_lifecycle<P, bound>();
    else
      return true;
  }
}

/// Whether a list in which no pack is left can be assembled; refuses in words where it cannot.
template <class Model, class... Policies> consteval bool diagnose_policies(policies<Policies...>) {
  using list = policies<Policies...>;
  if constexpr (!(policy<Policies> && ...))
    return (diagnose_unknown_policy<Policies>() && ...);
  else
    return diagnose_second_policy<axis::gate, list>() && diagnose_second_policy<axis::cache, list>() &&
           diagnose_second_policy<axis::failure, list>() && diagnose_second_policy<axis::consistency, list>() &&
           diagnose_second_policy<axis::lifecycle, list>() && diagnose_second_policy<axis::observer, list>() &&
           (diagnose_missing_member<Model, Policies>() && ...);
}

} // namespace zddm::detail
