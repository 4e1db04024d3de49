// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <zddm/core/hazard.hpp>
#include <zddm/proxy/guarantee.hpp>
#include <zddm/testing/explorer/world.hpp>

namespace zddm::testing::laws {

/// What an exploration made of one hazard and one composition.
struct claim {
  hazard about;
  bool closed;  ///< the composition promises that it cannot come up
  bool witness; ///< it came up
  explorer::verdict seen;

  /// A hazard is promised closed and can be opened.
  bool wrong() const { return closed && witness; }
};

namespace detail {

/// The worlds in which a hazard comes up if nothing is done about it.
inline std::vector<explorer::scene> scenes_of(hazard h, bool one_process, bool races) {
  using explorer::fault;
  using lifecycle::row;
  constexpr int in_old = 0, in_new = 1;
  explorer::place const open{row::prepared, true}, shut{row::prepared, false}, copying{row::migrating, true};
  auto const world = [&](explorer::place at, std::vector<std::string> const& threads, explorer::bounds limits = {},
                         bool filled = false) {
    explorer::scene s{.actors = {}, .last = at, .limits = limits, .new_has_it = filled, .one_process = one_process};
    s.limits.shared_memory = one_process;
    for (auto const& does : threads) s.actors.push_back({at, does});
    return s;
  };
  // Threads that race for the key too are for a policy that bears that.
  auto const threads_and = [&](std::vector<std::string> const& one, std::vector<std::string> const& racing) {
    return std::vector{world(open, races ? racing : one)};
  };
  switch (h) {
  case hazard::stale_fill: return {world(open, {"r", "1"})};
  case hazard::resurrected_delete: return {world(open, {"r", "d"}), world(open, {"r", "d"}, {}, true)};
  case hazard::reordered_writers: return {world(open, {"1", "2", "r"}), world(open, {"1", "d", "r"})};
  case hazard::failed_second_write:
    return {world(open, {"1", "rr"}, {.faults = 1, .where = in_new}, true),
            world({row::switched, true}, {"1", "r"}, {.faults = 1, .where = in_new}, true)};
  case hazard::crash_between_writes: return {world(open, {"1", "rr"}, {.crashes = 1}, true)};
  case hazard::timed_out_first_write:
    return {world(open, {"1", "rr"}, {.faults = 1, .ways = {fault::after, fault::late}, .where = in_old}, true)};
  case hazard::cancelled_between_writes:
    return {world(open, {"1", "rr"}, {.faults = 1, .ways = {fault::cancelled}}, true),
            world({row::switched, true}, {"1", "r"}, {.faults = 1, .ways = {fault::cancelled}}, true)};
  case hazard::gate_down_and_up: {
    if (one_process) return threads_and({"r1r", "gg"}, {"r", "1", "gg"});
    auto s = world(open, {"r", "1", "r"});
    s.actors[1].where = shut;
    return {s};
  }
  case hazard::backfill_over_newer: return {world(copying, {"f", "1"}), world(copying, {"f", "d"})};
  case hazard::switch_before_drain:
    return one_process ? threads_and({"r1r", ">"}, {"1", "r", ">"}) : std::vector<explorer::scene>{};
  case hazard::update_on_two_bases: return {world(open, {"u", "u"}, {}, true), world(open, {"u", "1"}, {}, true)};
  default: return {};
  }
}

} // namespace detail

/// Explores, for each hazard that one key, two stores and a few processes can come to, the worlds in which it comes up, with
/// the shipped proxy of these policies over stores in memory that can do everything. What is promised closed must not come
/// up; what is left open is expected to. A policy for one process is given threads of one; its lock is `explorer::mutex`.
template <class... Policies> std::vector<claim> consistency() {
  using namespace explorer;
  using proxy = zddm::proxy<memory_store, memory_store, local, gate::dial, Policies...>;
  constexpr promise kept = promise_of<proxy>;
  std::vector<claim> claims;
  for (int n = 1; n <= hazard_count; ++n) {
    auto const h = static_cast<hazard>(n);
    auto const scenes = detail::scenes_of(h, !proxy::consistency_type::many_processes, kept.closed.has(hazard::stale_fill));
    if (scenes.empty()) continue;
    verdict total;
    for (auto const& s : scenes) total.add(explore<memory_store, Policies...>(s));
    bool const witness = total.apart > 0 || total.lost > 0 || (kept.reads >= agreement::regular && total.not_regular > 0) ||
                         (kept.reads == agreement::linearizable && total.not_linearizable > 0);
    claims.push_back({h, kept.closed.has(h), witness, std::move(total)});
  }
  return claims;
}

} // namespace zddm::testing::laws
