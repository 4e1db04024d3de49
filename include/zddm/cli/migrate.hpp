// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fmt/core.h>

#include <zddm/backfill/coverage.hpp>
#include <zddm/backfill/state_queue.hpp>
#include <zddm/cli/chunks.hpp>
#include <zddm/cli/copy_rows.hpp>
#include <zddm/cli/help_out.hpp>
#include <zddm/cli/settle.hpp>
#include <zddm/cli/step.hpp>
#include <zddm/cli/verify.hpp>
#include <zddm/lifecycle/operator_lease.hpp>

namespace zddm::cli {

namespace detail {

/// The copy and the comparison begin anew.
inline void restart(session& s, subject& m) {
  backfill::state_queue<shared_state>(s.state, m.name()).forget();
  verify::checkpoint<shared_state>::forget_all(s.state, m.name());
  s.note_evidence(m.name(), "the copy is planned anew", [](lifecycle::evidence& proof) { proof.covered = false; });
}

/// Copies what is left to copy, and notes that it is done.
inline void copy(session& s, subject& m) {
  if (auto const before = backfill::coverage_of(s.state, m.name()); before.planned && !before.complete())
    s.out.say(fmt::format("{}: goes on where it stopped: {} of {} rows were done before ({} of {} chunks)", m.name(),
                          before.covered(), before.rows, before.done, before.chunks));
  auto const c = copy_rows(s, m).status.coverage;
  s.note_evidence(m.name(),
                  fmt::format("backfill complete: {} copied, {} there already, {} refused", c.copied, c.skipped, c.refused),
                  [&](lifecycle::evidence& proof) {
                    proof.covered = true;
                    proof.copied = c.copied;
                  });
}

inline void copy_by_itself(session& s, subject& m) {
  m.migrate();
  s.stop.check();
  s.note_evidence(m.name(), "its own step is done", [](lifecycle::evidence& proof) { proof.covered = true; });
}

/// The chunks are planned, and that was all that was asked.
struct chunks_planned {};

inline void lead(session& s, subject& m, step_run& step, hold& h) {
  bool proven = false;
  bool const there = step.walk(h, {}, [&](lifecycle::snapshot const& at, lifecycle::settings const&) {
    if (at.value.now.at != lifecycle::row::migrating || proven) return;
    if (s.asked.restart && m.between_stores()) restart(s, m);
    if (!s.asked.plan.empty()) {
      plan_chunks(s, m, s.asked.plan);
      throw chunks_planned{};
    }
    if (m.between_stores()) {
      event_file file(s.asked.output);
      copy(s, m);
      note_unknown(s, m, settle(s, m, false).left_unknown);
      s.out.say(fmt::format("{}: comparing both stores", m.name()));
      comparing compared(s, m, {});
      auto const found = compared.run();
      tell_comparison(s, m, found, evidence_of::everything, compared.known(), file);
      if (!s.asked.overridden("mismatches"))
        require_agreement(s, m, found, "it stays migrating, which is safe; run zd migrate again after the repair.");
    } else
      copy_by_itself(s, m);
    if (auto const overridden = step.require({"backfill", "mismatches"}); !overridden.empty()) s.remark(m.name(), overridden);
    proven = true;
  });
  step.tell(there);
}

} // namespace detail

/// prepared to migrated: every key is written to New from now on, every row is copied, the stores are compared. Goes on where an
/// earlier run stopped. Where another one leads, this one helps it to copy, and leads on if it dies.
inline void migrate(session& s, subject& m) {
  if (s.asked.chunk) return copy_chunk(s, m, *s.asked.chunk);
  step_run step(s, m, lifecycle::step::migrate);
  if (s.asked.dry_run) return step.plan();
  m.open();
  for (bool helped = false;; helped = true) try {
      hold h(s, m.name());
      return detail::lead(s, m, step, h);
    } catch (detail::chunks_planned) {
      return;
    } catch (lifecycle::held const& other) {
      if (helped) return;
      if (s.stop.requested() || !can_be_helped(s, m, other.by())) throw;
      help_out(s, m, other.by());
    }
}

} // namespace zddm::cli
