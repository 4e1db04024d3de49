// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <string_view>

#include <fmt/core.h>

#include <zddm/cli/step.hpp>

namespace zddm::cli {

/// completed to destroyed: every call through the migration is refused from now on, then the old data and New's side records are
/// removed.
inline void destroy(session& s, subject& m) {
  step_run step(s, m, lifecycle::step::destroy);
  auto const known = {std::string_view("processes")};
  if (s.asked.dry_run) {
    step.require(known);
    return step.plan();
  }
  auto const start = step.record();
  bool const walked = lifecycle::done(lifecycle::step::destroy, start.now.at);
  if (walked && !start.proof.used) return step.tell(true);
  confirm_by_name(s, m, fmt::format("The old data of {} will be removed.", m.name()));
  std::string note;
  if (!walked) note = step.require(known);
  hold h(s, m.name());
  m.open();
  if (!walked) step.walk(h, note, [](auto const&, auto const&) {});
  h.confirm();
  m.destroy();
  s.note_evidence(m.name(), "the old data is removed", [](auto& proof) { proof.used = false; });
  step.tell(false);
}

} // namespace zddm::cli
