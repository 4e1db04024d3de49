// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fmt/core.h>

#include <zddm/backfill/state_queue.hpp>
#include <zddm/cli/comparison.hpp>
#include <zddm/cli/step.hpp>

namespace zddm::cli {

/// unrun to prepared: the migration's own step, New's side records, then the bridge. New has to be empty, since nobody could tell
/// a stale row in it from a fresh one.
inline void prepare(session& s, subject& m) {
  step_run step(s, m, lifecycle::step::prepare);
  if (s.asked.dry_run) return step.plan();
  hold h(s, m.name());
  m.open();
  bool const there = step.walk(h, {}, [&](lifecycle::snapshot const& at, lifecycle::settings const& next) {
    if (at.value.now.at == lifecycle::row::preparing && next.at == lifecycle::row::prepared) {
      // What a process without a lease left in New goes, and what it has read is refused from here on; what it reads later is
      // right, since by now every write makes New forget its key.
      m.clear_new();
      backfill::state_queue<shared_state>(s.state, m.name()).forget();
      forget_comparisons(s, m.name());
    }
    if (next.at != lifecycle::row::preparing || at.value.now.at != lifecycle::row::unrun) return;
    if (at.value.proof.used)
      throw failure(303, exit_code::refused,
                    fmt::format("cannot prepare {}: New still holds what the last rollback left", m.name()),
                    {{"finish the rollback", fmt::format("zd rollback {}", m.name())}});
    m.prepare();
    if (auto const rows = m.rows_in_new(); rows != 0)
      throw failure(303, exit_code::refused, fmt::format("cannot prepare {}: New is not empty, it has {} rows", m.name(), rows),
                    {{"empty it, or give the migration another place for New", ""}},
                    "no process was told anything, Old is untouched.");
  });
  step.tell(there);
}

} // namespace zddm::cli
