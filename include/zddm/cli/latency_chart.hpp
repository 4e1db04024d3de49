// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>

#include <zddm/cli/html.hpp>
#include <zddm/cli/in_words.hpp>
#include <zddm/cli/plot.hpp>
#include <zddm/core/distribution.hpp>

namespace zddm::cli {

inline constexpr std::string_view latency_chart_style = R"(
table.lat th{white-space:nowrap}table.lat i{display:inline-block;width:1.4rem;height:0;border-top:3px solid;margin-right:.5rem;vertical-align:.25rem}
table.lat i.old{border-color:var(--old);border-top-style:dashed}table.lat i.new{border-color:var(--new)}
)";

namespace detail {

/// The share of the calls in each of `slots` equal parts of the logarithmic axis, smoothed over neighbours.
inline std::vector<double> shares(distribution const& d, double low, double high, std::size_t slots) {
  std::vector<double> raw(slots), smooth(slots);
  auto const whole = static_cast<double>(std::max<std::uint64_t>(d.size(), 1));
  for (std::size_t i = 0; i < d.calls.size(); ++i) {
    auto const at = (std::log2(static_cast<double>(std::max<std::uint64_t>(d.nanoseconds[i], 1))) - low) / (high - low);
    auto const slot = static_cast<std::size_t>(std::clamp(at, 0.0, 1.0) * static_cast<double>(slots - 1) + 0.5);
    raw[slot] += static_cast<double>(d.calls[i]) / whole;
  }
  for (std::size_t i = 0; i < slots; ++i)
    smooth[i] = (i > 0 ? raw[i - 1] : 0) / 4 + raw[i] / 2 + (i + 1 < slots ? raw[i + 1] : 0) / 4;
  return smooth;
}

} // namespace detail

/// How long calls of Old and of New took, one over the other on a logarithmic axis, with medians and 99th percentiles.
/// `what`: which calls.
inline std::string latency_chart(std::string_view what, distribution const& in_old, distribution const& in_new) {
  double low = 1e9, high = 0;
  for (auto const* const d : {&in_old, &in_new})
    if (d->size() > 0) {
      low = std::min(low, std::log2(static_cast<double>(std::max<std::uint64_t>(d->nanoseconds.front(), 1))));
      high = std::max(high, std::log2(static_cast<double>(std::max<std::uint64_t>(d->nanoseconds.back(), 1))));
    }
  if (high < low) return fmt::format("<p class=\"soft\">No {} were measured lately.</p>\n", what);
  low = std::floor(low) - 1;
  high = std::ceil(high) + 1;

  // Four buckets to a doubling are what the processes count in.
  auto const slots = static_cast<std::size_t>(high - low) * 4 + 1;
  auto const olds = detail::shares(in_old, low, high, slots), news = detail::shares(in_new, low, high, slots);
  auto const peak = std::max(*std::ranges::max_element(olds), *std::ranges::max_element(news));
  auto const along = [&](std::chrono::nanoseconds t) {
    return (std::log2(static_cast<double>(std::max<std::int64_t>(t.count(), 1))) - low) / (high - low);
  };
  plot p(fmt::format("{} of both stores by how long they took", what));
  for (std::int64_t t = 1; t < 1'000'000'000'000; t *= 10)
    for (auto const m : {1, 3}) {
      auto const at = along(std::chrono::nanoseconds(m * t));
      if (at >= 0 && at <= 1 && (m == 1 || high - low < 9)) p.tick(at, latency_in_words(std::chrono::nanoseconds(m * t)));
    }
  std::string rows;
  auto const show = [&](std::string_view look, std::string_view name, distribution const& d, std::vector<double> const& of) {
    if (d.size() == 0) return;
    plot::places at;
    for (std::size_t i = 0; i < slots; ++i)
      at.emplace_back(static_cast<double>(i) / static_cast<double>(slots - 1), of[i] / peak * 0.95);
    p.area(look, at);
    p.line(look, at);
    p.upright(look, along(d.quantile(0.5)));
    p.upright(look, along(d.quantile(0.99)));
    rows += fmt::format("<tr><th scope=\"row\"><i class=\"{}\"></i>{}</th><td class=\"n\">{}</td><td class=\"n\">{}</td>"
                        "<td class=\"n\">{}</td><td class=\"n\">{}</td></tr>\n",
                        look, name, d.size(), latency_in_words(d.quantile(0.5)), latency_in_words(d.quantile(0.9)),
                        latency_in_words(d.quantile(0.99)));
  };
  show("old", "Old", in_old, olds);
  show("new", "New", in_new, news);
  return fmt::format(
      "<figure>\n{}<table class=\"lat\"><thead><tr><th scope=\"col\">{}</th><th scope=\"col\" class=\"n\">calls</th>"
      "<th scope=\"col\" class=\"n\">p50</th><th scope=\"col\" class=\"n\">p90</th><th scope=\"col\" class=\"n\">p99</th>"
      "</tr></thead>\n<tbody>\n{}</tbody></table>\n</figure>\n",
      p.text(), what, rows);
}

} // namespace zddm::cli
