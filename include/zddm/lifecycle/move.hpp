// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <optional>

#include <zddm/lifecycle/settings.hpp>
#include <zddm/lifecycle/transition.hpp>

/// The one place that says which settings follow which. Whoever applies them puts a barrier before each: every process
/// obeys the settings at hand before the next are announced.
namespace zddm::lifecycle {

/// The settings of the row `to`, one epoch later. `reach` is the highest rate the gate can admit without being raised.
constexpr settings moved(settings s, row to, threshold reach) {
  if (s.at == row::unrun && to == row::preparing) {
    s.high_water = threshold::closed();
    s.announced = std::max(s.rate, reach);
  }
  if (s.at == row::preparing && to == row::prepared) s.high_water = s.announced;
  if (to == row::unrun) s.high_water = s.announced = threshold::closed();
  s.at = to;
  ++s.epoch;
  return s;
}

/// The next settings that bring the high-water rate to `wanted`; nothing once it is there.
constexpr std::optional<settings> next_raise(settings s, threshold wanted) {
  if (wanted <= s.high_water) return std::nullopt;
  if (s.announced < wanted)
    s.announced = wanted;
  else
    s.high_water = s.announced;
  ++s.epoch;
  return s;
}

/// The next settings on the way of a step; nothing where the step is done or does not start from here. Every key has to
/// be below the high-water rate before all of them are written to New, so `migrate` raises it first.
constexpr std::optional<settings> next_settings(step asked, settings const& s, threshold reach) {
  auto const to = next_row(asked, s.at);
  if (!to) return std::nullopt;
  if (s.at == row::prepared && *to == row::migrating)
    if (auto raise = next_raise(s, threshold::open())) return raise;
  return moved(s, *to, reach);
}

/// The next settings that make `rate` the rate of the dial; nothing once it is. Lowering is one step; raising above the
/// high-water rate in `prepared` announces it first. The rows that are only announced keep their rate.
constexpr std::optional<settings> next_for_rate(settings s, threshold rate) {
  if (s.rate == rate) return std::nullopt;
  if (s.at == row::prepared)
    if (auto raise = next_raise(s, rate)) return raise;
  s.rate = rate;
  ++s.epoch;
  return s;
}

} // namespace zddm::lifecycle
