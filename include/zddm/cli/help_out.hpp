// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>

#include <fmt/core.h>

#include <zddm/backfill/coverage.hpp>
#include <zddm/cli/copy_rows.hpp>
#include <zddm/cli/session.hpp>
#include <zddm/cli/subject.hpp>
#include <zddm/lifecycle/operator_lease.hpp>

namespace zddm::cli {

/// Whether the operator who holds the migration is one that others may help: it migrates between two stores.
inline bool can_be_helped(session const& s, subject const& m, lifecycle::operator_entry const& leader) {
  return m.between_stores() && leader.command == "zd migrate" && !s.asked.restart && s.asked.plan.empty();
}

/// Copies beside the operator who leads, until no chunk is left; waits for its plan first. Moves no row of the migration. Does
/// nothing where there is nothing to copy, or nobody leads any more.
inline void help_out(session& s, subject& m, lifecycle::operator_entry const& leader) {
  s.out.say(fmt::format("{}: {} leads since {}; this one only copies", m.name(), leader.owner.who(), leader.since));
  for (;;) {
    auto const at = s.record(m.name()).now.at;
    auto const covered = backfill::coverage_of(s.state, m.name());
    if (at > lifecycle::row::migrating || covered.complete()) {
      s.out.say(fmt::format("{}: nothing is left to copy", m.name()));
      return;
    }
    if (at == lifecycle::row::migrating && covered.planned) break;
    if (!lifecycle::operator_of(s.state, m.name())) return;
    s.stop.sleep(std::chrono::milliseconds(200));
  }
  auto const result = copy_rows(s, m, [](backfill::options& o) { o.retry_failed = o.make_plan = false; });
  s.out.event("helped", {{"migration", m.name()}, {"leader", leader.owner.who()}, {"copied", result.status.own_copied}});
  s.out.line(
      fmt::format("{}: helped {}; {} rows copied by this process", m.name(), leader.owner.who(), result.status.own_copied));
}

} // namespace zddm::cli
