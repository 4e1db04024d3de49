// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include <zddm/backfill/coverage.hpp>
#include <zddm/cli/failure.hpp>
#include <zddm/cli/in_words.hpp>
#include <zddm/cli/options.hpp>
#include <zddm/lifecycle/lease.hpp>
#include <zddm/lifecycle/record.hpp>
#include <zddm/lifecycle/series.hpp>
#include <zddm/lifecycle/thresholds.hpp>
#include <zddm/lifecycle/transition.hpp>

namespace zddm::cli {

/// What a step asks for before it is taken: its name (as `--override` takes it), whether it is met, and what mends it.
struct condition {
  std::string name;
  bool met = false;
  std::string wanted;
  std::string found;
  std::string remedy;
};

/// "61.7 %"; the whole only where nothing is missing.
inline std::string percent(std::uint64_t part, std::uint64_t whole) {
  if (part >= whole) return "100 %";
  return fmt::format("{:.1f} %", std::min(99.9, 100.0 * static_cast<double>(part) / static_cast<double>(whole)));
}

/// How the processes' comparisons agreed over the window that a migration asks for.
inline condition consistency_of(lifecycle::thresholds const& asked, lifecycle::series const& course, std::string remedy,
                                std::int64_t now = lifecycle::wall_milliseconds()) {
  std::chrono::milliseconds const window = asked.window;
  auto const wanted = 1e-6 * asked.consistency_ppm;
  auto const a = course.since(now - window.count());
  auto const share = a.share();
  auto const age = std::chrono::milliseconds(share ? now - course.since(0).from : 0);
  condition c{"consistency", false, fmt::format("consistency >= {} for {}", percent_of(wanted), in_words(asked.window)),
              "not compared", std::move(remedy)};
  if (!share) return c;
  c.met = *share >= wanted && age >= window;
  c.found = percent_of(*share) + (age < window ? " for " + in_words(std::chrono::duration_cast<std::chrono::seconds>(age)) : "");
  return c;
}

/// How fast New answers beside Old.
inline condition latency_of(lifecycle::thresholds const& asked, std::optional<double> ratio, std::string remedy) {
  auto const most = 0.01 * asked.latency_percent;
  return {"latency", ratio && *ratio <= most, fmt::format("new p99 <= {:g} x old p99", most),
          ratio ? fmt::format("{:.2f}", *ratio) : "not measured", std::move(remedy)};
}

/// What the conditions of a step are judged by.
struct grounds {
  lifecycle::record const& record;
  backfill::coverage const& copied;
  std::span<lifecycle::lease const> processes;
  lifecycle::series const& course;
  std::optional<double> latency_ratio;
};

/// The conditions of a step as far as the state store knows them. `between_stores`: else there is nothing to compare.
inline std::vector<condition> conditions_of(lifecycle::step asked, std::string_view name, bool between_stores,
                                            lifecycle::thresholds const& wanted, grounds const& known) {
  auto const& [r, copied, processes, course, latency_ratio] = known;
  using lifecycle::step;
  auto const& proof = r.proof;
  std::vector<condition> all;
  auto const remedy = [&](std::string_view command) { return fmt::format("zd {} {}", command, name); };
  // No repair heals a row without a counterpart; a comparison names it, and what is to be done.
  bool const healable = proof.mismatches == 0 || proof.mismatches > proof.unmappable;
  if (asked == step::migrate || asked == step::cut_over) {
    auto const part = proof.covered ? copied.rows : std::min(copied.covered(), copied.rows);
    all.push_back({"backfill", proof.covered, "backfill 100 %",
                   proof.covered    ? "100 %"
                   : copied.planned ? percent(part, copied.rows + 1)
                                    : "not begun",
                   remedy("migrate")});
  }
  if (between_stores && (asked == step::switch_off || (asked == step::roll_back && r.now.at == lifecycle::row::switched)))
    all.push_back(
        {"mismatches", proof.mismatches == 0, "open mismatches 0", fmt::format("{}", proof.mismatches), remedy("repair")});
  if (between_stores && (asked == step::migrate || asked == step::cut_over || asked == step::complete))
    all.push_back({"mismatches", proof.verified && proof.mismatches == 0, "open mismatches 0",
                   proof.verified ? fmt::format("{}", proof.mismatches) : "not compared",
                   remedy(!proof.covered               ? "migrate"
                          : proof.verified && healable ? "repair"
                                                       : "verify")});
  if (between_stores && asked == step::cut_over) {
    if (wanted.consistency_ppm != 0) all.push_back(consistency_of(wanted, course, remedy("verify")));
    if (wanted.latency_percent != 0) all.push_back(latency_of(wanted, latency_ratio, remedy("status")));
  }
  if (between_stores && (asked == step::cut_over || asked == step::complete))
    all.push_back({"unknown", proof.unknown == 0, "keys unknown in New 0", fmt::format("{}", proof.unknown), remedy("repair")});
  if (asked == step::destroy) {
    auto const here = std::ranges::count_if(processes, [](auto const& one) { return !one.owner.gone(); });
    all.push_back(
        {"processes", here == 0, "processes that refer to it 0", fmt::format("{}", here), "deploy without the migration's code"});
  } else {
    auto const late = std::ranges::count_if(processes, [&](auto const& one) { return one.epoch < r.now.epoch; });
    auto const count = processes.size();
    all.push_back({"processes", true, fmt::format("all processes at epoch {}", r.now.epoch),
                   fmt::format("{} of {}", count - static_cast<std::size_t>(late), count), ""});
    all.back().met = late == 0;
  }
  return all;
}

/// Throws `failure` 304 where a condition is neither met nor overridden; returns what was overridden, for the audit trail.
inline std::string require(lifecycle::step asked, std::string_view name, std::vector<condition> const& all, options const& o) {
  std::vector<finding> open;
  std::string names, overridden;
  for (auto const& one : all) {
    if (one.met) continue;
    if (o.overridden(one.name)) {
      overridden += (overridden.empty() ? "override: " : ", ") + one.name + " (" + one.found + ')';
      continue;
    }
    open.push_back({fmt::format("{}: {}, needs {}", one.name, one.found, one.wanted), one.remedy});
    names += (names.empty() ? "" : ",") + one.name;
  }
  if (open.empty()) return overridden;
  throw failure(304, exit_code::refused,
                fmt::format("cannot {} {}: {} of {} gates {} open", lifecycle::path_of(asked).name, name, open.size(), all.size(),
                            open.size() == 1 ? "is" : "are"),
                open, fmt::format("nothing was changed.  --override={} skips gates and is recorded in zd history.", names));
}

} // namespace zddm::cli
