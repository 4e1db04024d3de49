// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>

#include <zddm/backfill/coverage.hpp>
#include <zddm/backfill/settings.hpp>
#include <zddm/backfill/state_queue.hpp>
#include <zddm/backfill/work_queue.hpp>
#include <zddm/backfill/worker.hpp>
#include <zddm/cli/condition.hpp>
#include <zddm/cli/measured.hpp>
#include <zddm/cli/session.hpp>
#include <zddm/cli/set.hpp>
#include <zddm/cli/step.hpp>
#include <zddm/cli/subject.hpp>
#include <zddm/lifecycle/operator_lease.hpp>
#include <zddm/lifecycle/record.hpp>
#include <zddm/lifecycle/route.hpp>

namespace zddm::cli {

namespace detail {

/// All that the state store knows of one migration.
struct standing {
  standing(session const& s, subject const& m)
      : record(s.record(m.name())), copied(backfill::coverage_of(s.state, m.name())),
        processes(lifecycle::leases(s.state, m.name())), by(lifecycle::operator_of(s.state, m.name())), calls(s, m.name()),
        now(s.state.now()), pace(backfill::settings_of(s.state, m.name())), workers(backfill::workers_of(s.state, m.name())) {
    if (copied.failed > 0) {
      backfill::state_queue<shared_state> queue(s.state, m.name());
      if (auto const plan = queue.plan()) failed = queue.items(plan->id);
      std::erase_if(failed, [](auto const& one) { return one.state != backfill::work::failed; });
    }
    command = next_command(record.now.at);
    for (auto const& path : lifecycle::step_paths)
      if (path.name == command)
        conditions = conditions_of(path.asked, m.name(), m.between_stores(), m.thresholds(),
                                   {record, copied, processes, calls.course, calls.ratio()});
  }

  std::string progress() const {
    if (record.proof.covered) return "100 %";
    if (copied.planned) return percent(copied.covered(), copied.rows + 1);
    return "-";
  }
  std::string consistent() const {
    if (auto const share = calls.agreed.share()) return percent_of(*share);
    auto const& p = record.proof;
    if (!p.verified || p.compared == 0) return "-";
    return percent(p.compared - std::min(p.compared, p.mismatches), p.compared);
  }
  std::size_t open() const {
    return static_cast<std::size_t>(std::ranges::count_if(conditions, [](auto const& one) { return !one.met; }));
  }

