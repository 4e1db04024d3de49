// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include <zddm/backfill/adaptive.hpp>
#include <zddm/backfill/copy.hpp>
#include <zddm/backfill/job.hpp>
#include <zddm/backfill/options.hpp>
#include <zddm/backfill/state_queue.hpp>
#include <zddm/backfill/work_queue.hpp>
#include <zddm/core/store.hpp>
#include <zddm/lifecycle/state_store.hpp>

namespace zddm::backfill {

/// Copies every row that Old has now to New, and goes on where earlier runs stopped or died. Any number of processes may do so
/// at once over one queue: each takes chunks that nobody has, and what a dead one held once its lease is over.
/// While it runs every writer must write both stores: rows added meanwhile are theirs.
/// Throws what a store throws (what was done stays), ZD-240 if the plan was made for another identity, and ZD-241 if it was
/// forgotten meanwhile.
template <scannable_store Old, target<Old> New, work_queue Queue>
result run(Old& from, New& to, Queue& queue, options const& o = {}) {
  return job<Old, New, Queue>(from, to, queue, o).run();
}

/// The same over a queue of that name in a state store.
template <scannable_store Old, target<Old> New, lifecycle::state_store State>
result run(Old& from, New& to, State& state, std::string_view name, options const& o = {}) {
  state_queue<State> queue(state, name);
  return run(from, to, queue, o);
}

} // namespace zddm::backfill
