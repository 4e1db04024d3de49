// SPDX-License-Identifier: BSL-1.0
// The verification of two equal stores beside an ordered merge by hand. More than 1 is faster than by hand.
#include <zddm/verify/run.hpp>

#include <cstdint>
#include <string>

#include <benchmark/benchmark.h>

#include "bench/bench.hpp"
#include "bench/by_hand.hpp"
#include "bench/rows.hpp"
#include "tools/scratch.hpp"

namespace {

struct places {
  test::scratch folder;
  std::uint64_t rows;
  std::string from = folder / "old";
  std::string to = folder / "new";

  explicit places(std::uint64_t n) : rows(n) {
    bench::make_sqlite(from, n);
    bench::prepare_lmdb(to, n);
    bench::both_stores s(from, to, n);
    bench::fill(s.to, n);
  }
};

bench::spent ours(places const& at, bool digests) {
  bench::both_stores s(at.from, at.to, at.rows);
  zddm::verify::options o;
  o.digests = digests;
  zddm::verify::report found{};
  auto const spent = bench::measured([&] { found = zddm::verify::run(s.from, s.to, o); });
  bench::expect(found.rows == at.rows && found.clean(), "the stores were not found equal");
  return spent;
}

bench::spent by_hand(places const& at) {
  return bench::measured([&] {
    auto const [odd, rows] = bench::by_hand::compare(at.from, at.to, bench::lmdb_options(false, at.rows));
    bench::expect(odd == 0 && rows == at.rows, "the stores were not found equal by hand");
  });
}

void beside_by_hand(benchmark::State& state, places const& at, bool digests) {
  bench::comparison both;
  for (auto _ : state) {
    auto const spent = ours(at, digests);
    both.turn(spent, by_hand(at));
    state.SetIterationTime(spent.wall);
  }
  auto const rows = static_cast<double>(at.rows);
  state.counters["rate rows/s"] = rows / both.ours();
  state.counters["rate_by_hand rows/s"] = rows / both.other();
  state.counters["speed of_by_hand"] = both.speed();
  state.counters["speed_in_cpu_time of_by_hand"] = both.cpu_speed();
}

} // namespace

int main(int argc, char** argv) {
  bench::arguments const a(argc, argv);
  places const at(a.rows);
  bench::add("verify/sqlite_against_lmdb", a.turns, [&](benchmark::State& s) { beside_by_hand(s, at, true); });
  bench::add("verify/sqlite_against_lmdb_by_rows", a.turns, [&](benchmark::State& s) { beside_by_hand(s, at, false); });
  return bench::run();
}
