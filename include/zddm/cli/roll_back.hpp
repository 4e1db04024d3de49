// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include <fmt/core.h>

#include <zddm/backfill/state_queue.hpp>
#include <zddm/backfill/worker.hpp>
#include <zddm/cli/step.hpp>
#include <zddm/cli/switch_off.hpp>
#include <zddm/lifecycle/journal.hpp>
#include <zddm/verify/checkpoint.hpp>

namespace zddm::cli {

namespace detail {

/// Takes the plan from whoever copies, chunks for a scheduler or beside a leader that died, and waits until nobody does.
inline void end_copies(session& s, subject const& m) {
  backfill::state_queue<shared_state>(s.state, m.name()).forget();
  for (bool said = false;; said = true) {
    auto at_work = backfill::workers_of(s.state, m.name());
    std::erase_if(at_work, [](auto const& one) { return one.owner.gone(); });
    if (at_work.empty()) return;
    if (!said) s.out.say(fmt::format("{}: waiting until {} has stopped copying", m.name(), at_work.front().owner.who()));
    s.stop.sleep(std::chrono::milliseconds(100));
  }
}

} // namespace detail

/// `zd rollback`: back to unrun by the rows it came, then New is emptied, so that a later prepare starts clean. Not from switched
/// while Old is known to differ from what readers are given.
inline void roll_back(session& s, subject& m) {
  using lifecycle::row;
  step_run step(s, m, lifecycle::step::roll_back);
  require_way_back(s, m);
  if (s.asked.dry_run) {
    step.require({"mismatches"});
    return step.plan();
  }
  auto const start = step.record();
  if (start.now.at == row::unrun && !start.proof.used) return step.tell(true);
  hold h(s, m.name());
  m.open();
  step.walk(h, {}, [&](lifecycle::snapshot const& at, lifecycle::settings const&) {
    require_way_back(s, m);
    if (at.value.now.at != row::switched) return;
    if (auto const overridden = step.require({"mismatches"}); !overridden.empty()) s.remark(m.name(), overridden);
  });
  detail::end_copies(s, m);
  h.confirm();
  try {
    m.clear_new();
  } catch (state_failure const&) {
    throw;
  } catch (std::exception const& e) {
    throw failure(311, exit_code::failed, fmt::format("{} is unrun, but New could not be emptied", m.name()),
                  {{e.what(), fmt::format("zd rollback {}", m.name())}}, "Old answers everything; New is not used.");
  }
  verify::checkpoint<shared_state>::forget_all(s.state, m.name());
  for (auto const& one : lifecycle::journal::all(s.state, m.name())) lifecycle::journal::forget(s.state, one);
  s.drive(
      m.name(),
      [](lifecycle::settings now) -> std::optional<lifecycle::settings> {
        if (now.shut == lifecycle::quarantine::none) return std::nullopt;
        now.shut = lifecycle::quarantine::none;
        ++now.epoch;
        return now;
      },
      [](auto const&, auto const&) {}, "New is empty");
  s.note_evidence(m.name(), "New is empty", [](auto& proof) { proof = {}; });
  step.tell(false);
}

} // namespace zddm::cli
