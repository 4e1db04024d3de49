// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>

#include <fmt/core.h>

#include <zddm/cli/settle.hpp>
#include <zddm/cli/step.hpp>

namespace zddm::cli {

/// Throws `failure` where what was written since the switch could not come back in Old's shape.
inline void require_way_back(session const& s, subject const& m) {
  if (m.one_way().empty() || s.record(m.name()).now.at != lifecycle::row::switched) return;
  throw failure(305, exit_code::refused, fmt::format("{} has no way back after the switch", m.name()),
                {{std::string(m.one_way()), ""}, {"the way forward", fmt::format("zd complete {}", m.name())}});
}

/// switched back to migrated, unless Old is known to differ from what readers are given.
inline void switch_off(session& s, subject& m) {
  step_run step(s, m, lifecycle::step::switch_off);
  require_way_back(s, m);
  if (s.asked.dry_run) {
    if (step.record().now.at == lifecycle::row::switched) step.require({"mismatches"});
    return step.plan();
  }
  hold h(s, m.name());
  m.open();
  bool settled = !m.between_stores();
  bool const there = step.walk(h, {}, [&](lifecycle::snapshot const& at, lifecycle::settings const&) {
    if (at.value.now.at != lifecycle::row::switched || settled) return;
    require_way_back(s, m);
    if (auto const overridden = step.require({"mismatches"}); !overridden.empty()) s.remark(m.name(), overridden);
    settled = true;
    settle(s, m, false);
  });
  step.tell(there);
}

} // namespace zddm::cli
