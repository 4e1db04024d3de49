// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <optional>
#include <string>

#include <fmt/core.h>

#include <zddm/cli/hold.hpp>
#include <zddm/cli/session.hpp>
#include <zddm/cli/subject.hpp>
#include <zddm/core/threshold.hpp>
#include <zddm/lifecycle/move.hpp>

namespace zddm::cli {

/// Shows the rate of a dial, or sets it: "10", "12.5%". Rates below the highest one so far are obeyed at once; above it the keys
/// in between are announced first.
inline void gate(session& s, subject& m) {
  using lifecycle::row;
  if (s.asked.rate) {
    auto const rate = threshold::parse(*s.asked.rate);
    if (!rate)
      throw failure(415, exit_code::usage, fmt::format("'{}' is no rate", *s.asked.rate),
                    {{"a rate is 0 to 100 percent, with up to four decimals", fmt::format("zd gate {} 12.5", m.name())}});
    auto const at = s.record(m.name()).now;
    bool const asked = at.at == row::unrun || at.at == row::prepared || at.at == row::migrating || at.at == row::migrated;
    if (!asked)
      throw failure(301, exit_code::refused, fmt::format("cannot set the gate of {}", m.name()),
                    {{fmt::format("it is {}, where no rate can be set", to_string(at.at)), ""}});
    if (s.asked.dry_run)
      s.out.say(fmt::format("{}: the gate would go from {} to {}; nothing was changed", m.name(), to_string(at.rate),
                            to_string(*rate)));
    else {
      std::optional<hold> h;
      if (at.at == row::prepared && *rate > at.high_water) h.emplace(s, m.name());
      s.drive(
          m.name(),
          [&](lifecycle::settings const& now) -> std::optional<lifecycle::settings> {
            if (now.at != at.at || (now.at == row::prepared && *rate > now.high_water && !h)) return std::nullopt;
            return lifecycle::next_for_rate(now, *rate);
          },
          [&](auto const&, auto const&) { s.stop.check(); }, fmt::format("gate {}", to_string(*rate)));
    }
  }
  auto const now = s.record(m.name()).now;
  s.out.event("gate", {{"migration", m.name()},
                       {"rate_ppm", now.rate.in_ppm()},
                       {"high_water_ppm", now.high_water.in_ppm()},
                       {"epoch", now.epoch}});
  s.out.line(fmt::format("{}: gate at {}, highest so far {} (epoch {})", m.name(), to_string(now.rate), to_string(now.high_water),
                         now.epoch));
}

} // namespace zddm::cli
