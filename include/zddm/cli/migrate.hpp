// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <utility>
#include <vector>

#include <fmt/core.h>

#include <zddm/backfill/run.hpp>
#include <zddm/backfill/state_queue.hpp>
#include <zddm/cli/course.hpp>
#include <zddm/cli/progress.hpp>
#include <zddm/cli/settle.hpp>
#include <zddm/cli/step.hpp>
#include <zddm/cli/verify.hpp>

namespace zddm::cli {

namespace detail {

/// Copies what is left to copy. Throws `interrupted` with the checkpoint saved, and `failure` where too many rows have no
/// counterpart.
inline void copy(session& s, subject& m) {
  if (s.asked.restart) {
    backfill::state_queue<shared_state>(s.state, m.name()).forget();
    verify::checkpoint<shared_state>::forget_all(s.state, m.name());
  }
  if (auto const before = backfill::coverage_of(s.state, m.name()); before.planned && !before.complete())
    s.out.say(fmt::format("{}: goes on where it stopped: {} of {} rows were done before ({} of {} chunks)", m.name(),
                          before.covered(), before.rows, before.done, before.chunks));
  progress shown(s.out, m.name());
  backfill::options how;
  how.identity = fmt::format("{} {} {}", m.name(), m.from(), m.to());
  course noted(s.state, m.name());
  how.told = [&](backfill::status const& now) {
    shown(now);
    noted(now.throttled);
  };
  how.stop = s.stop.token();
  auto const result = m.copy(s.state, how);
  shown.finish(result.status);
  noted.finish(result.status.throttled);
  auto const& c = result.status.coverage;
  if (result.ending == backfill::ending::stopped) throw interrupted{};
  if (result.ending == backfill::ending::refused) {
    std::vector<finding> keys;
    for (auto const& key : c.refused_keys)
      if (keys.size() < 10) keys.push_back({fmt::format("key {}", key), ""});
    throw failure(307, exit_code::failed, fmt::format("{} rows of {} have no counterpart in New's shape", c.refused, m.name()),
                  std::move(keys),
                  fmt::format("those rows are in Old, untouched; what was copied stays. Widen the mapping or correct the rows, "
                              "then zd migrate {} --restart.",
                              m.name()));
  }
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

} // namespace detail

/// prepared to migrated: every key is written to New from now on, every row is copied, the stores are compared. Goes on where an
/// earlier run stopped.
inline void migrate(session& s, subject& m) {
  step_run step(s, m, lifecycle::step::migrate);
  if (s.asked.dry_run) return step.plan();
  hold h(s, m.name());
  m.open();
  bool proven = false;
  bool const there = step.walk(h, {}, [&](lifecycle::snapshot const& at, lifecycle::settings const&) {
    if (at.value.now.at != lifecycle::row::migrating || proven) return;
    if (m.between_stores()) {
      detail::copy(s, m);
      note_unknown(s, m, settle(s, m, false).left_unknown);
      s.out.say(fmt::format("{}: comparing both stores", m.name()));
      auto const found = comparing(s, m, {}).run();
      event_file file(s.asked.output);
      tell_comparison(s, m, found, 0, evidence_of::everything, file);
      if (!s.asked.overridden("mismatches"))
        require_agreement(s, m, found.open.total(), "it stays migrating, which is safe; run zd migrate again after the repair.");
    } else
      detail::copy_by_itself(s, m);
    if (auto const overridden = step.require({"backfill", "mismatches"}); !overridden.empty()) s.remark(m.name(), overridden);
    proven = true;
  });
  step.tell(there);
}

} // namespace zddm::cli
