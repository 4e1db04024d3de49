// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <optional>

#include <fmt/core.h>

#include <zddm/cli/hold.hpp>
#include <zddm/cli/session.hpp>
#include <zddm/cli/settle.hpp>
#include <zddm/cli/subject.hpp>
#include <zddm/cli/verify.hpp>
#include <zddm/lifecycle/journal.hpp>
#include <zddm/lifecycle/settings.hpp>

namespace zddm::cli {

namespace detail {

/// Lets New take part again after an outage: while every process invalidates what it writes, New forgets the keys that were
/// written without it.
inline void lift_quarantine(session& s, subject& m, hold& h) {
  using enum lifecycle::quarantine;
  m.rows_in_new(); // throws while New cannot be reached
  std::uint64_t keys = 0;
  s.drive(
      m.name(),
      [](lifecycle::settings now) -> std::optional<lifecycle::settings> {
        switch (now.shut) {
        case none: return std::nullopt;
        case announced: now.shut = settled; break;
        case settled: now.shut = rejoining; break;
        case rejoining: now.shut = none; break;
        }
        ++now.epoch;
        return now;
      },
      [&](lifecycle::snapshot const& at, lifecycle::settings const&) {
        s.stop.check();
        h.confirm();
        if (at.value.now.shut != rejoining) return;
        for (auto const& one : lifecycle::journal::all(s.state, m.name())) {
          s.stop.check();
          m.distrust(one.key);
          lifecycle::journal::forget(s.state, one);
          ++keys;
        }
      },
      "quarantine lifted");
  s.out.event("quarantine_lifted", {{"migration", m.name()}, {"journaled", keys}});
  s.out.line(fmt::format("{}: New takes part again; {} keys written without it are asked of Old", m.name(), keys));
}

/// No process writes a key to Old alone of which New knows something.
inline bool may_settle(lifecycle::settings const& now) {
  using lifecycle::row;
  return now.at == row::prepared ? now.announced == now.high_water : now.at >= row::migrating && now.at <= row::completed;
}

} // namespace detail

/// Ends a quarantine, frees keys that dead processes left in flight, heals those that New does not know, and makes the stores
/// agree where every key was copied: New is changed until the switch, Old after it.
inline void repair(session& s, subject& m) {
  using lifecycle::row;
  if (!m.between_stores())
    throw failure(310, exit_code::refused, fmt::format("{} works within one store: there is nothing to repair", m.name()));
  auto const start = s.record(m.name());
  if (start.now.at == row::unrun || start.now.at == row::destroyed)
    throw failure(301, exit_code::refused, fmt::format("cannot repair {}", m.name()),
                  {{fmt::format("it is {}: New is not in use", to_string(start.now.at)), ""}});
  hold h(s, m.name());
  m.open();
  if (!s.asked.dry_run) {
    if (start.now.shut != lifecycle::quarantine::none) detail::lift_quarantine(s, m, h);
    if (detail::may_settle(s.record(m.name()).now)) {
      auto const done = settle(s, m, s.record(m.name()).now.at == row::completing);
      note_unknown(s, m, done.left_unknown);
      s.out.event(
          "drained",
          {{"migration", m.name()}, {"healed", done.healed}, {"in_flight", done.in_flight}, {"unknown", done.left_unknown}});
      s.out.line(fmt::format("{}: {} keys healed, {} being written, {} still unknown in New", m.name(), done.healed,
                             done.in_flight, done.left_unknown));
    }
  } else if (start.now.shut != lifecycle::quarantine::none)
    s.out.line(fmt::format("{}: would end the quarantine of New, with {} keys written meanwhile", m.name(),
                           lifecycle::journal::all(s.state, m.name()).size()));
  auto const now = s.record(m.name());
  if (!now.proof.covered || now.now.at < row::migrating || now.now.at > row::switched) return;
  verify::repairs done{};
  bool const to_old = now.now.at == row::switched;
  comparing compared(s, m, {});
  event_file file(s.asked.output);
  auto const found = compared.heal({.dry_run = s.asked.dry_run,
                                    .right = to_old ? verify::authority::new_store : verify::authority::old_store,
                                    .confirm = [&] { h.confirm(); }},
                                   done);
  tell_comparison(s, m, found, s.asked.dry_run ? evidence_of::nothing : evidence_of::everything, compared.known(), file);
  s.out.event("repaired", {{"migration", m.name()},
                           {"dry_run", s.asked.dry_run},
                           {"changed", to_old ? "old" : "new"},
                           {"healed", done.healed},
                           {"agreed", done.agreed},
                           {"in_flight", done.in_flight},
                           {"unmappable", done.unmappable},
                           {"fenced", done.fenced},
                           {"left", done.left}});
  s.out.line(fmt::format("{}: {} {} {}: {} keys; {} being written, {} unmappable, {} fenced, {} without a way back", m.name(),
                         to_old ? "Old" : "New", s.asked.dry_run ? "would agree with" : "agrees with", to_old ? "New" : "Old",
                         found.repaired.total(), done.in_flight, done.unmappable, done.fenced, done.left));
  require_agreement(s, m, found,
                    s.asked.dry_run ? "nothing was changed."
                                    : "what could be healed is; reads and writes go on as before. What is being written, or was "
                                      "fenced, is healed by the next repair.");
}

} // namespace zddm::cli
