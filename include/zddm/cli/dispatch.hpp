// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>

#include <zddm/cli/complete.hpp>
#include <zddm/cli/cut_over.hpp>
#include <zddm/cli/destroy.hpp>
#include <zddm/cli/doctor.hpp>
#include <zddm/cli/explain.hpp>
#include <zddm/cli/gate.hpp>
#include <zddm/cli/history.hpp>
#include <zddm/cli/metrics.hpp>
#include <zddm/cli/migrate.hpp>
#include <zddm/cli/pause.hpp>
#include <zddm/cli/prepare.hpp>
#include <zddm/cli/repair.hpp>
#include <zddm/cli/report.hpp>
#include <zddm/cli/resume.hpp>
#include <zddm/cli/roll_back.hpp>
#include <zddm/cli/session.hpp>
#include <zddm/cli/set.hpp>
#include <zddm/cli/status.hpp>
#include <zddm/cli/subject.hpp>
#include <zddm/cli/switch_off.hpp>
#include <zddm/cli/unlock.hpp>
#include <zddm/cli/verify.hpp>
#include <zddm/cli/watch.hpp>
#include <zddm/lifecycle/entry.hpp>

namespace zddm::cli {

/// The migrations zd was given, those depended on first.
using subjects = std::vector<std::unique_ptr<subject>>;

namespace detail {

inline lifecycle::step_path const* step_named(std::string_view command) {
  auto const found = std::ranges::find(lifecycle::step_paths, command, &lifecycle::step_path::name);
  return found == lifecycle::step_paths.end() ? nullptr : &*found;
}

inline void take(session& s, subject& m) {
  using run = void (*)(session&, subject&);
  static constexpr std::pair<std::string_view, run> table[]{
      {"prepare", prepare},      {"migrate", migrate},   {"verify", verify},   {"repair", repair},      {"switch", cut_over},
      {"switchoff", switch_off}, {"complete", complete}, {"destroy", destroy}, {"rollback", roll_back}, {"gate", gate},
      {"history", history},      {"explain", explain},   {"unlock", unlock},   {"report", report},      {"set", set},
      {"pause", pause},          {"resume", resume}};
  for (auto const& [name, command] : table)
    if (name == s.asked.command) return command(s, m);
}

/// Throws `failure` where the step would leave a migration ahead of one it depends on.
inline void require_dependencies(session const& s, subjects const& all, subject const& m, lifecycle::step_path const& path) {
  using lifecycle::step;
  auto const target = path.rows[path.count - 1];
  bool const back = path.asked == step::switch_off || path.asked == step::roll_back;
  std::vector<finding> behind;
  auto const names = [](subject const& one, std::string_view name) {
    auto const needed = one.depends_on();
    return std::ranges::find(needed, name) != needed.end();
  };
  for (auto const& other : all) {
    auto const at = s.record(other->name()).now.at;
    if (!back && names(m, other->name()) && at < target)
      behind.push_back({fmt::format("{} is {}, needs {}", other->name(), to_string(at), to_string(target)),
                        fmt::format("zd {} {}", next_command(at), other->name())});
    if (back && names(*other, m.name()) && at > target)
      behind.push_back({fmt::format("{} depends on it and is {}", other->name(), to_string(at)),
                        fmt::format("zd {} {}", path.name, other->name())});
  }
  if (!behind.empty())
    throw failure(302, exit_code::refused, fmt::format("cannot {} {}: migrations have to move in order", path.name, m.name()),
                  std::move(behind));
}

/// Throws `failure` where the state store knows migrations, and none of these: it is another application's.
inline void require_own_store(session const& s, subjects const& all) {
  auto const known = [&](std::string_view name) {
    return std::ranges::find(all, name, [](auto const& m) { return m->name(); }) != all.end();
  };
  if (s.asked.overridden("store")) return;
  for (auto const& m : all)
    if (s.state.read(lifecycle::entry::path(m->name(), "state"))) return;
  std::vector<finding> others;
  for (auto const& entry : s.state.list("m/")) {
    auto const name = entry.path.substr(2, entry.path.find('/', 2) - 2);
    if (known(name)) return;
    if (others.empty() || others.back().what != name) others.push_back({name, ""});
  }
  if (others.empty()) return;
  auto text = fmt::format("the state store {} is another application's; it holds", s.asked.state);
  others.push_back({"if both are to share it", fmt::format("zd {} --override=store", s.asked.command)});
  throw failure(236, exit_code::refused, std::move(text), std::move(others),
                "nothing was changed. Give this application's own by --state.");
}

} // namespace detail

/// Runs the command on the migration it names, else on every one that it applies to, in order.
inline void dispatch(session& s, subjects const& all) {
  detail::require_own_store(s, all);
  std::vector<subject*> chosen;
  for (auto const& m : all)
    if (!s.asked.name || *s.asked.name == m->name()) chosen.push_back(m.get());
  if (s.asked.name && chosen.empty()) {
    std::vector<finding> known;
    for (auto const& m : all) known.push_back({std::string(m->name()), ""});
    throw failure(414, exit_code::usage, fmt::format("there is no migration {}; these are known:", *s.asked.name),
                  std::move(known));
  }
  if (s.asked.command == "status" && s.asked.name) return status(s, *chosen.front());
  if (s.asked.command == "status" || s.asked.command == "watch" || s.asked.command == "metrics") {
    std::vector<subject const*> const listed(chosen.begin(), chosen.end());
    if (s.asked.command == "metrics") return metrics(s, listed);
    return s.asked.command == "watch" ? watch(s, listed) : status(s, std::span<subject const* const>(listed));
  }
  if (s.asked.command == "doctor") return doctor(s, chosen);
  auto const* const path = detail::step_named(s.asked.command);
  if (path && !s.asked.name) {
    std::erase_if(chosen, [&](subject const* m) {
      if (!s.asked.yes.empty() && !s.asked.confirmed(m->name())) return true;
      auto const at = s.record(m->name()).now.at;
      return at != path->from &&
             std::ranges::find(path->walk().first(path->count - 1), at) == path->walk().first(path->count - 1).end();
    });
    if (chosen.empty())
      s.out.say(fmt::format("no migration is {}: nothing to do; zd status shows where each stands", to_string(path->from)));
  }
  for (auto* const m : chosen) {
    s.stop.check();
    if (path) detail::require_dependencies(s, all, *m, *path);
    detail::take(s, *m);
  }
}

} // namespace zddm::cli
