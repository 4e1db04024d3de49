// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include <fmt/core.h>

#include <zddm/cli/comparison.hpp>
#include <zddm/cli/html.hpp>
#include <zddm/cli/in_words.hpp>

namespace zddm::cli {

inline constexpr std::string_view mismatch_bars_style = R"(
.bar{display:flex;gap:2px;height:1.1rem;margin:.6rem 0 0;min-width:0}.bar i{flex-basis:3px;flex-shrink:0;border-radius:.15rem}
.bar.thin{height:.75rem;margin:.3rem 0 0}
.bar .gone,.legend .gone{background:var(--wait)}.bar .moving,.legend .moving{background:var(--old)}
.bar .healed,.legend .healed{background:var(--good)}.bar .open,.legend .open{background:var(--bad)}
.kinds{margin-top:.8rem}.kinds td:last-child{width:45%}@media(max-width:34rem){.kinds td.soft{display:none}}
)";

/// What the last comparison has found: what became of the keys that seemed wrong, and of what kind those were that stayed so.
inline std::string mismatch_bars(comparison const& c) {
  auto const healed = std::min(c.repaired, c.wrong.total());
  std::string bar, legend;
  auto const part = [&](std::string_view look, std::uint64_t n, std::string_view what) {
    if (n > 0) bar += fmt::format("<i class=\"{}\" style=\"flex-grow:{}\" title=\"{} {}\"></i>", look, n, n, what);
    legend += fmt::format("<li><i class=\"{}\"></i>{} {}</li>", look, n, what);
  };
  part("gone", c.settled, "gone at recheck");
  part("moving", c.in_flight + c.unknown, "being written or not yet healed");
  part("healed", healed, "repaired");
  part("open", c.open(), "open");

  std::string rows;
  auto const most =
      std::max<std::uint64_t>({c.wrong.missing, c.wrong.extra, c.wrong.differs, c.wrong.unmappable, c.wrong.damaged, 1});
  auto const kind = [&](std::string_view name, std::uint64_t n, std::string_view what) {
    auto const shown =
        n == 0 ? std::string()
               : fmt::format(
                     "<div class=\"bar thin\"><i class=\"{0}\" style=\"flex-grow:{1}\"></i><b style=\"flex-grow:{2}\"></b></div>",
                     c.open() == 0 ? "healed" : "open", n, most - n);
    rows += fmt::format("<tr><th scope=\"row\">{}</th><td class=\"soft\">{}</td><td class=\"n\">{}</td><td>{}</td></tr>\n", name,
                        what, n, shown);
  };
  kind("missing", c.wrong.missing, "Old has the key, New has not");
  kind("extra", c.wrong.extra, "New has the key, Old has not");
  kind("differs", c.wrong.differs, "both have it, with different values");
  kind("unmappable", c.wrong.unmappable, "Old's row has no counterpart in New's shape");
  kind("damaged", c.wrong.damaged, "New's record of the key cannot be read");
  return fmt::format(
      "<figure>\n<p>{} of {} keys seemed wrong at the first look.</p>\n{}<ul class=\"legend\">{}</ul>\n"
      "<div class=\"scroll\"><table class=\"kinds\"><thead><tr><th scope=\"col\" colspan=\"2\">wrong at every look</th>"
      "<th scope=\"col\" class=\"n\">keys</th><th></th></tr></thead>\n<tbody>\n{}</tbody></table></div>\n"
      "<figcaption>{}, {}</figcaption>\n</figure>\n",
      c.seen(), c.keys,
      bar.empty() ? "" : "<div class=\"bar\" role=\"img\" aria-label=\"what became of them\">" + bar + "</div>\n", legend, rows,
      html::escape(c.command), html::escape(time_in_words(c.at)));
}

} // namespace zddm::cli
