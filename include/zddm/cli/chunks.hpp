// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <string>

#include <fmt/core.h>

#include <zddm/backfill/state_queue.hpp>
#include <zddm/backfill/work_queue.hpp>
#include <zddm/cli/copy_rows.hpp>
#include <zddm/cli/failure.hpp>
#include <zddm/cli/session.hpp>
#include <zddm/cli/subject.hpp>
#include <zddm/cli/write_whole.hpp>

/// The copy of a migration as units of work for a scheduler: `zd migrate NAME --plan FILE`, then `--chunk ID` in any order, at
/// any place, as often as need be; `zd migrate NAME` compares and moves on.
namespace zddm::cli {

/// Makes the plan if there is none, and writes the ids of the chunks that are not done, a line each; to standard output for `-`.
inline void plan_chunks(session& s, subject& m, std::string const& file) {
  copy_rows(s, m, [](backfill::options& o) { o.plan_only = true; });
  backfill::state_queue<shared_state> queue(s.state, m.name());
  std::string ids;
  json open = json::array();
  auto const plan = queue.plan().value();
  for (auto const& one : queue.items(plan.id)) {
    if (one.state == backfill::work::done) continue;
    ids += fmt::format("{}\n", one.id);
    open.push_back(one.id);
  }
  s.out.event("chunks", {{"migration", m.name()}, {"chunks", plan.items}, {"open", open}});
  if (file == "-") {
    if (!ids.empty()) s.out.line(ids.substr(0, ids.size() - 1));
    return;
  }
  write_whole(file, ids);
  s.out.line(fmt::format("{}: {} of {} chunks are to be copied; {} lists them", m.name(), open.size(), plan.items, file));
}

/// Copies one chunk, unless that is done. Throws `failure` where the migration is not migrating, there is no such chunk, or
/// another worker has it in hands (exit 4).
inline void copy_chunk(session& s, subject& m, std::uint64_t id) {
  backfill::state_queue<shared_state> queue(s.state, m.name());
  auto const at = s.record(m.name()).now.at;
  auto const plan = queue.plan();
  if (at != lifecycle::row::migrating || !plan)
    throw failure(
        301, exit_code::refused, fmt::format("cannot copy a chunk of {}", m.name()),
        {{fmt::format("it is {}{}, and chunks are copied while it is migrating", to_string(at), plan ? "" : ", without a plan"),
          fmt::format("zd migrate {} --plan FILE", m.name())}});
  if (id >= plan->items)
    throw failure(415, exit_code::usage, fmt::format("{} has no chunk {}", m.name(), id),
                  {{fmt::format("there are {}, numbered from 0", plan->items), fmt::format("zd migrate {} --plan -", m.name())}});
  if (s.asked.dry_run) return s.out.line(fmt::format("{}: would copy chunk {}; nothing was changed", m.name(), id));
  m.open();
  auto const result = copy_rows(s, m, [&](backfill::options& o) {
    o.only = id;
    o.make_plan = false; // a rollback may have forgotten it by now
  });
  if (result.ending == backfill::ending::held)
    throw failure(313, exit_code::held, fmt::format("chunk {} of {} is in another worker's hands", id, m.name()),
                  {{fmt::format("{} has it", queue.items(plan->id).at(id).worker), fmt::format("zd status {}", m.name())}});
  s.out.event("chunk", {{"migration", m.name()}, {"chunk", id}, {"copied", result.status.own_copied}});
  s.out.line(fmt::format("{}: chunk {} is done, {} rows copied by this process", m.name(), id, result.status.own_copied));
}

} // namespace zddm::cli
