// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include <zddm/core/distribution.hpp>
#include <zddm/lifecycle/lease.hpp>
#include <zddm/lifecycle/measures.hpp>
#include <zddm/lifecycle/series.hpp>
#include <zddm/lifecycle/state_store.hpp>

namespace zddm::lifecycle {

/// Adds to the series what the processes have told since they were last asked, unless somebody asked less than ten seconds
/// before `now` or does so meanwhile; removes what those told that have no lease any more.
template <state_store Store> void sample(Store& store, std::string_view name, std::int64_t now = wall_milliseconds()) {
  auto [all, revision] = load_series(store, name);
  if (auto const ago = now - all.asked; ago >= 0 && ago < series::apart / 3) return;
  auto const entries = store.list(entry::path(name, "measures/"));
  auto const known = leases(store, name); // read later, so that a process which is joining has its lease in it
  auto const told = measures_of(store, name);
  auto const whole = sum(told);

  point p{};
  p.until = now;
  p.from = all.points.empty() ? now : std::min(now, all.points.back().until);
  std::vector<series::told> processes;
  for (auto const& one : told) {
    auto const before = std::ranges::find(all.processes, one.process, &series::told::process);
    p.counted = p.counted + (before == all.processes.end() ? one.counted : one.counted - before->counted);
    processes.push_back({one.process, one.counted});
  }
  auto const at = [](distribution const& d, double q) { return static_cast<std::uint64_t>(d.quantile(q).count()); };
  p.old_p50 = at(whole.old_reads, 0.5);
  p.old_p99 = at(whole.old_reads, 0.99);
  p.new_p50 = at(whole.new_reads, 0.5);
  p.new_p99 = at(whole.new_reads, 0.99);
  all.add(p);
  all.processes = std::move(processes);
  all.asked = now;

  std::vector<change> changes{{entry::path(name, "series"), revision, entry::encode("series", all)}};
  for (auto const& found : entries) {
    auto const of = [&](lease const& one) { return measures_path(name, one.process) == found.path; };
    if (std::ranges::none_of(known, of)) changes.push_back({found.path, any_revision, {}});
  }
  store.commit(changes);
}

} // namespace zddm::lifecycle
