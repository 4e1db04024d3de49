// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <boost/hana/define_struct.hpp>

#include <zddm/backfill/mark.hpp>
#include <zddm/backfill/plan.hpp>
#include <zddm/backfill/state_queue.hpp>
#include <zddm/backfill/work_queue.hpp>
#include <zddm/lifecycle/state_store.hpp>

namespace zddm::backfill {

/// How much of Old has been offered to New; every row that was covered is counted once, whatever died on the way.
struct coverage {
  BOOST_HANA_DEFINE_STRUCT(coverage, (bool, planned), (std::uint64_t, rows), // when the plan was made
                           (std::uint64_t, chunks), (std::uint64_t, done), (std::uint64_t, copied),
                           (std::uint64_t, skipped), // were there already, or in somebody's hands
                           (std::uint64_t, refused), // have no counterpart in New's shape
                           (std::vector<std::string>, refused_keys), (std::uint64_t, running), (std::uint64_t, failed)); // chunks

  /// Every key there was when the plan was made has been offered to New.
  bool complete() const { return planned && done == chunks; }

  std::uint64_t covered() const { return copied + skipped + refused; }

  void add(mark const& m) {
    copied += m.copied;
    skipped += m.skipped;
    refused += m.refused;
    refused_keys.insert(refused_keys.end(), m.refused_keys.begin(), m.refused_keys.end());
  }

  void add(work state) {
    done += state == work::done;
    running += state == work::held;
    failed += state == work::failed;
  }
};

/// What a queue knows about its backfill.
template <work_queue Queue> coverage coverage_of(Queue& queue) {
  coverage c{};
  auto const planned = queue.plan();
  if (!planned) return c;
  c.planned = true;
  c.rows = plan::decoded(planned->text).rows;
  c.chunks = planned->items;
  for (auto const& one : queue.items(planned->id)) {
    c.add(mark::decoded(one.note));
    c.add(one.state);
  }
  return c;
}

/// What the state store knows about the backfill of a migration.
template <lifecycle::state_store State> coverage coverage_of(State& state, std::string_view name) {
  state_queue<State> queue(state, name);
  return coverage_of(queue);
}

} // namespace zddm::backfill
