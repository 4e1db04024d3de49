// SPDX-License-Identifier: BSL-1.0
// How much of a backfill that is killed has to be done again: the rows that the next run finds in New already.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>
#include <thread>
#include <vector>

#include <benchmark/benchmark.h>

#include "bench/bench.hpp"
#include "bench/child.hpp"
#include "bench/migration.hpp"

namespace {

struct outcome {
  std::uint64_t again = 0;
  double seconds = 0;
};

template <class Way> void killed(benchmark::State& state, bench::places const& at) {
  Way const way{at};
  auto const whole = [&] {
    outcome o;
    zddm::backfill::coverage done{};
    o.seconds = bench::measured([&] { done = way.run(); }).wall;
    bench::expect(done.complete() && done.copied + done.skipped == at.rows, "not every row was copied and counted once");
    o.again = done.skipped;
    return o;
  };
  auto const anew = [&] {
    at.clear();
    way.prepare();
  };
  anew();
  double const seconds = bench::child<outcome>(whole).answer().seconds;
  std::mt19937_64 random(1);
  std::vector<double> shares;
  for (auto _ : state) {
    anew();
    bench::child<outcome> victim(whole);
    std::this_thread::sleep_for(std::chrono::duration<double>(std::uniform_real_distribution(0.1, 0.9)(random) * seconds));
    victim.kill();
    auto const rest = bench::child<outcome>(whole).answer();
    shares.push_back(static_cast<double>(rest.again) / static_cast<double>(at.rows));
    state.SetIterationTime(rest.seconds);
  }
  state.counters["lost percent"] = 100 * bench::median(shares);
  state.counters["lost_most percent"] = 100 * *std::max_element(shares.begin(), shares.end());
}

} // namespace

int main(int argc, char** argv) {
  bench::arguments const a(argc, argv);
  bench::places const at(a.rows);
  bench::add("resume/sqlite_to_lmdb", a.turns, [&](benchmark::State& s) { killed<bench::to_lmdb>(s, at); });
  bench::add("resume/sqlite_to_sqlite", a.turns, [&](benchmark::State& s) { killed<bench::to_sqlite>(s, at); });
  return bench::run();
}
