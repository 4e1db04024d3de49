// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <zddm/core/counterpart.hpp>
#include <zddm/core/hazard.hpp>
#include <zddm/core/store.hpp>
#include <zddm/policy/requirements.hpp>

namespace zddm {

/// What can be asked of a proxy when it is compiled.
enum class guarantee : std::uint8_t {
  convergent,     ///< at rest, with no key in doubt, New equals the mapped Old for every key it covers
  regular,        ///< a read returns the last write that ended or one in flight, through failures of New and changes of state
  linearizable,   ///< the same, as if there were one copy
  shielded,       ///< until `switching` no failure of New reaches a caller
  crash_safe,     ///< a process that dies at any instruction leaves nothing that the same commands do not mend
  many_processes, ///< all that is promised holds beside other processes
  reversible,     ///< until `completed` the way back to Old keeps every write, those made after the switch too
};

/// What a proxy's stores and policies promise together.
struct promise {
  agreement reads = agreement::none;
  bool many_processes = false;
  bool shielded = false;
  bool reversible = true;
  hazards closed;
  /// The one assumption about time: no write of Old takes longer than a lease.
  bool bounded_write_time = false;

  constexpr hazards open() const { return hazards::all() - closed; }
  friend constexpr bool operator==(promise const&, promise const&) = default;
};

namespace detail {

/// Hazards that cannot come up between these stores.
template <class Old, class New> consteval hazards never_met() {
  return expiring_store<Old> ? hazards{} : hazards{hazard::restarted_time_to_live};
}

template <class Consistency> consteval agreement agreement_of() {
  if constexpr (requires { Consistency::reads; })
    return Consistency::reads;
  else
    return agreement::none;
}

} // namespace detail

/// The promise of a proxy, derived from what its stores can do and from its policies.
template <class Proxy>
inline constexpr promise promise_of = [] {
  using old_store = typename Proxy::old_store;
  using new_store = typename Proxy::new_store;
  if constexpr (Proxy::is_fixed)
    return promise{agreement::linearizable, true, true, rollback_after_switch<old_store>, hazards::all(), false};
  else {
    using consistency = typename Proxy::consistency_type;
    constexpr bool shared_by_many = Proxy::lifecycle_type::many_processes;
    promise p{detail::agreement_of<consistency>(), shared_by_many, shields_callers<typename Proxy::failure_type>,
              rollback_after_switch<old_store>,
              closed_by_policy<consistency, old_store, new_store> | detail::never_met<old_store, new_store>()};
    // The route table and the barrier close these for every policy.
    p.closed = p.closed | hazards{hazard::gate_down_and_up, hazard::switch_before_drain};
    if constexpr (shared_by_many) p.closed = p.closed | hazards{hazard::wrong_state_at_start};
    p.bounded_write_time = p.closed.has(hazard::repair_under_a_slow_writer);
    return p;
  }
}();

namespace detail {

constexpr hazards wanted_for(guarantee g) {
  using enum hazard;
  hazards const convergent{stale_fill, resurrected_delete, reordered_writers, gate_down_and_up, backfill_over_newer};
  hazards const regular = convergent | hazards{failed_second_write, timed_out_first_write, cancelled_between_writes,
                                               switch_before_drain, update_on_two_bases};
  switch (g) {
  case guarantee::convergent: return convergent;
  case guarantee::regular:
  case guarantee::linearizable: return regular;
  case guarantee::crash_safe: return {crash_between_writes, repair_under_a_slow_writer, wrong_state_at_start};
  case guarantee::shielded:
  case guarantee::many_processes:
  case guarantee::reversible: break;
  }
  return {};
}

constexpr bool keeps(promise const& p, guarantee g) {
  if (!p.closed.has_all(wanted_for(g))) return false;
  switch (g) {
  case guarantee::regular: return p.reads >= agreement::regular;
  case guarantee::linearizable: return p.reads == agreement::linearizable;
  case guarantee::shielded: return p.shielded;
  case guarantee::many_processes: return p.many_processes;
  case guarantee::reversible: return p.reversible;
  default: return true;
  }
}

} // namespace detail

/// Whether the proxy promises that much. To be told in words what is missing, ask `demand<Proxy, G>`.
template <class Proxy, guarantee G>
concept guarantees = detail::keeps(promise_of<Proxy>, G);

namespace detail {

template <class Proxy, guarantee G> consteval bool diagnose_guarantee() {
  constexpr promise kept = promise_of<Proxy>;
  constexpr hazards open = wanted_for(G) - kept.closed;
  using enum hazard;
  static_assert(!open.has(stale_fill) && !open.has(resurrected_delete) && !open.has(reordered_writers) &&
                    !open.has(backfill_over_newer),
                "zddm: this proxy leaves H1, H2, H3 or H9 open: a value read before a write or an erase may reach New after it. "
                "It takes consistency::intent with an intent_store as New, or consistency::versioned with a versioned_store on "
                "both sides; within one process consistency::key_locked");
  static_assert(!open.has(failed_second_write) && !open.has(cancelled_between_writes),
                "zddm: this proxy leaves H4 or H7 open: Old takes a write, New does not, and New goes on serving the earlier "
                "value. It takes consistency::intent with an intent_store as New, or a journaling_store as Old with "
                "consistency::journaled; within one process consistency::key_locked");
  static_assert(!open.has(timed_out_first_write),
                "zddm: this proxy leaves H6 open: a write of Old that timed out may be applied later, and New does not follow. "
                "It takes consistency::intent with an intent_store as New; within one process consistency::key_locked");
  static_assert(
      !open.has(crash_between_writes),
      "zddm: this proxy leaves H5 open: a process that dies between its two writes leaves an earlier value in New. It "
      "takes consistency::intent with an intent_store as New, or a journaling_store as Old with consistency::journaled");
  static_assert(
      !open.has(repair_under_a_slow_writer),
      "zddm: this proxy leaves H11 open: a write whose process was called dead may still reach Old after the repair. It "
      "takes consistency::intent with an intent_store as New, where it is closed if no write of Old takes longer than a "
      "lease");
  static_assert(
      !open.has(wrong_state_at_start),
      "zddm: this proxy leaves H16 open: nothing durable tells a process that starts again which row it is in. It takes "
      "lifecycle::shared with a state store");
  static_assert(!open.has(update_on_two_bases),
                "zddm: this proxy leaves H15 open: of two updates one is lost. It takes an updatable_store as Old with "
                "consistency::intent; within one process consistency::key_locked");
  static_assert(G != guarantee::shielded || kept.shielded,
                "zddm: with this failure policy a failure of New reaches callers while Old is complete. It takes "
                "failure::fall_back_to_old, alone or innermost in another");
  constexpr bool reads = G != guarantee::regular && G != guarantee::linearizable ? true
                         : G == guarantee::regular                               ? kept.reads >= agreement::regular
                                                                                 : kept.reads == agreement::linearizable;
  static_assert(reads, "zddm: a read of this proxy may return an earlier value beside a write in flight. Linearizable reads take "
                       "consistency::intent with an intent_store as New, or consistency::key_locked within one process");
  static_assert(G != guarantee::many_processes || kept.many_processes,
                "zddm: this proxy promises nothing beside other processes. It takes lifecycle::shared with a state store, and "
                "consistency::intent with an intent_store as New, or consistency::versioned");
  static_assert(
      G != guarantee::reversible || kept.reversible,
      "zddm: the mapping of this proxy's Old has no way back, or a lossy one, so that a rollback after the switch would lose "
      "or change what was written (zddm::rollback_refusal says which). Give the mapping a to_old that takes back "
      "exactly what to_new made, or do without zd switchoff");
  return keeps(kept, G);
}

} // namespace detail

/// True, or refused in words that name the hazard left open and the capability that would close it:
/// `static_assert(zddm::demand<users, zddm::guarantee::crash_safe>);`
template <class Proxy, guarantee G> inline constexpr bool demand = detail::diagnose_guarantee<Proxy, G>();

/// A few lines for an operator: what is promised, on which assumption, and every hazard left open.
inline std::string to_string(promise const& p) {
  std::string text = "reads " + std::string(to_string(p.reads)) + ", " + (p.many_processes ? "many processes" : "one process") +
                     (p.shielded ? ", shielded from New" : ", failures of New reach callers") +
                     (p.reversible ? "" : ", no way back after the switch");
  if (p.bounded_write_time) text += "\nprovided that no write of Old takes longer than a lease";
  for (int n = 1; n <= hazard_count; ++n)
    if (auto const h = static_cast<hazard>(n); !p.closed.has(h)) text += "\nopen: " + std::string(to_string(h));
  return text;
}

} // namespace zddm
