// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <stop_token>

#include <zddm/backfill/chunk.hpp>
#include <zddm/backfill/chunk_size.hpp>
#include <zddm/backfill/options.hpp>
#include <zddm/backfill/persist.hpp>
#include <zddm/backfill/plan.hpp>
#include <zddm/backfill/work_queue.hpp>
#include <zddm/core/error.hpp>
#include <zddm/core/store.hpp>

namespace zddm::backfill {

namespace detail {

inline error plan_gone() {
  return error(241, "the plan of this backfill was forgotten meanwhile, by a restart or a rollback; no row is lost or "
                    "overwritten. Run zd migrate again if the migration still stands where it did");
}

} // namespace detail

/// The plan in the queue; where there is none, and the options let one be made, that of the store as it is now. Of several
/// processes that make one at once all have the same. Throws ZD-241 where there is none.
template <scannable_store Old, work_queue Queue>
planned planned_or_made(Old& from, Queue& queue, options const& o, std::stop_token const& stop) {
  auto const patiently = [&](auto&& f) { return persist<Queue>(o.timing, o.attempts, stop, f, true); };
  auto found = patiently([&] { return queue.plan(); });
  if (!found && o.make_plan) {
    auto const made = plan::of(cut(from, rows_within(o.chunk, from, o.timing), o.most_chunks), o.identity);
    patiently([&] { return queue.make(made.encoded(), made.chunks()); });
    found = patiently([&] { return queue.plan(); });
  }
  if (!found) throw detail::plan_gone();
  return *found;
}

} // namespace zddm::backfill
