// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <zddm/core/error.hpp>
#include <zddm/core/threshold.hpp>
#include <zddm/lifecycle/barrier.hpp>
#include <zddm/lifecycle/move.hpp>
#include <zddm/lifecycle/record.hpp>

namespace zddm::lifecycle {

struct drive_options {
  deed by;
  std::chrono::milliseconds timeout{60'000}; ///< for each barrier, on the store's clock
};

/// Moves a fleet through settings after settings until `next_of(settings)` has none: every live process obeys the settings at
/// hand, `before(snapshot, next)` has done its work, then the next are announced by compare-and-set. Returns once every live
/// process obeys the last ones. Ended at any instruction, the same call again goes on from there.
template <state_store Store, class Next, class Before, class Sleep = sleeper>
snapshot drive(Store& store, std::string_view name, drive_options const& options, Next&& next_of, Before&& before,
               Sleep&& sleep = {}) {
  for (;;) {
    auto const at = load(store, name);
    barrier(store, name, at.value.now.epoch, options.timeout, sleep);
    std::optional<settings> const next = next_of(at.value.now);
    if (!next) return at;
    before(at, *next);
    auto const now = load(store, name);
    if (now.value.now != at.value.now) continue;
    auto moved = now.value;
    moved.now = *next;
    if (next->at == row::preparing) {
      moved.proof = {};
      moved.proof.used = true;
    }
    replace(store, name, now, std::move(moved), options.by);
  }
}

/// `drive` through a step. Throws `refused` where it does not start from the present row, and for a step forward while New
/// is in quarantine; the rows already walked stay.
template <state_store Store, class Before, class Sleep = sleeper>
snapshot walk(Store& store, std::string_view name, step asked, threshold reach, drive_options const& options, Before&& before,
              Sleep&& sleep = {}) {
  auto const label = [&] { return "cannot " + std::string(path_of(asked).name) + ' ' + std::string(name); };
  bool const forward = asked != step::roll_back && asked != step::switch_off;
  auto const next_of = [&](settings const& s) {
    auto next = next_settings(asked, s, reach);
    if (!next && !done(asked, s.at))
      throw refused(label() + " in row " + std::string(to_string(s.at)) + "; nothing was changed by this step");
    if (next && forward && s.shut != quarantine::none)
      throw refused(label() + " while New is in quarantine; it goes on from here after zd repair " + std::string(name));
    return next;
  };
  return drive(store, name, options, next_of, before, sleep);
}

} // namespace zddm::lifecycle
