// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include <zddm/backfill/coverage.hpp>
#include <zddm/cli/chunks_seen.hpp>
#include <zddm/cli/comparison.hpp>
#include <zddm/cli/exposition.hpp>
#include <zddm/cli/session.hpp>
#include <zddm/cli/subject.hpp>
#include <zddm/lifecycle/lease.hpp>
#include <zddm/lifecycle/record.hpp>
#include <zddm/lifecycle/series.hpp>
#include <zddm/lifecycle/state.hpp>

namespace zddm::cli {

namespace detail {

inline exposition migration_metrics() {
  exposition e;
  e.describe("zddm_state", "gauge", "1 for the row the migration is in");
  e.describe("zddm_epoch", "gauge", "the last epoch each process has acknowledged");
  e.describe("zddm_epoch_announced", "gauge", "the epoch every process is to acknowledge");
  e.describe("zddm_lease_expiry_seconds", "gauge", "until the lease of each process ends; below zero once it has");
  e.describe("zddm_quarantine", "gauge", "1 while New is shut out");
  e.describe("zddm_divergence_open", "gauge", "keys wrong at every look of the last comparison, and not repaired since");
  e.describe("zddm_unknown_keys", "gauge", "keys unknown in New, when they were last counted");
  e.describe("zddm_backfill_rows_total", "counter", "rows the backfill went over");
  e.describe("zddm_backfill_chunks", "gauge", "chunks of the backfill");
  e.describe("zddm_eta_seconds", "gauge", "until the backfill ends, at its rate of the last minutes; -1: unknown");
  e.describe("zddm_throttled", "counter", "seconds the backfill waited");
  return e;
}

inline void add_metrics(exposition& e, session const& s, subject const& m) {
  using labels = exposition::labels;
  std::pair<std::string_view, std::string> const name{"migration", std::string(m.name())};
  auto const r = s.record(m.name());
  for (std::size_t i = 0; i < lifecycle::row_names.size(); ++i)
    e.sample("zddm_state", {name, {"state", std::string(lifecycle::row_names[i])}}, r.now.at == static_cast<lifecycle::row>(i));
  e.sample("zddm_epoch_announced", {name}, static_cast<double>(r.now.epoch));
  e.sample("zddm_quarantine", {name}, r.now.shut != lifecycle::quarantine::none);
  auto const now = s.state.now();
  for (auto const& one : lifecycle::leases(s.state, m.name())) {
    labels const process{name, {"process", fmt::format("{:016x}", one.process)}, {"owner", one.who()}};
    e.sample("zddm_epoch", process, static_cast<double>(one.epoch));
    e.sample("zddm_lease_expiry_seconds", process, static_cast<double>(one.expires - now.count()) / 1000);
  }
  if (!m.between_stores()) return;

  auto const open = last_comparison(s, m.name()).value_or(comparison{}).found.open();
  for (auto const kind : verify::every_kind)
    e.sample("zddm_divergence_open", {name, {"kind", std::string(to_string(kind))}}, static_cast<double>(open.of(kind)));
  e.sample("zddm_unknown_keys", {name}, static_cast<double>(r.proof.unknown));

  auto const copied = backfill::coverage_of(s.state, m.name());
  auto const [course, revision] = lifecycle::load_series(s.state, m.name());
  auto const rate = course.rows_per_second(lifecycle::wall_milliseconds());
  auto const left = static_cast<double>(copied.rows) - static_cast<double>(copied.covered());
  e.sample("zddm_backfill_rows_total", {name}, static_cast<double>(copied.covered()));
  e.sample("zddm_eta_seconds", {name}, copied.complete() ? 0 : copied.planned && rate && left >= 0 ? left / *rate : -1);
  std::array<std::size_t, chunk_looks.size()> count{};
  for (auto const& one : chunks_seen(s, m.name())) ++count[static_cast<std::size_t>(one.is)];
  for (std::size_t i = 0; i < count.size(); ++i)
    e.sample("zddm_backfill_chunks", {name, {"state", std::string(chunk_looks[i])}}, static_cast<double>(count[i]));
  for (auto const& one : course.waited)
    e.sample("zddm_throttled", {name, {"reason", one.reason}}, static_cast<double>(one.milliseconds) / 1000);
}

} // namespace detail

/// What the state store knows of the migrations, in the text format of Prometheus. No label is a key or a value.
inline void metrics(session& s, std::span<subject const* const> all) {
  auto e = detail::migration_metrics();
  for (auto const* const m : all) detail::add_metrics(e, s, *m);
  auto text = e.text();
  if (s.out.how().json) return s.out.event("metrics", {{"format", "prometheus"}, {"text", text}});
  if (!text.empty()) text.pop_back();
  s.out.line(text);
}

} // namespace zddm::cli
