// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>

#include <zddm/cli/in_words.hpp>
#include <zddm/cli/time_chart.hpp>
#include <zddm/lifecycle/series.hpp>

/// The course of a migration in pictures; each is empty where there is nothing to see.
namespace zddm::cli {

inline constexpr std::string_view course_charts_style = R"(
.legend i.lo,.legend i.ln,.legend i.lg{width:1.4rem;height:0;border-top:3px solid;border-radius:0;vertical-align:.25rem}
.legend i.lo{border-color:var(--old);border-top-style:dashed}.legend i.ln{border-color:var(--new)}
.legend i.lg{border-color:var(--good);border-top-style:dashed}
.legend i.ld{border-radius:50%;width:.55rem;height:.55rem;background:var(--new)}
)";

namespace detail {

inline std::optional<double> agreed(std::uint64_t wrong, std::uint64_t compared) {
  if (compared == 0) return std::nullopt;
  return 1 - static_cast<double>(std::min(wrong, compared)) / static_cast<double>(compared);
}

/// The greatest of the values; nothing where there are fewer than two.
inline std::optional<double> greatest(std::vector<lifecycle::point> const& points, time_chart::value const& of) {
  double most = 0;
  std::size_t seen = 0;
  for (auto const& one : points)
    if (auto const v = of(one)) {
      most = std::max(most, *v);
      ++seen;
    }
  return seen < 2 ? std::nullopt : std::optional(most);
}

inline time_chart upwards(std::string_view what, std::vector<lifecycle::point> const& points, double most,
                          std::string_view unit) {
  auto const top = round_up(most);
  time_chart chart(what, points, 0, top * 1.05, true);
  chart.rule(top, fmt::format("{:g}{}", top, unit));
  chart.rule(top / 2, fmt::format("{:g}", top / 2));
  return chart;
}

inline std::string titled(std::string_view title, time_chart const& chart, std::string_view legend = {}) {
  return fmt::format("<figure>\n<figcaption>{}</figcaption>\n{}{}</figure>\n", title, chart.text(),
                     legend.empty() ? std::string() : fmt::format("<ul class=\"legend\">{}</ul>\n", legend));
}

} // namespace detail

/// How the copies agreed: by compared reads, and by verifications, against the share that is wanted, if one is.
inline std::string consistency_chart(std::vector<lifecycle::point> const& points, std::optional<double> wanted) {
  auto const by_reads = [](lifecycle::point const& p) { return detail::agreed(p.counted.wrong(), p.counted.compared()); };
  auto const by_verification = [](lifecycle::point const& p) { return detail::agreed(p.left_open, p.verified); };
  double least = wanted.value_or(0.9999);
  bool known = false;
  for (auto const& p : points)
    for (auto const& v : {by_reads(p), by_verification(p)})
      if (v) {
        least = std::min(least, *v);
        known = true;
      }
  if (!known) return {};
  auto const span = std::min(round_up(1.2 * (1 - least)), 1.0);
  time_chart chart("share of compared keys that agreed, over time", points, 1 - span, 1 + span / 12);
  chart.rule(1, "100 %");
  chart.rule(1 - span, percent_of(1 - span));
  if (wanted) chart.limit(*wanted, "good", fmt::format("gate {}", percent_of(*wanted)));
  chart.line("new", by_reads);
  chart.dots("new", by_verification);
  return fmt::format("<figure>\n{}<ul class=\"legend\"><li><i class=\"ln\"></i>reads compared by the processes</li>"
                     "<li><i class=\"ld\"></i>verifications</li>{}</ul>\n</figure>\n",
                     chart.text(), wanted ? "<li><i class=\"lg\"></i>gate</li>" : "");
}

inline std::string rate_chart(std::vector<lifecycle::point> const& points) {
  auto const rate = [](lifecycle::point const& p) -> std::optional<double> {
    if (p.rows == 0 || p.until <= p.from) return std::nullopt;
    return 1000 * static_cast<double>(p.rows) / static_cast<double>(p.until - p.from);
  };
  auto const most = detail::greatest(points, rate);
  if (!most) return {};
  auto chart = detail::upwards("rows a second of the backfill, over time", points, *most, "");
  chart.line("new", rate);
  return detail::titled("Rows a second", chart);
}

inline std::string unknown_chart(std::vector<lifecycle::point> const& points) {
  auto const unknown = [](lifecycle::point const& p) -> std::optional<double> {
    if (!p.unknown) return std::nullopt;
    return static_cast<double>(*p.unknown);
  };
  auto const most = detail::greatest(points, unknown);
  if (!most) return {};
  auto chart = detail::upwards("keys unknown in New, over time", points, *most, "");
  chart.line("new", unknown, true);
  return detail::titled("Keys unknown in New", chart);
}

inline std::string percentile_chart(std::vector<lifecycle::point> const& points) {
  auto const in_milliseconds = [](std::uint64_t nanoseconds) -> std::optional<double> {
    if (nanoseconds == 0) return std::nullopt;
    return static_cast<double>(nanoseconds) / 1e6;
  };
  auto const of_old = [&](lifecycle::point const& p) { return in_milliseconds(p.old_p99); };
  auto const of_new = [&](lifecycle::point const& p) { return in_milliseconds(p.new_p99); };
  auto const old_most = detail::greatest(points, of_old), new_most = detail::greatest(points, of_new);
  if (!old_most && !new_most) return {};
  auto chart = detail::upwards("99th percentile of reads of both stores, over time", points,
                               std::max(old_most.value_or(0), new_most.value_or(0)), " ms");
  chart.line("old", of_old);
  chart.line("new", of_new);
  return detail::titled("99th percentile of reads over time", chart,
                        "<li><i class=\"lo\"></i>Old</li><li><i class=\"ln\"></i>New</li>");
}

} // namespace zddm::cli
