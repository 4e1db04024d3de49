// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstddef>

#include <fmt/core.h>

#include <zddm/cli/session.hpp>
#include <zddm/cli/subject.hpp>
#include <zddm/lifecycle/record.hpp>

namespace zddm::cli {

/// Who did what when, oldest first.
inline void history(session& s, subject& m) {
  auto const lines = lifecycle::history(s.state, m.name());
  std::size_t who = 0, move = 0;
  auto const moved = [](lifecycle::audit const& a) { return a.from == a.to ? a.to : a.from + " -> " + a.to; };
  for (auto const& one : lines) {
    who = std::max(who, one.who.size());
    move = std::max(move, moved(one).size());
  }
  for (auto const& one : lines) {
    s.out.event("history", {{"migration", m.name()},
                            {"at", one.at},
                            {"who", one.who},
                            {"what", one.what},
                            {"from", one.from},
                            {"to", one.to},
                            {"epoch", one.epoch},
                            {"note", one.note}});
    s.out.line(fmt::format("{}  epoch {:<3}  {:<{}}  {:<{}}  {}{}", one.at, one.epoch, moved(one), move, one.who, who, one.what,
                           one.note.empty() ? "" : "  (" + one.note + ')'));
  }
}

} // namespace zddm::cli
