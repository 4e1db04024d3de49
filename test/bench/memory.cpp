// SPDX-License-Identifier: BSL-1.0
// The memory a backfill takes, however many rows there are. `memory_mapped` counts the pages of LMDB's file that are mapped,
// too, which the kernel takes back when it needs them.
#include <algorithm>
#include <cstdint>
#include <fstream>
#include <string>

#include <benchmark/benchmark.h>

#include "bench/bench.hpp"
#include "bench/child.hpp"
#include "bench/migration.hpp"

namespace {

/// Bytes, of this process.
std::uint64_t status_of(std::string const& name) {
  std::ifstream in("/proc/self/status");
  std::string word;
  std::uint64_t kilobytes = 0;
  while (in >> word && word != name + ":") {
  }
  in >> kilobytes;
  return 1024 * kilobytes;
}

struct peak {
  std::uint64_t own = 0;
  std::uint64_t mapped = 0; ///< what is not its own included
};

template <class Way> void measured(benchmark::State& state, bench::places const& at) {
  for (auto _ : state) {
    bench::child<peak> worker([&] {
      Way const way{at};
      at.clear();
      way.prepare();
      peak p;
      auto const copied = way.run([&] { p.own = std::max(p.own, status_of("RssAnon")); });
      bench::expect(copied.copied == at.rows, "not every row was copied");
      p.mapped = status_of("VmHWM");
      return p;
    });
    auto const found = worker.answer();
    state.SetIterationTime(1);
    state.counters["memory MB"] = static_cast<double>(found.own) / 1e6;
    state.counters["memory_mapped MB"] = static_cast<double>(found.mapped) / 1e6;
  }
  state.counters["rows rows"] = static_cast<double>(at.rows);
}

} // namespace

int main(int argc, char** argv) {
  bench::arguments const a(argc, argv);
  bench::places const at(a.rows);
  bench::add("memory/sqlite_to_lmdb", 1, [&](benchmark::State& s) { measured<bench::to_lmdb>(s, at); });
  bench::add("memory/sqlite_to_sqlite", 1, [&](benchmark::State& s) { measured<bench::to_sqlite>(s, at); });
  return bench::run();
}
