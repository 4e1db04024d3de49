// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <boost/hana/define_struct.hpp>

#include <zddm/backfill/checkpoint.hpp>
#include <zddm/lifecycle/state_store.hpp>

namespace zddm::backfill {

/// How much of Old has been offered to New; every row that was covered is counted once, whatever died on the way.
struct coverage {
  BOOST_HANA_DEFINE_STRUCT(coverage, (bool, planned), (std::uint64_t, rows), // when the plan was made
                           (std::uint64_t, chunks), (std::uint64_t, done), (std::uint64_t, copied),
                           (std::uint64_t, skipped), // were there already, or in somebody's hands
                           (std::uint64_t, refused), // have no counterpart in New's shape
                           (std::vector<std::string>, refused_keys));

  /// Every key there was when the plan was made has been offered to New.
  bool complete() const { return planned && done == chunks; }

  std::uint64_t covered() const { return copied + skipped + refused; }

  void add(mark const& m) {
    done += m.done;
    copied += m.copied;
    skipped += m.skipped;
    refused += m.refused;
    refused_keys.insert(refused_keys.end(), m.refused_keys.begin(), m.refused_keys.end());
  }
};

/// What the state store knows about the backfill of a migration.
template <lifecycle::state_store State> coverage coverage_of(State& state, std::string_view name) {
  checkpoint<State> const saved(state, name);
  coverage c{};
  auto const plan = saved.plan();
  if (!plan) return c;
  c.planned = true;
  c.rows = plan->rows;
  c.chunks = plan->chunks();
  for (auto const& h : saved.marks(*plan)) c.add(h.mark);
  return c;
}

} // namespace zddm::backfill
