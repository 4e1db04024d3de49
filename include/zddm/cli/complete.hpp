// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fmt/core.h>

#include <zddm/cli/settle.hpp>
#include <zddm/cli/step.hpp>

namespace zddm::cli {

/// switched to completed, the point of no return: New is the authority, then the only store. Entered with no key left that New
/// does not know.
inline void complete(session& s, subject& m) {
  using lifecycle::row;
  step_run step(s, m, lifecycle::step::complete);
  auto const known = {std::string_view("mismatches")};
  if (s.asked.dry_run) {
    step.require(known);
    return step.plan();
  }
  if (!lifecycle::done(lifecycle::step::complete, step.record().now.at))
    confirm_by_name(s, m, fmt::format("{} cannot be rolled back once it is completed.", m.name()));
  hold h(s, m.name());
  m.open();
  bool begun = false, drained = !m.between_stores();
  bool const there = step.walk(h, {}, [&](lifecycle::snapshot const& at, lifecycle::settings const&) {
    if (at.value.now.at == row::switched && !begun) {
      auto overridden = step.require(known);
      if (m.between_stores()) {
        note_unknown(s, m, settle(s, m, false).left_unknown);
        overridden = step.require({"mismatches", "unknown"});
      }
      if (!overridden.empty()) s.remark(m.name(), overridden);
      begun = true;
    }
    if (at.value.now.at == row::completing && !drained) {
      m.seal(); // every process that lives is here; one that was taken for dead may not begin what it was about to
      auto const left = settle(s, m, true);
      note_unknown(s, m, left.left_unknown + left.in_flight);
      if (!left.dry())
        throw failure(304, exit_code::refused, fmt::format("cannot complete {}: New does not know every key yet", m.name()),
                      {{fmt::format("{} keys are unknown in New", left.left_unknown + left.in_flight),
                        fmt::format("zd complete {}", m.name())}},
                      "it stays completing, which is safe: those keys are answered by Old. If their rows have no counterpart in "
                      "New's shape, correct them in the application first.");
      drained = true;
    }
  });
  step.tell(there);
}

} // namespace zddm::cli
