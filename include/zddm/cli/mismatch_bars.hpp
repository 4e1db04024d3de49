// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include <fmt/core.h>

#include <zddm/cli/comparison.hpp>
#include <zddm/cli/html.hpp>
#include <zddm/cli/in_words.hpp>
#include <zddm/verify/report.hpp>

namespace zddm::cli {

inline constexpr std::string_view mismatch_bars_style = R"(
.bar{display:flex;gap:2px;height:.75rem;min-width:0}.bar i{flex-basis:3px;flex-shrink:0;border-radius:.15rem}
.bar .gone,.legend .gone{background:var(--wait)}.bar .moving,.legend .moving{background:var(--old)}
.bar .healed,.legend .healed{background:var(--good)}.bar .open,.legend .open{background:var(--bad)}
.kinds{margin-top:.8rem}.kinds td:last-child{width:35%;min-width:6rem;vertical-align:middle}.kinds tfoot *{font-weight:600}
@media(max-width:34rem){.kinds th,.kinds td{padding-right:.45rem}.kinds tr :last-child{display:none}}
)";

namespace detail {

/// What became of the keys of one kind, each part as wide as its share of `most`.
inline std::string mismatch_bar(std::array<std::uint64_t, 4> const& parts, std::uint64_t most) {
  static constexpr std::array<std::string_view, 4> looks{"gone", "moving", "healed", "open"};
  std::string bar;
  std::uint64_t rest = most;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i] > 0) bar += fmt::format("<i class=\"{}\" style=\"flex-grow:{}\"></i>", looks[i], parts[i]);
    rest -= std::min(parts[i], rest);
  }
  return bar.empty() ? bar : fmt::format("<div class=\"bar\">{}<b style=\"flex-grow:{}\"></b></div>", bar, rest);
}

} // namespace detail

/// What the last comparison has found, kind by kind: the keys that seemed wrong, and what became of them.
inline std::string mismatch_bars(comparison const& c) {
  auto const& f = c.found;
  verify::counts const seen = f.seen(), moving = f.in_flight + f.unknown, open = f.open();
  std::uint64_t most = 1;
  for (auto const k : verify::every_kind) most = std::max(most, seen.of(k));

  std::string rows;
  auto const row = [&](std::string_view name, std::string_view title, std::uint64_t all,
                       std::array<std::uint64_t, 4> const& parts, std::string_view bar) {
    rows += fmt::format("<tr><th scope=\"row\" title=\"{}\">{}</th><td class=\"n\">{}</td>", title, name, all);
    for (auto const n : parts) rows += fmt::format("<td class=\"n\">{}</td>", n);
    rows += fmt::format("<td>{}</td></tr>\n", bar);
  };
  auto const kind = [&](verify::kind k, std::string_view title) {
    std::array const parts{f.settled.of(k), moving.of(k), f.repaired.of(k), open.of(k)};
    row(to_string(k), title, seen.of(k), parts, detail::mismatch_bar(parts, most));
  };
  using enum verify::kind;
  kind(missing, "Old has the key, New has not");
  kind(extra, "New has the key, Old has not");
  kind(differs, "both have the key, with different values");
  kind(unmappable, "Old's row has no counterpart in New's shape");
  kind(damaged, "New's record of the key cannot be read");
  rows += "</tbody><tfoot>\n";
  row("all", "every kind", seen.total(), {f.settled.total(), moving.total(), f.repaired.total(), open.total()}, {});

  return fmt::format(
      "<figure>\n<p>{} of {} keys seemed wrong at the first look.</p>\n"
      "<ul class=\"legend\"><li><i class=\"gone\"></i>gone at recheck</li><li><i class=\"moving\"></i>being written, or not yet "
      "healed</li><li><i class=\"healed\"></i>repaired</li><li><i class=\"open\"></i>open</li></ul>\n"
      "<div class=\"scroll\"><table class=\"kinds\"><thead><tr><th scope=\"col\">kind</th>"
      "<th scope=\"col\" class=\"n\">seen</th><th scope=\"col\" class=\"n\">gone</th><th scope=\"col\" class=\"n\">moving</th>"
      "<th scope=\"col\" class=\"n\">repaired</th><th scope=\"col\" class=\"n\">open</th><th></th></tr></thead>\n"
      "<tbody>\n{}</tfoot></table></div>\n"
      "<figcaption>{}, {}</figcaption>\n</figure>\n",
      seen.total(), f.rows, rows, html::escape(c.command), html::escape(time_in_words(c.at)));
}

} // namespace zddm::cli
