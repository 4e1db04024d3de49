// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string_view>
#include <vector>

#include <fmt/core.h>

#include <zddm/cli/settle.hpp>
#include <zddm/cli/step.hpp>

namespace zddm::cli {

/// `zd switch`, migrated to switched: New answers reads, once all gates are met.
inline void cut_over(session& s, subject& m) {
  step_run step(s, m, lifecycle::step::cut_over);
  std::vector<std::string_view> known{"backfill", "mismatches", "consistency", "latency"};
  if (s.asked.dry_run) {
    step.require(known);
    return step.plan();
  }
  hold h(s, m.name());
  m.open();
  bool settled = false;
  bool const there = step.walk(h, {}, [&](lifecycle::snapshot const& at, lifecycle::settings const&) {
    if (at.value.now.at != lifecycle::row::migrated || settled) return;
    auto overridden = step.require(known);
    if (m.between_stores()) {
      note_unknown(s, m, settle(s, m, false).left_unknown);
      known.push_back("unknown");
      overridden = step.require(known);
    }
    if (!overridden.empty()) s.remark(m.name(), overridden);
    settled = true;
  });
  step.tell(there);
}

} // namespace zddm::cli
