// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>

#include <zddm/cli/clocks.hpp>
#include <zddm/cli/session.hpp>
#include <zddm/cli/step.hpp>
#include <zddm/cli/subject.hpp>
#include <zddm/lifecycle/entry.hpp>
#include <zddm/lifecycle/lease.hpp>
#include <zddm/lifecycle/operator_lease.hpp>

namespace zddm::cli {

namespace detail {

/// Removes what was seen, unless it changed since; says whether it did.
inline bool remove_unchanged(session const& s, lifecycle::stored const& seen) {
  std::array<lifecycle::change, 1> const removal{{{seen.path, seen.revision, {}}}};
  return s.state.commit(removal);
}

inline void ask_first(session& s, subject const& m, std::string_view what) {
  if (!s.asked.yes_to_all) confirm_by_name(s, m, what);
}

/// Removes the leases of processes that are known to have ended, and of those with hours to run which nobody renews while they
/// are watched; returns how many.
inline std::size_t free_leases(session& s, subject const& m) {
  std::size_t freed = 0;
  std::vector<lifecycle::stored> strange;
  auto const now = s.state.now();
  for (auto const& seen : s.state.list(lifecycle::entry::path(m.name(), "process/"))) {
    auto const one = lifecycle::entry::decode<lifecycle::lease>("lease", seen.path, seen.value);
    if (one.owner.gone())
      freed += s.asked.dry_run || remove_unchanged(s, seen);
    else if (std::chrono::milliseconds(one.expires) - now > longest_lease)
      strange.push_back(seen);
  }
  if (strange.empty() || s.asked.dry_run) return freed + strange.size();
  ask_first(s, m, fmt::format("{} processes have leases with hours to run, since a clock was set back.", strange.size()));
  s.out.say(fmt::format("{}: watching them for {} ms; who lives renews its lease meanwhile", m.name(), s.asked.wait.count()));
  s.stop.sleep(s.asked.wait);
  return freed +
         static_cast<std::size_t>(std::ranges::count_if(strange, [&](auto const& seen) { return remove_unchanged(s, seen); }));
}

} // namespace detail

/// Takes the hold of an operator away who does not come back, and frees the leases of processes that are gone. An operator who is
/// dead, or gave no sign of life for 30 s, has no hold any more; who is alive after all is told at its next step and moves
/// nothing.
inline void unlock(session& s, subject& m) {
  auto const would = s.asked.dry_run ? "would be " : "";
  auto const freed = detail::free_leases(s, m);
  auto const found = s.state.read(lifecycle::entry::path(m.name(), "operator"));
  auto const by = lifecycle::operator_of(s.state, m.name());
  if (by && found && !s.asked.dry_run) {
    detail::ask_first(s, m, fmt::format("{} runs {} since {} and may be alive.", by->owner.who(), by->command, by->since));
    if (!detail::remove_unchanged(s, *found)) // it was renewed, given back or taken over meanwhile
      throw failure(203, exit_code::held, fmt::format("{} is alive and holds {}", by->owner.who(), m.name()),
                    {{fmt::format("it runs {} since {}", by->command, by->since), "stop it there, or zd unlock again"}});
    s.remark(m.name(), fmt::format("the hold of {}, {}, was taken away", by->owner.who(), by->command));
  }
  s.out.event("unlock", {{"migration", m.name()},
                         {"who", by ? json(by->owner.who()) : json()},
                         {"command", by ? json(by->command) : json()},
                         {"leases", freed},
                         {"changed", !s.asked.dry_run && (by || freed != 0)}});
  s.out.line(by ? fmt::format("{}: the hold of {}, who runs {}, {}taken away", m.name(), by->owner.who(), by->command, would)
                : fmt::format("{}: nobody holds it", m.name()));
  if (freed != 0) s.out.line(fmt::format("{}: {} leases of processes that are gone {}freed", m.name(), freed, would));
}

} // namespace zddm::cli
