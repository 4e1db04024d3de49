// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <fmt/core.h>

#include <zddm/cli/html.hpp>
#include <zddm/lifecycle/route.hpp>
#include <zddm/lifecycle/state.hpp>

namespace zddm::cli {

inline constexpr std::string_view lifecycle_bar_style = R"(
ol.life{list-style:none;display:flex;margin:.25rem 0 1.1rem;padding:0;gap:3px}
ol.life li{position:relative;flex:1 1 0;min-width:0;border-top:.6rem solid var(--wait);padding:.4rem .3rem 0 0;color:var(--soft);font-size:.9rem}
ol.life li:first-child{border-top-left-radius:.3rem}ol.life li:last-child{border-top-right-radius:.3rem}
ol.life li.past{border-color:var(--new)}
ol.life li.here{border-color:var(--ink);color:var(--ink);font-weight:700;flex-grow:1.5}
ol.life li.beyond{border-top-style:double}
ol.life small{display:block;font-weight:400;font-size:.8rem}
ol.life li.return::after{content:"";position:absolute;right:-3px;top:-1rem;height:1.4rem;border-right:3px solid var(--bad)}
ol.life .mark{color:var(--bad)}
@media(max-width:34rem){ol.life{flex-direction:column}
ol.life li,ol.life li.here{border-top:0;border-left:.6rem solid var(--wait);padding:.15rem 0 .15rem .6rem;border-radius:0}
ol.life li.past{border-left-color:var(--new)}ol.life li.here{border-left-color:var(--ink)}ol.life li.beyond{border-left-style:double}
ol.life li.return::after{right:auto;left:-.9rem;top:auto;bottom:-3px;height:0;width:1.2rem;border-right:0;border-bottom:3px solid var(--bad)}}
)";

/// The states in a row with the present one, and the last from which there is a way back. `so_far` (may be empty) stands under
/// the present one.
inline std::string lifecycle_bar(lifecycle::row here, bool way_back_after_switch, std::string_view so_far) {
  using lifecycle::row;
  auto const last = way_back_after_switch ? row::switched : row::migrated;
  std::string items;
  for (std::size_t i = 0; i < lifecycle::row_names.size(); ++i) {
    auto const at = static_cast<row>(i);
    if (at != here && !lifecycle::durable(at)) continue;
    std::string look = at < here ? "past" : at == here ? "here" : "ahead";
    if (at == last) look += " return";
    if (at > last) look += " beyond";
    items += fmt::format("<li class=\"{}\"{}>{}", look, at == here ? " aria-current=\"step\"" : "", to_string(at));
    if (at == here && !so_far.empty()) items += fmt::format("<small>{}</small>", html::escape(so_far));
    if (at == last) items += "<small class=\"mark\">last point of return</small>";
    items += "</li>\n";
  }
  return fmt::format("<ol class=\"life\">\n{}</ol>\n", items);
}

} // namespace zddm::cli
