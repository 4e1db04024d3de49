// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <concepts>

#include <zddm/core/clock.hpp>
#include <zddm/core/store.hpp>
#include <zddm/core/threshold.hpp>
#include <zddm/policy/requirements.hpp>

/// Where axes are not orthogonal: one function a cause, each true where the parts go together.
namespace zddm::detail {

template <class Gate> inline constexpr threshold reach_of = threshold::open();
template <class Gate>
  requires requires { Gate::reach; }
inline constexpr threshold reach_of<Gate> = Gate::reach;

/// What times are measured on: the lifecycle policy's clock where it has one, as a test does that turns it by hand.
template <class Lifecycle> struct clock_or_steady {
  using type = std::chrono::steady_clock;
};
template <class Lifecycle>
  requires clock<typename Lifecycle::clock_type>
struct clock_or_steady<Lifecycle> {
  using type = typename Lifecycle::clock_type;
};
template <class Lifecycle> using clock_of = typename clock_or_steady<Lifecycle>::type;

template <class Store> consteval bool diagnose_store() {
  static_assert(store<Store>,
                "zddm: this is not a store: it needs key_type, value_type, get(key) -> optional<value_type>, put(key, value) "
                "and erase(key); see the table in docs/reference/core.md");
  return store<Store>;
}

template <class Old, class New> consteval bool diagnose_shapes() {
  constexpr bool alike = std::same_as<key_of<Old>, key_of<New>> && std::same_as<value_of<Old>, value_of<New>>;
  static_assert(alike, "zddm: Old and New hold different keys or values. Put the mapping between them around Old: "
                       "zddm::mapped<Old, Mapping> with to_new and to_old");
  return alike;
}

template <class New, class Bound> consteval bool diagnose_consistency_needs_capability() {
  static_assert(
      Bound::template serves<New>,
      "zddm: New lacks a capability that the consistency policy needs. consistency::intent needs an intent_store (look, begin, "
      "end, release, fill, …; hazards H1 to H5, H7, H9, H13 stay open without); a plain store is served by "
      "consistency::key_locked within one process");
  return Bound::template serves<New>;
}

template <class Old, class Bound> consteval bool diagnose_consistency_needs_old() {
  constexpr bool able = serves_old_store<Bound, Old>;
  static_assert(able,
                "zddm: Old lacks a capability that the consistency policy needs. consistency::journaled needs a journaling_store "
                "(put_marked, erase_marked, marks, clear_mark; hazard H5 stays open without), consistency::versioned a "
                "versioned_store on both sides. A plain Old is served by consistency::intent");
  return able;
}

template <class LifecycleBound, class Bound> consteval bool diagnose_one_process_policy_in_a_fleet() {
  static_assert(
      !LifecycleBound::many_processes || Bound::many_processes,
      "zddm: this consistency policy holds within one process, but lifecycle::shared has many: two processes would lose "
      "acknowledged writes (hazards H1 to H3). Take consistency::intent, or lifecycle::local where there is one process");
  return !LifecycleBound::many_processes || Bound::many_processes;
}

template <class Authority, bool ByPolicy> consteval bool diagnose_update() {
  constexpr bool one_step = updatable_store<Authority> || ByPolicy;
  static_assert(one_step, "zddm: update needs an Old that can read, modify and write in one atomic step (updatable_store: "
                          "update(key, f)), and once completed such a New; without, one of two updates is lost (hazard H15). "
                          "Within one process take consistency::key_locked with lifecycle::local");
  return one_step;
}

template <bool ByPolicy> consteval bool diagnose_conditional_update() {
  static_assert(ByPolicy, "zddm: with this consistency policy update needs an Old and a New that put under the condition that a "
                          "version still holds (conditional_store: put_if_version(key, value, expected, next)); without, one of "
                          "two updates is lost (hazard H15). consistency::intent needs an updatable_store as Old");
  return ByPolicy;
}

template <class Failure, class Bound> consteval bool diagnose_late_calls() {
  constexpr bool together = !detaches_calls<Failure> || bears_late_calls<Bound>;
  static_assert(together,
                "zddm: failure::deadline lets a call of New end after its operation, and with this consistency policy such "
                "a call could put an earlier value into New. Take consistency::intent or consistency::versioned, or "
                "leave the deadline to New's own client");
  return together;
}

template <class Cache, class Bound> consteval bool diagnose_deferred_writes() {
  constexpr bool together = !defers_writes<Cache> || bears_deferred_writes<Bound>;
  static_assert(together,
                "zddm: cache::write_back puts off New's part of a write, and with this consistency policy a read would be "
                "given the earlier value until then. Take cache::write_through, or consistency::intent or "
                "consistency::key_locked, which let such a key ask Old");
  return together;
}

/// Whether the policies go together with each other and with the stores.
template <class Old, class New, class CacheBound, class Failure, class Lifecycle, class LifecycleBound, class ConsistencyBound>
consteval bool diagnose_couplings() {
  if constexpr (pins_the_row<Lifecycle>)
    return true;
  else if constexpr (!diagnose_consistency_needs_capability<New, ConsistencyBound>())
    return false;
  else if constexpr (!diagnose_consistency_needs_old<Old, ConsistencyBound>())
    return false;
  else if constexpr (!diagnose_late_calls<Failure, ConsistencyBound>())
    return false;
  else if constexpr (!diagnose_deferred_writes<CacheBound, ConsistencyBound>())
    return false;
  else
    return diagnose_one_process_policy_in_a_fleet<LifecycleBound, ConsistencyBound>();
}

} // namespace zddm::detail
