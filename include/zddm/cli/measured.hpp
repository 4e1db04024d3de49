// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>

#include <zddm/cli/console.hpp>
#include <zddm/cli/in_words.hpp>
#include <zddm/cli/session.hpp>
#include <zddm/core/distribution.hpp>
#include <zddm/lifecycle/measures.hpp>
#include <zddm/lifecycle/series.hpp>

namespace zddm::cli {

/// What the processes of a migration tell of their calls: now, and over the last hour.
class measured {
public:
  measured(session const& s, std::string_view name)
      : calls(lifecycle::sum(lifecycle::measures_of(s.state, name))), course(lifecycle::load_series(s.state, name).first),
        agreed(course.since(lifecycle::wall_milliseconds() - lifecycle::series::lately)) {}

  /// New's 99th percentile of reads as a multiple of Old's; nothing while one of them is not read.
  std::optional<double> ratio() const {
    if (calls.old_reads.size() == 0 || calls.new_reads.size() == 0) return std::nullopt;
    auto const p99 = [](distribution const& d) { return static_cast<double>(d.quantile(0.99).count()); };
    return p99(calls.new_reads) / p99(calls.old_reads);
  }

  /// Lines for people; none where nothing was measured.
  std::vector<std::string> lines() const {
    std::vector<std::string> all;
    if (auto const share = agreed.share())
      all.push_back(fmt::format("compare    {} of {} in the last hour", percent_of(*share), agreed.compared));
    if (auto const reads = beside(calls.old_reads, calls.new_reads); !reads.empty()) all.push_back("latency    " + reads);
    if (auto const writes = beside(calls.old_writes, calls.new_writes); !writes.empty()) all.push_back("of writes  " + writes);
    return all;
  }

  json as_json() const {
    return {{"compared", agreed.compared},
            {"wrong", agreed.wrong},
            {"share", agreed.share() ? json(*agreed.share()) : json()},
            {"fallbacks", calls.counted.fallbacks},
            {"reads", {{"old", as_json(calls.old_reads)}, {"new", as_json(calls.new_reads)}}},
            {"writes", {{"old", as_json(calls.old_writes)}, {"new", as_json(calls.new_writes)}}}};
  }

  lifecycle::measures calls;
  lifecycle::series course;
  lifecycle::agreement agreed;

private:
  static std::string beside(distribution const& in_old, distribution const& in_new) {
    auto const of = [](std::string_view store, distribution const& d) {
      if (d.size() == 0) return std::string();
      return fmt::format("{} p50 {:>6} p99 {:>6}", store, latency_in_words(d.quantile(0.5)), latency_in_words(d.quantile(0.99)));
    };
    auto text = of("old", in_old);
    if (auto const other = of("new", in_new); !other.empty()) text += (text.empty() ? "" : "     ") + other;
    return text;
  }

  static json as_json(distribution const& d) {
    return {{"calls", d.size()}, {"p50_ns", d.quantile(0.5).count()}, {"p99_ns", d.quantile(0.99).count()}};
  }
};

} // namespace zddm::cli
