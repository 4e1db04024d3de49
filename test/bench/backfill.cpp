// SPDX-License-Identifier: BSL-1.0
// The backfill beside the best loop by hand, and beside the loop that commits each row. More than 1 is faster than by hand.
#include <zddm/backfill/run.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include <benchmark/benchmark.h>

#include <zddm/backfill/chunk.hpp>
#include <zddm/sqlite/database.hpp>

#include "bench/bench.hpp"
#include "bench/migration.hpp"
#include "bench/rows.hpp"

namespace {

using bench::places;
using bench::to_lmdb;
using bench::to_sqlite;

template <class Way> bench::spent once(Way const& way, std::uint64_t (Way::*copy)() const) {
  way.at.clear();
  way.prepare();
  std::uint64_t copied = 0;
  auto const spent = bench::measured([&] { copied = (way.*copy)(); });
  bench::expect(copied == way.at.rows, "not every row was copied");
  return spent;
}

template <class Way> void beside_by_hand(benchmark::State& state, places const& at) {
  Way const way{at};
  bench::comparison both;
  for (auto _ : state) {
    auto const ours = once(way, &Way::ours);
    both.turn(ours, once(way, &Way::by_hand));
    state.SetIterationTime(ours.wall);
  }
  auto const rows = static_cast<double>(at.rows);
  state.counters["rate rows/s"] = rows / both.ours();
  state.counters["rate_by_hand rows/s"] = rows / both.other();
  state.counters["speed of_by_hand"] = both.speed();
  state.counters["speed_in_cpu_time of_by_hand"] = both.cpu_speed();
}

/// Both lose nothing with the power; the slow loop copies a part only.
template <class Way> void beside_by_row(benchmark::State& state, places const& at) {
  Way const way{at, true};
  std::uint64_t const part = std::clamp<std::uint64_t>(at.rows / 500, 1, 2000);
  bench::comparison both;
  for (auto _ : state) {
    auto ours = once(way, &Way::ours);
    at.clear();
    way.prepare();
    auto const by_row = bench::measured([&] { way.by_row(part); });
    state.SetIterationTime(ours.wall);
    double const times = static_cast<double>(at.rows) / static_cast<double>(part);
    both.turn(ours, {by_row.wall * times, by_row.cpu * times});
  }
  state.counters["rate_by_row rows/s"] = static_cast<double>(at.rows) / both.other();
  state.counters["speed of_by_row"] = both.speed();
}

/// What it takes to cut Old into chunks, beside the whole backfill.
void planning(benchmark::State& state, places const& at) {
  bench::comparison both;
  for (auto _ : state) {
    zddm::sqlite::database d(at.from, bench::sqlite_options(false));
    bench::sqlite_rows s(d, {bench::table});
    auto const plan = bench::measured([&] { benchmark::DoNotOptimize(zddm::backfill::cut(s, 100'000, 4096)); });
    auto const all = once(to_lmdb{at}, &to_lmdb::ours);
    state.SetIterationTime(plan.wall);
    both.turn(all, plan);
  }
  state.counters["share of_backfill"] = both.speed();
  state.counters["time s"] = both.other();
}

} // namespace

int main(int argc, char** argv) {
  bench::arguments const a(argc, argv);
  places const at(a.rows);
  auto const with = [&](auto f) { return [f, &at](benchmark::State& s) { f(s, at); }; };
  bench::add("backfill/sqlite_to_lmdb", a.turns, with(beside_by_hand<to_lmdb>));
  bench::add("backfill/sqlite_to_sqlite", a.turns, with(beside_by_hand<to_sqlite>));
  bench::add("backfill/sqlite_to_lmdb_durably", std::min(a.turns, 3), with(beside_by_row<to_lmdb>));
  bench::add("backfill/sqlite_to_sqlite_durably", std::min(a.turns, 3), with(beside_by_row<to_sqlite>));
  bench::add("backfill/planning", std::min(a.turns, 3), with(planning));
  return bench::run();
}
