// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include <boost/hana/adapt_struct.hpp>

#include <zddm/lifecycle/entry.hpp>
#include <zddm/lifecycle/state_store.hpp>

namespace zddm::backfill {

/// What may change while a backfill runs; obeyed within a page or two.
struct settings {
  std::uint64_t batch = 10'000;       ///< rows a page, which New takes in one step
  double rows_per_second = 0;         ///< over all workers of all processes; zero: no limit
  bool paused = false;                ///< nothing is written
  double bytes_per_second = 0;        ///< likewise
  std::uint64_t page_bytes = 8 << 20; ///< a page ends with the row that reaches it
  std::uint64_t workers = 0;          ///< of each process; zero: as many as it was started with
  std::uint64_t old_p99 = 0;          ///< microseconds that a read of Old may take before the backfill backs off; zero: any time
  std::uint64_t new_p99 = 0;          ///< likewise of New

  friend bool operator==(settings const&, settings const&) = default;
};

} // namespace zddm::backfill

BOOST_HANA_ADAPT_STRUCT(zddm::backfill::settings, batch, rows_per_second, paused, bytes_per_second, page_bytes, workers, old_p99,
                        new_p99);

namespace zddm::backfill {

/// What holds for every worker of a migration, at `m/NAME/backfill_settings`; the defaults where nothing was set.
template <lifecycle::state_store State> settings settings_of(State& state, std::string_view name) {
  auto const found = state.read(lifecycle::entry::path(name, "backfill_settings"));
  return found ? lifecycle::entry::decode<settings>("settings", found->path, found->value) : settings{};
}

/// Changes them by `f(settings&)`, which may be called again, and returns what holds now.
template <lifecycle::state_store State, class F> settings change_settings(State& state, std::string_view name, F&& f) {
  auto const path = lifecycle::entry::path(name, "backfill_settings");
  for (;;) {
    auto const found = state.read(path);
    auto next = found ? lifecycle::entry::decode<settings>("settings", path, found->value) : settings{};
    f(next);
    std::array<lifecycle::change, 1> const one{{{path, found ? found->revision : 0, lifecycle::entry::encode("settings", next)}}};
    if (state.commit(one)) return next;
  }
}

} // namespace zddm::backfill