  lifecycle::record record;
  backfill::coverage copied;
  std::vector<lifecycle::lease> processes;
  std::optional<lifecycle::operator_entry> by;
  measured calls;
  std::chrono::milliseconds now;
  backfill::settings pace;
  std::vector<backfill::worker> workers; ///< of the backfill
  std::vector<backfill::item> failed;    ///< chunks
  std::string_view command;              ///< that leads on
  std::vector<condition> conditions;     ///< of that command
};

inline std::string in_words(lifecycle::reads r) {
  switch (r) {
  case lifecycle::reads::old_only: return "Old answers";
  case lifecycle::reads::new_first: return "New answers; Old where New does not know the key";
  case lifecycle::reads::new_only: return "New answers";
  case lifecycle::reads::refused: break;
  }
  return "refused";
}

inline std::string in_words(lifecycle::writes w) {
  switch (w) {
  case lifecycle::writes::old_only: return "Old";
  case lifecycle::writes::invalidate: return "Old, and New forgets the key";
  case lifecycle::writes::dual: return "Old, then New";
  case lifecycle::writes::mirrored: return "New, then Old";
  case lifecycle::writes::new_only: return "New";
  case lifecycle::writes::refused: break;
  }
  return "refused";
}

inline std::string scoped(lifecycle::scope scope, lifecycle::settings const& now, std::string text, std::string_view others) {
  switch (scope) {
  case lifecycle::scope::every_key: return text;
  case lifecycle::scope::announced_keys: return fmt::format("{} of keys: {}; others: Old", to_string(now.announced), text);
  case lifecycle::scope::admitted_keys: break;
  }
  return fmt::format("keys the gate admits: {}; others: {}", text, others);
}

/// The states in a row, the present one in brackets, and a mark under the last one with a way back.
inline std::array<std::string, 2> picture(standing const& s, subject const& m) {
  using lifecycle::row;
  std::array<std::string, 2> lines;
  auto const last = m.one_way().empty() ? row::switched : row::migrated;
  for (std::size_t i = 0; i < lifecycle::row_names.size(); ++i) {
    auto const at = static_cast<row>(i);
    bool const here = at == s.record.now.at;
    if (!here && !lifecycle::durable(at)) continue;
    if (!lines[0].empty()) lines[0] += " -- ";
    if (at == last) lines[1] = std::string(lines[0].size() + (here ? 1 : 0), ' ') + "^ last point of return";
    std::string text(to_string(at));
    if (here) text = '[' + text + (at == row::migrating && s.copied.planned ? ' ' + s.progress() : "") + ']';
    lines[0] += text;
  }
  return lines;
}

inline json as_json(std::vector<backfill::worker> const& workers) {
  json all = json::array();
  for (auto const& one : workers) {
    json seconds = json::object();
    for (auto const& w : one.throttled) seconds[w.reason] = static_cast<double>(w.milliseconds) / 1000;
    all.push_back({{"who", one.owner.who()},
                   {"copied", one.copied},
                   {"paused", one.paused},
                   {"throttle", one.throttle},
                   {"throttled_seconds", seconds}});
  }
  return all;
}

inline json as_json(std::vector<backfill::item> const& failed) {
  json all = json::array();
  for (auto const& one : failed)
    all.push_back({{"chunk", one.id}, {"attempts", one.attempts}, {"reason", one.reason}, {"worker", one.worker}});
  return all;
}

/// How the backfill gets on, who works at it, what holds it up and what failed.
inline void show_backfill(session& s, subject const& m, standing const& st) {
  auto const& c = st.copied;
  s.out.line(fmt::format("  backfill   {} of {} chunks{}{}, {} copied, {} there already, {} refused", c.done, c.chunks,
                         c.running > 0 ? fmt::format(", {} running", c.running) : "",
                         c.failed > 0 ? fmt::format(", {} failed", c.failed) : "", c.copied, c.skipped, c.refused));
  if (!(st.pace == backfill::settings{})) s.out.line("    settings " + in_words(st.pace));
  for (auto const& one : st.workers) {
    std::string waits;
    for (auto const& w : one.throttled) waits += fmt::format(", waited {} s: {}", w.milliseconds / 1000, w.reason);
    s.out.line(
        fmt::format("    worker   {}  {} rows copied{}{}", one.owner.who(), one.copied, one.paused ? ", paused" : "", waits));
  }
  constexpr std::size_t most = 5;
  for (std::size_t i = 0; i < std::min(most, st.failed.size()); ++i)
    s.out.line(
        fmt::format("    failed   chunk {}, {} attempts: {}", st.failed[i].id, st.failed[i].attempts, st.failed[i].reason));
  if (!st.failed.empty()) s.out.line(fmt::format("             zd migrate {} tries them again", m.name()));
}

inline json as_json(standing const& s, subject const& m) {
  auto const& r = s.record;
  json conditions = json::array(), processes = json::array();
  for (auto const& one : s.conditions)
    conditions.push_back(
        {{"name", one.name}, {"met", one.met}, {"wanted", one.wanted}, {"found", one.found}, {"remedy", one.remedy}});
  for (auto const& one : s.processes)
    processes.push_back({{"process", fmt::format("{:016x}", one.process)},
                         {"host", one.owner.host},
                         {"pid", one.owner.pid},
                         {"label", one.label},
                         {"epoch", one.epoch},
                         {"lease_ms", one.expires - s.now.count()},
                         {"library", one.library},
                         {"version", one.version}});
  json fields{{"migration", m.name()}, {"row", to_string(r.now.at)}, {"since", r.since}, {"epoch", r.now.epoch}};
  fields["from"] = m.from();
  fields["to"] = m.to();
  fields["rate_ppm"] = r.now.rate.in_ppm();
  fields["high_water_ppm"] = r.now.high_water.in_ppm();
  fields["quarantine"] = to_string(r.now.shut);
  fields["backfill"] = {{"planned", s.copied.planned},       {"complete", r.proof.covered}, {"chunks", s.copied.chunks},
                        {"chunks_done", s.copied.done},      {"rows", s.copied.rows},       {"copied", s.copied.copied},
                        {"skipped", s.copied.skipped},       {"refused", s.copied.refused}, {"running", s.copied.running},
                        {"failed", s.copied.failed},         {"settings", as_json(s.pace)}, {"workers", as_json(s.workers)},
                        {"failed_chunks", as_json(s.failed)}};
  fields["comparison"] = {{"done", r.proof.verified},
                          {"at", r.proof.verified_at},
                          {"keys", r.proof.compared},
                          {"open", r.proof.mismatches},
                          {"unknown", r.proof.unknown}};
  fields["lately"] = s.calls.as_json();
  fields["rollback_after_switch"] = m.one_way().empty();
  fields["next"] = s.command;
  fields["conditions"] = conditions;
  fields["processes"] = processes;
  fields["operator"] = s.by ? json{{"who", s.by->owner.who()}, {"command", s.by->command}, {"since", s.by->since}} : json();
  return fields;
}

inline std::string fleet_in_words(std::span<lifecycle::lease const> processes, std::uint64_t epoch) {
  auto const late = std::ranges::count_if(processes, [&](auto const& one) { return one.epoch < epoch; });
  if (processes.empty()) return "no process";
  return fmt::format("{} process{}, {}", processes.size(), processes.size() == 1 ? "" : "es",
                     late == 0 ? fmt::format("all at epoch {}", epoch) : fmt::format("{} behind epoch {}", late, epoch));
}

inline void show(session& s, subject const& m, standing const& st) {
  auto& out = s.out;
  auto const& r = st.record;
  auto const& route = lifecycle::route_of(r.now.at);
  out.line(fmt::format("{}   {}{} (epoch {})", out.bold(m.name()), to_string(r.now.at),
                       r.since.empty() ? "" : " since " + r.since, r.now.epoch));
  auto const lines = picture(st, m);
  for (auto const& text : lines) out.line("  " + text);
  bool const shut = r.now.shut != lifecycle::quarantine::none;
  if (shut) out.line(fmt::format("  quarantine {}: reads go to Old; zd repair {} ends it", to_string(r.now.shut), m.name()));
  if (!m.from().empty() || !m.to().empty()) out.line(fmt::format("  stores     {} -> {}", m.from(), m.to()));
  if (m.between_stores()) {
    out.line("  reads      " + scoped(route.reads_of, r.now, in_words(route.read), "Old"));
    out.line("  writes     " + scoped(route.writes_of, r.now, in_words(route.write), "Old, and New forgets the key") +
             (route.new_required && r.now.at < lifecycle::row::completed ? "; New is required" : ""));
    out.line(fmt::format("  gate       dial at {}, highest so far {}", to_string(r.now.rate), to_string(r.now.high_water)));
    if (st.copied.planned) show_backfill(s, m, st);
    if (r.proof.verified)
      out.line(fmt::format("  verified   {} keys, {} open, {} unknown in New, {}", r.proof.compared, r.proof.mismatches,
                           r.proof.unknown, r.proof.verified_at));
  }
  for (auto const& text : st.calls.lines()) out.line("  " + text);
  out.line("  processes  " + fleet_in_words(st.processes, r.now.epoch));
  for (auto const& one : st.processes) {
    auto const left = (one.expires - st.now.count()) / 1000;
    out.line(fmt::format("    {}  epoch {}  {}", one.who(), one.epoch,
                         left < 0 ? std::string("lease over") : fmt::format("lease {} s", left)));
  }
  if (st.by) out.line(fmt::format("  operator   {} runs {} since {}", st.by->owner.who(), st.by->command, st.by->since));
  if (!m.one_way().empty()) out.line(fmt::format("  no way back after the switch: {}", m.one_way()));
  if (st.command.empty()) return;
  out.line(fmt::format("  to {}, still open ({} of {}):", st.command, st.open(), st.conditions.size()));
  for (auto const& one : st.conditions)
    out.line(one.met ? fmt::format("    [x] {:<34} {}", one.wanted, one.found)
                     : fmt::format("    [ ] {:<34} {:<12}  {}", one.wanted, one.found, one.remedy));
}

} // namespace detail

/// One migration, with what its next step still waits for.
inline void status(session& s, subject const& m) {
  detail::standing const st(s, m);
  s.out.event("status", detail::as_json(st, m));
  if (!s.out.how().json) detail::show(s, m, st);
}

/// All of them, a line each.
inline void status(session& s, std::span<subject const* const> all) {
  std::vector<std::array<std::string, 6>> table{{"MIGRATION", "STATE", "FROM -> TO", "PROGRESS", "CONSISTENT", "NEXT"}};
  std::size_t processes = 0, behind = 0, workers = 0, operators = 0, dead = 0;
  for (auto const* const m : all) {
    detail::standing const st(s, *m);
    s.out.event("status", detail::as_json(st, *m));
    auto const stores = m->from().empty() && m->to().empty() ? std::string("-") : fmt::format("{} -> {}", m->from(), m->to());
    table.push_back({std::string(m->name()), std::string(to_string(st.record.now.at)), stores, st.progress(), st.consistent(),
                     st.by                ? fmt::format("wait for {}", st.by->command)
                     : st.command.empty() ? "-"
                                          : fmt::format("zd {} {}", st.command, m->name())});
    for (auto const& one : st.processes) {
      behind += one.epoch < st.record.now.epoch;
      dead += one.owner.gone();
    }
    processes += st.processes.size();
    workers += st.workers.size();
    operators += st.by.has_value();
  }
  std::array<std::size_t, 6> width{};
  for (auto const& line : table)
    for (std::size_t i = 0; i < line.size(); ++i) width[i] = std::max(width[i], line[i].size());
  for (std::size_t n = 0; n < table.size(); ++n) {
    std::string text;
    for (std::size_t i = 0; i < table[n].size(); ++i) text += fmt::format("{:<{}}   ", table[n][i], width[i]);
    text.erase(text.find_last_not_of(' ') + 1);
    s.out.line(n == 0 ? s.out.bold(text) : text);
  }
  s.out.line("");
  auto const counted = [](std::size_t n, std::string_view one, std::string_view many) {
    return fmt::format("    {} {}", n, n == 1 ? one : many);
  };
  s.out.line(fmt::format("state store {}", s.asked.state) + counted(processes, "process", "processes") +
             (behind == 0 ? ", none behind" : fmt::format(", {} behind", behind)) + counted(workers, "worker", "workers") +
             counted(operators, "operator", "operators") + " at work" + counted(dead, "lease", "leases") + " of the dead" +
             (dead == 0 ? "" : ": zd unlock frees them"));
}

} // namespace zddm::cli
